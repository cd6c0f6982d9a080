import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { busyboxImage } from '../support/busybox.ts'
import { createCli } from '../support/cli.ts'
import { runCommand, sh } from '../support/command.ts'
import { createProject, importBusybox, type TestProject } from '../support/project.ts'
import { requireSandbox } from '../support/sandboxed.ts'

const serve = 'sh -c "hostname >/www/index.html; exec httpd -f -p 80 -h /www"'
const base = `{ image: ${busyboxImage}, command: ${JSON.stringify(serve)}, stop_grace_period: 0s`
const compose = `
services:
  web: ${base}, networks: { front: {}, back: { aliases: [store-client] } }, ports: ["18060:80"] }
  api: ${base}, networks: [back], scale: 3 }
  other: ${base}, networks: [front] }
networks:
  front:
  back: { internal: true }
`

let project: TestProject
let neighbour: TestProject

beforeAll(async () => {
  requireSandbox()
  await importBusybox()
  project = createProject('netone', compose)
  neighbour = createProject('nettwo', `services:\n  lonely: ${base} }\n`)
  await Promise.all([project.ok(['up', '-d']), neighbour.ok(['up', '-d'])])
})

afterAll(async () => {
  await Promise.all([project.close(), neighbour.close()])
  await createCli('/').run(['engine', 'stop'])
})

const inside = (service: string, script: string): ReturnType<TestProject['run']> => project.run(['exec', '-T', service, 'sh', '-c', script])
const addressOf = async (container: string): Promise<string> =>
  (await project.ok(['inspect', '-f', '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}', container])).trim()

describe('names', () => {
  it('a service name has the addresses of all its replicas, and requests reach each of them', async () => {
    const { stdout } = await inside('web', 'nslookup api 127.0.0.11')
    const found = [...stdout.matchAll(/^Address(?: \d+)?: (\d+\.\d+\.\d+\.\d+)$/gm)].map(([, address]) => address)
    const expected = await Promise.all([1, 2, 3].map((number) => addressOf(`netone-api-${number}`)))
    expect(found.sort()).toEqual(expected.sort())
    const { stdout: hosts } = await inside('web', 'for i in $(seq 40); do wget -q -O - http://api/; done | sort -u | wc -l')
    expect(hosts.trim()).toBe('3')
  })

  it('container names and aliases work, each only in its own network', async () => {
    expect((await inside('api', 'wget -q -O - http://netone-api-2/')).exitCode).toBe(0)
    expect((await inside('api', 'wget -q -O - http://store-client/')).exitCode).toBe(0)
    expect((await inside('api', 'nslookup other 127.0.0.11')).exitCode).not.toBe(0)
    expect((await inside('other', 'nslookup store-client 127.0.0.11')).exitCode).not.toBe(0)
  })

  it('a run container is found by its own name, by the service only with --use-aliases', async () => {
    const { stdout: id } = await project.run(['run', '-d', '--name', 'probe', 'other'])
    expect(id).toMatch(/^[0-9a-f]{64}\n$/)
    const lookups = 'nslookup other 127.0.0.11 | grep -c "^Address.*[0-9]$"; wget -q -O /dev/null http://probe/ && echo reached'
    const without = (await inside('web', lookups)).stdout
    await project.ok(['run', '-d', '--name', 'probe2', '--use-aliases', 'other'])
    const withAliases = (await inside('web', lookups)).stdout
    expect(without).toContain('reached')
    expect(Number(withAliases.split('\n')[0])).toBe(Number(without.split('\n')[0]) + 1)
  })
})

describe('isolation', () => {
  it('networks of one project and of others do not reach each other', async () => {
    const lonely = (
      await neighbour.ok(['inspect', '-f', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', 'nettwo-lonely-1'])
    ).trim()
    const api = await addressOf('netone-api-1')
    // Not wget: busybox' static one crashes now and then, which would look like no connection.
    const connect = async (service: string, address: string): Promise<string> =>
      (await inside(service, `nc -w 2 ${address} 80 </dev/null 2>/dev/null && echo reached || echo not reached`)).stdout
    expect(await connect('web', api)).toBe('reached\n')
    expect(await connect('other', api)).toBe('not reached\n')
    expect(await connect('other', lonely)).toBe('not reached\n')
  })

  it('an internal network has no way out and no default route', async () => {
    const pid = (await project.ok(['inspect', '-f', '{{.State.Pid}}', 'netone-api-1'])).trim()
    expect(sh(`nsenter -t ${pid} -n ip -4 route show default`)).toBe('')
    const other = (await project.ok(['inspect', '-f', '{{.State.Pid}}', 'netone-other-1'])).trim()
    expect(sh(`nsenter -t ${other} -n ip -4 route show default`)).toMatch(/^default via /)
  })

  it('published ports answer on 127.0.0.1 and ::1', async () => {
    for (const host of ['127.0.0.1', '[::1]']) {
      const { stdout } = await runCommand(['curl', '-sS', '-g', '-m', '3', `http://${host}:18060/`])
      expect(stdout).toMatch(/^[0-9a-f]{12}\n$/)
    }
  })
})
