import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { busyboxImage } from '../support/busybox.ts'
import { createCli, launcher } from '../support/cli.ts'
import { sh } from '../support/command.ts'
import { takeHostSnapshot } from '../support/host-snapshot.ts'
import { createProject, importBusybox, type TestProject } from '../support/project.ts'
import { requireSandbox } from '../support/sandboxed.ts'

const compose = (debug: string): string => `
services:
  web:
    image: ${busyboxImage}
    command: ["sh", "-c", "echo up; exec sleep 1000"]
    init: true
    environment: { DEBUG: "${debug}" }
    volumes: ["data:/data"]
volumes: { data: {} }
`

let project: TestProject

beforeAll(async () => {
  requireSandbox()
  await importBusybox()
})

beforeEach(() => {
  project = createProject('planned', compose('0'))
})

afterEach(() => project.close())
afterAll(async () => {
  await createCli('/').run(['engine', 'stop'])
})

describe('an approved plan', () => {
  it('is carried out as it was approved, and refused when reality has drifted from it', async () => {
    const plan = await project.ok(['plan', '--format', 'json'])
    project.write('plan.json', plan)
    await project.ok(['up', '-d', '--plan', 'plan.json'])
    expect(await project.ok(['ps', '--format', '{{.Name}}'])).toBe('planned-web-1\n')
    const again = await project.run(['up', '-d', '--plan', 'plan.json'])
    expect(again.exitCode).toBe(1)
    expect(again.stderr).toContain('the plan in plan.json is not what would be done now')
    expect(again.stderr).toContain('- container.create planned-web-1: service web has 0 of 1 container')
  })

  it('is refused for another configuration, with nothing changed', async () => {
    await project.ok(['up', '-d'])
    project.write('compose.yaml', compose('1'))
    project.write('plan.json', await project.ok(['plan', '--format', 'json']))
    project.write('compose.yaml', compose('2'))
    const before = await project.ok(['ps', '-q'])
    const { exitCode, stderr } = await project.run(['up', '-d', '--plan', 'plan.json'])
    expect(exitCode).toBe(1)
    expect(stderr).toContain('- container.create planned-web-1: environment.DEBUG "0" -> "1"')
    expect(stderr).toContain('+ container.create planned-web-1: environment.DEBUG "0" -> "2"')
    expect(await project.ok(['ps', '-q'])).toBe(before)
  })

  it('must be one', async () => {
    project.write('plan.json', '{}')
    expect((await project.run(['up', '-d', '--plan', 'plan.json'])).stderr).toContain('plan.json is no plan')
    expect((await project.run(['up', '-d', '--plan', 'none.json'])).stderr).toContain('the plan none.json cannot be read')
  })
})

describe('a dry run', () => {
  const changing: readonly (readonly string[])[] = [
    ['up', '--dry-run', '-d', '--force-recreate', '--scale', 'web=2'],
    ['create', '--dry-run', '--force-recreate'],
    ['restart', '--dry-run', '-t', '0'],
    ['stop', '--dry-run', '-t', '0'],
    ['kill', '--dry-run'],
    ['pause', '--dry-run'],
    ['rm', '--dry-run', '-f', '-s', '-v'],
    ['scale', '--dry-run', 'web=3'],
    ['run', '--dry-run', '--rm', 'web', 'true'],
    ['exec', '--dry-run', 'web', 'touch', '/data/touched'],
    ['pull', '--dry-run', '--policy', 'missing'],
    ['down', '--dry-run', '-v', '-t', '0', '--rmi', 'all'],
  ]

  it('of every command that changes something changes nothing', async () => {
    await project.ok(['up', '-d'])
    // The process has become what it will be.
    await vi.waitFor(async () => expect(await project.ok(['logs', 'web'])).toContain('up'), 10_000)
    await new Promise((resolve) => setTimeout(resolve, 300))
    const host = takeHostSnapshot()
    const state = async (): Promise<string> => `${await project.ok(['ps', '-a', '--no-trunc', '--format', '{{.ID}} {{.Name}} {{.State}}'])}`
    const before = await state()
    for (const command of changing) {
      const { exitCode, stdout, stderr } = await project.run(command)
      expect([command.join(' '), exitCode, stderr]).toEqual([command.join(' '), 0, stderr])
      expect(`${command.join(' ')}: ${stdout}${stderr}`.length).toBeGreaterThan(command.join(' ').length + 3)
    }
    expect(await state()).toBe(before)
    expect(takeHostSnapshot()).toEqual(host)
    expect(await project.ok(['exec', '-T', 'web', 'ls', '/data'])).toBe('')
  })
})

