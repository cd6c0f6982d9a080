import { chmodSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { busyboxImage } from '../support/busybox.ts'
import { createCli } from '../support/cli.ts'
import { createProject, importBusybox, type TestProject } from '../support/project.ts'
import { requireSandbox } from '../support/sandboxed.ts'

let project: TestProject

beforeAll(async () => {
  requireSandbox()
  await importBusybox()
})
beforeEach(() => {
  project = createProject('hooked', 'services: {}')
})
afterEach(() => project.close())
afterAll(async () => {
  await createCli('/').run(['engine', 'stop'])
})

const service = (more: string, command = '["sleep", "1000"]'): string => `
services:
  web:
    image: ${busyboxImage}
    command: ${command}
    stop_grace_period: 0s
${more}
`
const linesOf = (text: string): readonly string[] => text.split('\n').map((line) => line.trimEnd())

describe('post_start and pre_stop', () => {
  const hooks = (code: number): string => `
    post_start: [{ command: [sh, -c, 'echo hello >/dev/stdout; echo err >&2; echo $$WHO; exit ${code}'], environment: { WHO: me } }]`

  it('shows what a hook prints under the name of its container where output is attached, and nowhere else', async () => {
    project.write('compose.yaml', service(hooks(0), '["sleep", "0.5"]'))
    const attached = await project.run(['up'])
    expect(attached.exitCode).toBe(0)
    expect(linesOf(attached.stdout)).toEqual(expect.arrayContaining(['web-1 ->  | hello', 'web-1 ->  | err', 'web-1 ->  | me']))
    const detached = await project.run(['up', '-d', '--force-recreate'])
    expect(detached.stdout + detached.stderr).not.toContain('hello')
  })

  it('says which hook failed, with its last words', async () => {
    project.write('compose.yaml', service(hooks(4)))
    const { exitCode, stderr } = await project.run(['up', '-d'])
    expect(exitCode).toBe(1)
    expect(stderr).toContain('post_start hook of hooked-web-1 exited with code 4\n  | hello\n  | err\n  | me')
  })
})

describe('pre_start', () => {
  const hooks = (first: string, more = ''): string => `
    volumes: [data:/data]
    environment: { A: own }
    scale: 2
    pre_start:
      - command: [sh, -c, '${first}']
        environment: { B: hook }
        user: nobody
      - command: [sh, -c, 'echo second >>/data/log']
        ${more}
volumes: { data: {} }`
  const log = (): Promise<string> => project.ok(['exec', '-T', 'web', 'cat', '/data/log'])

  it('runs containers with the environment and volumes of the service, one after another, before it starts', async () => {
    project.write(
      'compose.yaml',
      service(hooks('id -u; echo $$A $$B; touch /nope 2>&1; true').replace('echo second', () => 'echo $$A second')),
    )
    await project.ok(['up', '-d'])
    expect(await log()).toBe('own second\n')
    expect(linesOf(await project.ok(['ps', '-a', '--format', '{{.Name}}']))).toEqual(['hooked-web-1', 'hooked-web-2', ''])
    // Nothing is new, so nothing is prepared again: not on another `up`, not when one is stopped and started.
    await project.ok(['up', '-d'])
    await project.ok(['stop'])
    await project.ok(['up', '-d'])
    expect(await log()).toBe('own second\n')
    // A changed hook is a change of the service.
    project.write('compose.yaml', service(hooks('true', 'per_replica: true')))
    const { stderr } = await project.run(['up', '-d'])
    expect(stderr).toContain('Container hooked-web-2-pre-start-2  Exited')
    expect(await log()).toBe('own second\nsecond\nsecond\n')
  })

  it('does not start a service whose hook fails, shows its output, and tries again the next time', async () => {
    project.write('compose.yaml', service(hooks('echo it is broken; exit 5')))
    const failed = await project.run(['up', '-d'])
    expect(failed.exitCode).toBe(1)
    expect(failed.stderr).toContain('it is broken')
    expect(failed.stderr).toContain('hooked-web-1-pre-start-1')
    expect(await project.ok(['ps', '-q'])).toBe('')
    expect(linesOf(await project.ok(['ps', '-a', '--format', '{{.Name}}']))).not.toContain('hooked-web-1-pre-start-1')
    project.write('compose.yaml', service(hooks('echo first >>/data/log', 'user: root').replace('user: nobody', '')))
    await project.ok(['up', '-d'])
    expect(await log()).toBe('first\nsecond\n')
  })
})

describe('provider', () => {
  const program = (answer: string, metadata = ''): string => `#!/bin/sh
cd "$(dirname "$0")"
case "$*" in *metadata) ${metadata === '' ? 'exit 1' : `echo '${metadata}'; exit 0`} ;; esac
echo "$* $COMPOSE_PROJECT_NAME" >>calls
${answer}
`
  const compose = (options: string): string => `
services:
  the-db: { provider: { type: myprovider, options: { ${options} } } }
  app:
    image: ${busyboxImage}
    command: [sh, -c, 'env; exec sleep 1000']
    stop_grace_period: 0s
    depends_on: [the-db]
  other: { image: ${busyboxImage}, command: [sleep, '1000'], stop_grace_period: 0s }
`
  const install = (text: string): void => {
    project.write('bin/myprovider', text)
    chmodSync(join(project.directory, 'bin/myprovider'), 0o755)
  }
  const run = (...args: readonly string[]): ReturnType<TestProject['run']> =>
    project.run(args, { env: { PATH: `${process.env.PATH}:${join(project.directory, 'bin')}` } })
  const calls = (): readonly string[] => {
    const file = join(project.directory, 'bin/calls')
    if (!existsSync(file)) return []
    const lines = readFileSync(file, 'utf8').trim().split('\n')
    rmSync(file)
    return lines
  }
  const say = (type: string, message: string): string => `echo '${JSON.stringify({ type, message })}'`

  it('is asked on up and down, tells of its progress, and its variables reach the services that depend on it', async () => {
    project.write('compose.yaml', compose('size: 3, tags: [a, b]'))
    install(program([say('info', 'making it'), say('debug', 'hidden'), say('setenv', 'URL=db://x=y')].join('\n')))
    const up = await run('up', '-d')
    expect([up.exitCode, linesOf(up.stderr)]).toEqual([
      0,
      expect.arrayContaining([' the-db  Creating', ' the-db  making it', ' the-db  Created']),
    ])
    expect(up.stderr).not.toContain('hidden')
    expect(calls()).toEqual(['compose --project-name=hooked up --size=3 --tags=a --tags=b the-db hooked'])
    expect(await project.ok(['logs', '--no-log-prefix', 'app'])).toContain('THE_DB_URL=db://x=y\n')
    expect(await project.ok(['inspect', '--format', '{{json .Config.Env}}', 'hooked-app-1'])).toContain('THE-DB_URL=db://x=y')
    // What is as it was stays; a plan asks nobody and knows the variables all the same.
    const plan = await run('plan', '--detailed-exitcode')
    expect([plan.exitCode, calls()]).toEqual([0, []])
    expect((await run('up', '-d')).stderr).toContain('Container hooked-app-1  Running')
    install(program(say('setenv', 'URL=elsewhere')))
    const changed = await run('up', '-d')
    expect(changed.stderr).toContain('Container hooked-app-1  Recreated')
    expect(changed.stderr).toContain('Container hooked-other-1  Running')
    expect((await run('pull', '--dry-run')).stderr).toContain('the-db Skipped - No image to be pulled')
    calls()
    const down = await run('down')
    expect([down.exitCode, linesOf(down.stderr)]).toEqual([0, expect.arrayContaining([' the-db  Removing', ' the-db  Removed'])])
    expect(calls()).toEqual(['compose --project-name=hooked down --size=3 --tags=a --tags=b the-db hooked'])
  })

  it('is asked when what it depends on is there: healthy, completed, or another provider', async () => {
    const dependent = (level: string): string => `
services:
  db:
    image: ${busyboxImage}
    command: [sh, -c, 'sleep 0.7; touch /data/ready; exec sleep 1000']
    environment: { LEVEL: "${level}" }
    stop_grace_period: 0s
    volumes: ["./data:/data"]
    healthcheck: { test: [CMD, test, -e, /data/ready], interval: 100ms, retries: 100 }
  job:
    image: ${busyboxImage}
    command: [sh, -c, 'echo job ran; echo $$SCHEMA_URL >>/data/jobs']
    volumes: ["./data:/data"]
    depends_on: { schema: { condition: service_started } }
  schema: { provider: { type: myprovider, options: { kind: schema } } }
  account:
    provider: { type: myprovider, options: { kind: account } }
    depends_on: { db: { condition: service_healthy }, job: { condition: service_completed_successfully } }
  app:
    image: ${busyboxImage}
    command: [sh, -c, 'echo $$ACCOUNT_URL; exit 3']
    depends_on: [account]
`
    project.write('compose.yaml', dependent('1'))
    project.write('data/x', '')
    install(program(`echo $(ls ../data) >>calls\n${say('setenv', 'URL=given')}`))
    const up = await run('up', '--abort-on-container-failure')
    expect([up.exitCode, linesOf(up.stdout)]).toEqual([3, expect.arrayContaining(['job-1  | job ran', 'app-1  | given'])])
    const called = (options: string): string => `compose --project-name=hooked up ${options} hooked`
    expect(calls()).toEqual([called('--kind=schema schema'), 'x', called('--kind=account account'), 'jobs ready x'])
    expect(readFileSync(join(project.directory, 'data/jobs'), 'utf8')).toBe('given\n')
    // Each once: what is recreated for the provider is not recreated again for the rest.
    const before = await project.ok(['ps', '-aq', '--no-trunc'])
    const again = await run('up', '-d', '--force-recreate')
    expect(again.exitCode).toBe(0)
    expect(again.stderr.match(/hooked-db-1 {2}Recreated/g)).toHaveLength(1)
    expect(readFileSync(join(project.directory, 'data/jobs'), 'utf8')).toBe('given\ngiven\n')
    expect(await project.ok(['ps', '-aq', '--no-trunc'])).not.toBe(before)
    // The provider is not asked where what it needs does not come.
    calls()
    project.write('compose.yaml', dependent('2').replace('echo job ran', 'exit 4'))
    const failed = await run('up', '-d')
    expect([failed.exitCode, failed.stderr]).toEqual([1, expect.stringContaining('hooked-job-1')])
    expect(calls()).toEqual([called('--kind=schema schema'), 'jobs ready x'])
  })

  it('gets only the options its metadata names, and all that are required', async () => {
    const metadata = JSON.stringify({ up: { parameters: [{ name: 'size', required: true }] }, down: {} })
    project.write('compose.yaml', compose('size: 1, hidden: 2'))
    install(program('true', metadata))
    expect((await run('up', '-d', 'app')).exitCode).toBe(0)
    expect(calls()).toEqual(['compose --project-name=hooked up --size=1 the-db hooked'])
    project.write('compose.yaml', compose('hidden: 2'))
    expect((await run('up', '-d', 'app')).stderr).toContain('the option "size" is required by myprovider')
  })

  it('changes nothing where a provider fails, is missing, or talks another language', async () => {
    project.write('compose.yaml', compose(''))
    for (const [answer, words] of [
      [`${say('error', 'no quota left')}; exit 1`, 'provider myprovider could not bring service the-db up: no quota left'],
      ['echo boom >&2; exit 7', 'it exited with 7: boom'],
      ['echo hello', 'an answer that is not of the protocol: hello'],
      ['echo "[1]"', 'an answer that is not of the protocol'],
    ] as const) {
      install(program(answer))
      const { exitCode, stderr } = await run('up', '-d')
      expect([exitCode, stderr]).toEqual([1, expect.stringContaining(words)])
      expect(await project.ok(['ps', '-a', '-q'])).toBe('')
    }
    rmSync(join(project.directory, 'bin/myprovider'))
    expect((await run('up', '-d')).stderr).toContain('there is no program myprovider on the PATH')
    expect((await run('run', 'the-db')).exitCode).toBe(1)
  })
})
