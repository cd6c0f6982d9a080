import { Agent, request } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { busyboxImage } from '../support/busybox.ts'
import { createCli } from '../support/cli.ts'
import { createProject, importBusybox, type TestProject } from '../support/project.ts'
import { requireSandbox } from '../support/sandboxed.ts'

const port = 18099

interface Wish {
  readonly update: string
  readonly healthy?: boolean
  readonly replicas?: number
  readonly ports?: string
}

/** A web server that says its version. */
const compose = (version: string, { update, healthy = true, replicas = 1, ports = `"${port}:80"` }: Wish): string => `
services:
  web:
    image: ${busyboxImage}
    command: ["sh", "-c", "mkdir /www; echo ${version} > /www/index.html; exec httpd -f -p 80 -h /www"]
    stop_grace_period: 200ms
    ports: [${ports}]
    healthcheck:
      test: ["CMD", "${healthy ? 'true' : 'false'}"]
      start_interval: 100ms
      start_period: 5s
      interval: 100ms
      retries: 1
    deploy:
      replicas: ${replicas}
      update_config: ${update}
`

interface Load {
  readonly answers: Map<string, number>
  readonly failures: string[]
  stop(): Promise<void>
}

/** Asks again and again, each time over a new connection (or over those the agent keeps), from several sides at once. */
function startLoad(hosts: readonly string[], agent: Agent | false = false): Load {
  const answers = new Map<string, number>()
  const failures: string[] = []
  let going = true
  const ask = (host: string): Promise<void> =>
    new Promise((resolve) => {
      const call = request({ host, port, agent, timeout: 5000 }, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk
        })
        response.on('end', () => {
          const key = `${response.statusCode} ${text.trim()}`
          answers.set(key, (answers.get(key) ?? 0) + 1)
          resolve()
        })
        response.on('error', (error) => {
          failures.push(`${host}: ${error.message}`)
          resolve()
        })
      })
      call.on('error', (error) => {
        failures.push(`${host}: ${error.message}`)
        resolve()
      })
      call.on('timeout', () => call.destroy(new Error('timeout')))
      call.end()
    })
  const loops = hosts.map(async (host) => {
    while (going) await ask(host)
  })
  return {
    answers,
    failures,
    stop: async () => {
      going = false
      await Promise.all(loops)
    },
  }
}

let project: TestProject

beforeAll(async () => {
  requireSandbox()
  await importBusybox()
})

beforeEach(() => {
  project = createProject('rolling', compose('one', { update: '{ order: start-first }' }))
})

afterEach(() => project.close())
afterAll(async () => {
  await createCli('/').run(['engine', 'stop'])
})

const names = (): Promise<string> => project.ok(['ps', '-a', '--format', '{{.Name}} {{.State}}'])

