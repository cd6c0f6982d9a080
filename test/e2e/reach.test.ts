import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { busyboxImage } from '../support/busybox.ts'
import { createCli } from '../support/cli.ts'
import { sh } from '../support/command.ts'
import { type Outside, openOutside } from '../support/outside.ts'
import { createProject, importBusybox, type TestProject } from '../support/project.ts'
import { requireSandbox } from '../support/sandboxed.ts'

const server = `{ image: ${busyboxImage}, command: httpd -f -p 80 -h /www, init: true, configs: [{ source: page, target: /www/index.html }]`
const shop = `
services:
  web: ${server}, networks: [front, back], ports: ["18100:80"] }
  local: ${server}, networks: [front], ports: ["127.0.0.1:18101:80"] }
  hidden: ${server}, networks: { back: { aliases: [vault] } } }
  many: { image: ${busyboxImage}, command: sleep 1000, init: true, networks: [front], scale: 3 }
networks:
  front:
  back: { internal: true }
configs:
  page: { content: hello }
`
const neighbour = `
services:
  stranger: { image: ${busyboxImage}, command: sleep 1000, init: true }
`

let outside: Outside
let project: TestProject
let other: TestProject

beforeAll(async () => {
  requireSandbox()
  await importBusybox()
  outside = await openOutside()
  project = createProject('reach', shop)
  other = createProject('neighbour', neighbour)
  await Promise.all([project.ok(['up', '-d', '--wait']), other.ok(['up', '-d', '--wait'])])
})

afterAll(async () => {
  await Promise.all([project.close(), other.close()])
  await createCli('/').run(['engine', 'stop'])
  outside.close()
})

async function inspect(of: TestProject, service: string, template: string): Promise<string> {
  const [id = ''] = (await of.ok(['ps', '-q', service])).split('\n')
  return (await of.ok(['inspect', '-f', template, id])).trim()
}

const addressOf = (service: string, network: string): Promise<string> =>
  inspect(project, service, `{{.NetworkSettings.Networks.reach_${network}.IPAddress}}`)

/** What curl gets in the network of a container: the static busybox has no resolver that works without libc's files. */
async function fetchFrom(of: TestProject, service: string, address: string): Promise<string> {
  return sh(`nsenter -t ${await inspect(of, service, '{{.State.Pid}}')} -n curl -sS -m 2 http://${address}/`)
}

describe('a published port', () => {
  it('answers on 127.0.0.1, on ::1, on the host address, and from outside', () => {
    expect(sh('curl -sS -m 3 http://127.0.0.1:18100/')).toBe('hello')
    expect(sh('curl -sS -g -m 3 http://[::1]:18100/')).toBe('hello')
    expect(sh(`curl -sS -m 3 http://${outside.hostAddress}:18100/`)).toBe('hello')
    expect(outside.run(`curl -sS -m 3 http://${outside.hostAddress}:18100/`)).toBe('hello')
  })

  it('stays on loopback where it is published there', () => {
    expect(sh('curl -sS -m 3 http://127.0.0.1:18101/')).toBe('hello')
    expect(() => outside.run(`curl -sS -m 1 http://${outside.hostAddress}:18101/`)).toThrow()
  })
})

describe('networks', () => {
  it('resolve services, aliases, container names and all replicas', async () => {
    const lookup = (name: string): Promise<string> => project.ok(['exec', '-T', 'web', 'nslookup', name, '127.0.0.11'])
    expect(await lookup('vault')).toContain(await addressOf('hidden', 'back'))
    expect(await lookup('reach-hidden-1')).toContain(await addressOf('hidden', 'back'))
    const replicas = [...(await lookup('many')).matchAll(/^Address.*?: (\d+\.\d+\.\d+\.\d+)$/gm)].map((match) => match[1])
    expect(new Set(replicas).size).toBe(3)
  })

  it('keep containers of other projects and of outside away', async () => {
    const address = await addressOf('web', 'front')
    expect(await fetchFrom(project, 'many', address)).toBe('hello')
    await expect(fetchFrom(other, 'stranger', address)).rejects.toThrow('timed out')
    expect(() => outside.run(`ip route add ${address} via ${outside.hostAddress}; curl -sS -m 1 http://${address}/`)).toThrow()
  })

  it('that are internal lead nowhere else', async () => {
    expect(await project.ok(['exec', '-T', 'hidden', 'ip', 'route'])).not.toContain('default')
    await expect(fetchFrom(project, 'hidden', outside.address)).rejects.toThrow()
    expect(await fetchFrom(project, 'web', await addressOf('hidden', 'back'))).toBe('hello')
  })
})