describe('a failed wait', () => {
  it('shows the last probes, the last output and who waits in vain', async () => {
    project.write(
      'compose.yaml',
      `
services:
  web: { image: ${busyboxImage}, command: ["sleep", "1000"], depends_on: [api] }
  api: { image: ${busyboxImage}, command: ["sleep", "1000"], depends_on: { db: { condition: service_healthy } } }
  db:
    image: ${busyboxImage}
    command: ["sh", "-c", "echo opening the store; exec sleep 1000"]
    init: true
    healthcheck: { test: "echo no connection; exit 7", interval: 100ms, retries: 2 }
`,
    )
    const { exitCode, stderr } = await project.run(['up', '-d'])
    expect(exitCode).toBe(1)
    expect(stderr).toContain('dependency failed to start: container planned-db-1 is unhealthy\n  api depends on db (service_healthy)\n')
    expect(stderr).toContain('its health check failed')
    expect(stderr).toContain('    exit code 7: no connection\n')
    expect(stderr).toContain('  the last lines of planned-db-1:\n    opening the store\n')
    expect(stderr).toContain('not started because of it: planned-api-1, planned-web-1')
  })

  it('names the signal that ended a job', async () => {
    project.write(
      'compose.yaml',
      `
services:
  web: { image: ${busyboxImage}, command: ["sleep", "1000"], depends_on: { job: { condition: service_completed_successfully } } }
  job: { image: ${busyboxImage}, command: ["sh", "-c", "echo working; kill -SEGV $$$$"], init: true }
`,
    )
    const { exitCode, stderr } = await project.run(['up', '-d'])
    expect(exitCode).toBe(1)
    expect(stderr).toContain('exit code 139 is SIGSEGV')
    expect(stderr).toContain('    working\n')
  })

  it('ends within --wait-timeout, whatever it waits for', async () => {
    project.write(
      'compose.yaml',
      `
services:
  web: { image: ${busyboxImage}, command: ["sleep", "1000"], depends_on: { db: { condition: service_healthy } } }
  db: { image: ${busyboxImage}, command: ["sleep", "1000"], healthcheck: { test: "exit 1", start_period: 1000s, start_interval: 100ms } }
`,
    )
    const began = Date.now()
    const { exitCode, stderr } = await project.run(['up', '-d', '--wait', '--wait-timeout', '2'])
    expect(exitCode).toBe(1)
    expect(stderr).toContain('within 2 s')
    expect(Date.now() - began).toBeLessThan(15_000)
  })

  it('takes a job that ended with 0 as done', async () => {
    project.write('compose.yaml', `services: { job: { image: ${busyboxImage}, command: ["true"] } }`)
    expect((await project.run(['up', '-d', '--wait'])).exitCode).toBe(0)
  })
})

describe('attach', () => {
  it('shows what the process prints from here on and gives its exit code', async () => {
    project.write(
      'compose.yaml',
      `services: { web: { image: ${busyboxImage}, command: ["sh", "-c", "echo early; read line; echo got $$line; exit 5"], stdin_open: true } }`,
    )
    await project.ok(['up', '-d'])
    const text = sh(`(sleep 1; echo words) | ${launcher} attach web || echo code $?`, { cwd: project.directory })
    expect(text).toContain('got words')
    expect(text).toContain('code 5')
  })
})

describe('health checks made by the engine', () => {
  it("ask a port over HTTP or TCP, also on the container's own loopback or address, with nothing in the image", async () => {
    const server = (check: string, at = ''): string => `
services:
  web:
    image: ${busyboxImage}
    command: ["sh", "-c", "mkdir /www; echo fine > /www/ok; exec httpd -f -p ${at}80 -h /www"]
    stop_grace_period: 100ms
    healthcheck: { ${check}, interval: 200ms, retries: 2, start_period: 5s, start_interval: 100ms }
`
    const own = '$$(ip -4 -o addr show eth0 | sed "s,.* inet ,,; s,/.*,,"):'
    for (const [check, at] of [
      ['x-http: 80/ok', ''],
      ['x-tcp: 80', ''],
      ['x-http: 80/ok', '127.0.0.1:'],
      ['x-tcp: 80', own.replaceAll('"', '\\"')],
    ] as const) {
      project.write('compose.yaml', server(check, at))
      await project.ok(['up', '-d', '--wait'])
      expect(await project.ok(['ps', '--format', '{{.Health}}'])).toBe('healthy\n')
    }
    project.write('compose.yaml', server('x-http: 80/missing').replace('start_period: 5s', 'start_period: 200ms'))
    const { exitCode, stderr } = await project.run(['up', '-d', '--wait'])
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('exit code 1: HTTP 404')])
  })
})