describe('up with update_config', () => {
  it('start-first hands published ports over without one failed request, over IPv4 and IPv6', async () => {
    await project.ok(['up', '-d', '--wait'])
    const load = startLoad(['127.0.0.1', '127.0.0.1', '::1', '::1'])
    for (const version of ['two', 'three', 'four']) {
      project.write('compose.yaml', compose(version, { update: '{ order: start-first }' }))
      await project.ok(['up', '-d'])
    }
    await load.stop()
    expect(load.failures).toEqual([])
    expect([...load.answers.keys()].sort()).toEqual(['200 four', '200 one', '200 three', '200 two'])
    expect([...load.answers.values()].reduce((sum, count) => sum + count)).toBeGreaterThan(200)
    expect(await names()).toBe('rolling-web-1 running\n')
  })

  it('keeps the old container, and tells why, when the new one is never healthy', async () => {
    await project.ok(['up', '-d', '--wait'])
    const before = await project.ok(['ps', '-q'])
    const load = startLoad(['127.0.0.1'])
    project.write('compose.yaml', compose('bad', { update: '{ order: start-first }', healthy: false }))
    const { exitCode, stderr } = await project.run(['up', '-d'])
    await load.stop()
    expect(exitCode).toBe(1)
    expect(stderr).toContain('is unhealthy')
    expect(load.failures).toEqual([])
    expect([...load.answers.keys()]).toEqual(['200 one'])
    expect(await project.ok(['ps', '-q'])).toBe(before)
    expect(await names()).toBe('rolling-web-1 running\n')
  })

  it('loses no request on connections that are kept alive, and does not wait for idle ones', async () => {
    // A server as it should be: told to stop, it answers what is asked and closes each connection with its answer.
    project.write(
      'server.js',
      `let closing = false
       const server = require('node:http').createServer((_request, response) => {
         if (closing) response.setHeader('Connection', 'close')
         setTimeout(() => response.end(process.env.VERSION), 5)
       })
       server.keepAliveTimeout = 60000
       server.listen(80, () => process.on('SIGTERM', () => { closing = true; setTimeout(() => process.exit(0), 1500) }))`,
    )
    const kept = (version: string): string => `
services:
  web:
    image: ${busyboxImage}
    entrypoint: [/node, /srv/server.js]
    environment: { VERSION: ${version} }
    ports: ["${port}:80"]
    volumes: ["${process.execPath}:/node:ro", "./server.js:/srv/server.js:ro", "/usr:/usr:ro", "/lib:/lib:ro", "/lib64:/lib64:ro"]
    stop_grace_period: 5s
    healthcheck: { test: [CMD, wget, -q, -O, /dev/null, "http://127.0.0.1/"], interval: 200ms, start_interval: 100ms, start_period: 20s }
    deploy: { update_config: { order: start-first } }
`
    const agent = new Agent({ keepAlive: true, maxSockets: 4 })
    project.write('compose.yaml', kept('one'))
    await project.ok(['up', '-d', '--wait'])
    const load = startLoad(['127.0.0.1', '127.0.0.1', '127.0.0.1'], agent)
    project.write('compose.yaml', kept('two'))
    await project.ok(['up', '-d'])
    await load.stop()
    expect(load.failures).toEqual([])
    expect([...load.answers.keys()].sort()).toEqual(['200 one', '200 two'])
    agent.destroy()
    // One connection that nobody uses: the old container goes without the five seconds that a busy one is given.
    const idle = new Agent({ keepAlive: true, maxSockets: 1 })
    const once = startLoad(['127.0.0.1'], idle)
    await once.stop()
    project.write('compose.yaml', kept('three').replace('5s', '0s'))
    const events = project.run(['events', '--json'], { timeout: 60_000 })
    await project.ok(['up', '-d'])
    idle.destroy()
    await project.ok(['engine', 'stop'])
    const times = (await events).stdout
      .trim()
      .split('\n')
      .map(
        (line) =>
          JSON.parse(line) as { readonly action: string; readonly time: string; readonly attributes: Readonly<Record<string, string>> },
      )
    const healthy = times.find(({ action }) => action === 'health_status: healthy')
    const died = times.find(({ action }) => action === 'die')
    const tookMs = Date.parse(died?.time ?? '') - Date.parse(healthy?.time ?? '')
    expect(tookMs).toBeLessThan(4500)
  })

  it('passes over as many failures as max_failure_ratio allows, and puts those back', async () => {
    const flaky = (version: string): string => `
services:
  web:
    image: ${busyboxImage}
    environment: { VERSION: ${version} }
    # The first of the second version to start fails.
    command: [sh, -c, '[ $$VERSION = one ] || ! mkdir /shared/first || exit 9; exec sleep 1000']
    stop_grace_period: 0s
    volumes: [shared:/shared]
    deploy: { replicas: 3, update_config: { max_failure_ratio: 0.4, monitor: 700ms } }
volumes: { shared: }`
    const versions = async (): Promise<readonly string[]> => {
      const names = ['rolling-web-1', 'rolling-web-2', 'rolling-web-3']
      const env = await Promise.all(names.map((name) => project.ok(['inspect', '--format', '{{json .Config.Env}}', name])))
      return env.map((text) => /VERSION=(\w+)/.exec(text)?.[1] ?? '')
    }
    project.write('compose.yaml', flaky('one'))
    await project.ok(['up', '-d'])
    project.write('compose.yaml', flaky('two'))
    const { exitCode, stderr } = await project.run(['up', '-d'])
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('rolling-web-1 exited (9)')])
    expect(await versions()).toEqual(['one', 'two', 'two'])
    expect(await names()).toBe('rolling-web-1 running\nrolling-web-2 running\nrolling-web-3 running\n')
  })

  it('rolls back replicas that were updated before the one that failed', async () => {
    const wish = { replicas: 2, ports: `"${port}-${port + 1}:80"`, update: '{ failure_action: rollback, monitor: 300ms }' }
    project.write('compose.yaml', compose('one', wish))
    await project.ok(['up', '-d', '--wait'])
    const before = await project.ok(['ps', '-q', '--no-trunc'])
    project.write('compose.yaml', compose('bad', { ...wish, healthy: false }))
    const { exitCode, stderr } = await project.run(['up', '-d'])
    expect(exitCode).toBe(1)
    expect(stderr).toContain('Rolled back')
    expect(await project.ok(['ps', '-q', '--no-trunc'])).toBe(before)
    expect(await names()).toBe('rolling-web-1 running\nrolling-web-2 running\n')
  })

  it.each([
    ['monitor: 500ms', 'pauses', ['two', 'one', 'one']],
    ['monitor: 500ms, failure_action: continue', 'goes on', ['one', 'one', 'one']],
    ['monitor: 500ms, max_failure_ratio: 0.4', 'goes on within the ratio', ['one', 'one', 'one']],
  ])('rollback_config { %s } %s where an old container ends once it is back', async (rollback, _what, expected) => {
    const flaky = (version: string): string => `
services:
  web:
    image: ${busyboxImage}
    environment: { VERSION: ${version} }
    # Fails: the third of the second version, and of the first the second to be started again.
    command:
      - sh
      - -c
      - n=1; while ! mkdir /shared/$$VERSION-$$n; do n=$$((n+1)); done; case $$VERSION-$$n in two-3|one-5) exit 9; esac; exec sleep 1000
    stop_grace_period: 0s
    volumes: [shared:/shared]
    deploy:
      replicas: 3
      update_config: { failure_action: rollback, monitor: 500ms }
      rollback_config: { ${rollback} }
volumes: { shared: }`
    project.write('compose.yaml', flaky('one'))
    await project.ok(['up', '-d'])
    project.write('compose.yaml', flaky('two'))
    const { exitCode, stderr } = await project.run(['up', '-d'])
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('rolling-web-3 exited (9)')])
    expect(stderr).toContain('rolling-web-2 exited (9)')
    const env = await Promise.all(
      [1, 2, 3].map((index) => project.ok(['inspect', '--format', '{{json .Config.Env}}', `rolling-web-${index}`])),
    )
    expect(env.map((text) => /VERSION=(\w+)/.exec(text)?.[1])).toEqual(expected)
    expect(await names()).toBe('rolling-web-1 running\nrolling-web-2 exited\nrolling-web-3 running\n')
  })
})
