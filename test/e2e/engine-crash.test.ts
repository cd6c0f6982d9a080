import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { busyboxImage } from '../support/busybox.ts'
import { createCli } from '../support/cli.ts'
import { sh } from '../support/command.ts'
import { createProject, importBusybox, type TestProject } from '../support/project.ts'
import { requireSandbox } from '../support/sandboxed.ts'

const compose = `
services:
  web:
    image: ${busyboxImage}
    command: httpd -f -p 80 -h /www
    ports: ["18081:80"]
    configs: [{ source: page, target: /www/index.html }]
  printer:
    image: ${busyboxImage}
    command: sh -c 'i=0; while [ $$i -lt 20000 ]; do echo line $$i; i=$$((i+1)); [ $$((i % 100)) = 0 ] && usleep 10000; done; exec sleep 1000'
  short:
    image: ${busyboxImage}
    command: sh -c 'sleep 1; exit 7'
configs:
  page: { content: hello }
`

interface Row {
  readonly Service: string
  readonly State: string
  readonly ExitCode: number
}

let project: TestProject

beforeAll(async () => {
  requireSandbox()
  await importBusybox()
})

beforeEach(() => {
  project = createProject('crash', compose)
})

afterEach(() => project.close())
afterAll(async () => {
  await createCli('/').run(['engine', 'stop'])
})

async function killEngine(): Promise<number> {
  const { pid } = JSON.parse(await project.ok(['engine', 'status', '--format', 'json'])) as { readonly pid: number }
  process.kill(pid, 'SIGKILL')
  await sleep(20)
  return pid
}

const pidsOfContainers = (): string => sh("pgrep -f '^(httpd|sleep 1000)' || true")

const stopped = 'the engine was stopped in the middle of the call'

describe('commands whose engine is stopped in the middle', () => {
  it('fail and say so, whatever they were doing', async () => {
    await project.ok(['up', '-d', 'web'])
    const commands = [['exec', '-T', 'web', 'sleep', '30'], ['attach', 'web'], ['logs', '-f', 'web'], ['wait', 'web'], ['events']]
    const running = commands.map((args) => project.run(args, { timeout: 60_000 }))
    // Until each of them waits for the engine.
    while (!sh('pgrep -af "^sleep 30" || true').includes('sleep 30')) await sleep(50)
    await sleep(2000)
    await project.ok(['engine', 'stop'])
    for (const { exitCode, stderr } of await Promise.all(running)) expect([exitCode, stderr]).toEqual([1, expect.stringContaining(stopped)])
    expect(await project.ok(['ps', '--services'])).toBe('web\n')
  })
})

async function rows(): Promise<ReadonlyMap<string, Row>> {
  const output = await project.ok(['ps', '-a', '--format', 'json'])
  const parsed = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
  return new Map(parsed.map((row) => [row.Service, row]))
}

describe('kill -9 of the engine', () => {
  it('harms no container, and the next command finds everything as it was', async () => {
    await project.ok(['up', '-d'])
    await sleep(300)
    const before = sh('pgrep httpd')
    const killed = await killEngine()
    expect(sh('pgrep httpd')).toBe(before)
    expect(sh('curl -sS -m 3 http://127.0.0.1:18081/')).toBe('hello')
    expect((await rows()).get('web')?.State).toBe('running')
    expect(sh('pgrep httpd')).toBe(before)
    expect((JSON.parse(await project.ok(['engine', 'status', '--format', 'json'])) as { readonly pid: number }).pid).not.toBe(killed)
    expect(await project.ok(['exec', '-T', 'web', 'cat', '/www/index.html'])).toBe('hello')
  })

  it('lets names and published ports work while it is dead', async () => {
    await project.ok(['up', '-d'])
    const pid = sh('pgrep httpd').trim()
    await killEngine()
    expect(sh(`nsenter -t ${pid} -n busybox nslookup printer 127.0.0.11`)).toMatch(/Address.*172\.|Address.*192\.168\.|Address.*10\./)
    expect(sh('curl -sS -g -m 3 http://[::1]:18081/')).toBe('hello')
  })

  it('neither loses nor repeats a line of a container that prints meanwhile', async () => {
    await project.ok(['up', '-d'])
    await sleep(300)
    await killEngine()
    await project.ok(['ps'])
    await killEngine()
    for (let attempt = 0; attempt < 100; attempt++) {
      if ((await project.ok(['logs', '--no-log-prefix', '--tail', '1', 'printer'])).includes('line 19999')) break
      await sleep(200)
    }
    const expected = Array.from({ length: 20_000 }, (_, index) => `line ${index}\n`).join('')
    expect((await project.ok(['logs', '--no-log-prefix', 'printer'])) === expected).toBe(true)
  })

  it('still learns how a container ended meanwhile', async () => {
    await project.ok(['up', '-d'])
    await killEngine()
    await sleep(1500)
    expect((await rows()).get('short')).toMatchObject({ State: 'exited', ExitCode: 7 })
  })

  it('does not stop down from leaving nothing', async () => {
    await project.ok(['up', '-d'])
    await killEngine()
    await project.ok(['down', '-v', '-t', '0'])
    expect(pidsOfContainers()).toBe('')
    expect(sh('findmnt --list --noheadings --output TARGET').includes('merged')).toBe(false)
  })
})
