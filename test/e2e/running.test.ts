import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { busyboxImage } from '../support/busybox.ts'
import { createCli } from '../support/cli.ts'
import { createProject, importBusybox, type TestProject } from '../support/project.ts'
import { requireSandbox } from '../support/sandboxed.ts'

const image = `image: ${busyboxImage}, stop_grace_period: 0s`
const compose = `
services:
  web: { ${image}, command: sleep 1000, environment: { A: b }, ports: ["18050:80"], depends_on: [db] }
  db: { ${image}, command: sleep 1000, volumes: [/scratch] }
  job: { ${image}, entrypoint: [sh, -c], command: ["echo job; exit 4"], profiles: [jobs] }
`

let project: TestProject

beforeAll(async () => {
  requireSandbox()
  await importBusybox()
})

beforeEach(() => {
  project = createProject('running', compose)
})

afterEach(() => project.close())
afterAll(async () => {
  await createCli('/').run(['engine', 'stop'])
})

const only = (service: string): void => project.write('compose.yaml', `services:\n  a: { ${image}, ${service} }\n`)
const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '')

describe('up --wait', () => {
  it('fails where a process ends at once, and says with which code', async () => {
    only(`command: sh -c 'sleep 0.1; exit 3'`)
    const { exitCode, stderr } = await project.run(['up', '-d', '--wait'])
    expect(exitCode).toBe(1)
    expect(stderr).toContain('container running-a-1 exited (3)')
  })

  it('waits until health checks pass', async () => {
    only(`command: sh -c 'sleep 1; touch /ready; exec sleep 1000', healthcheck: { test: test -e /ready, interval: 100ms, retries: 100 }`)
    const { exitCode, stderr } = await project.run(['up', '--wait'])
    expect(exitCode).toBe(0)
    expect(lines(stderr).slice(-2)).toEqual([' Container running-a-1  Waiting', ' Container running-a-1  Healthy'])
    expect(await project.ok(['ps', '--format', '{{.Health}}'])).toBe('healthy\n')
  })

  it('fails for what is unhealthy, and when the time is over', async () => {
    only('command: sleep 1000, healthcheck: { test: "false", interval: 100ms, retries: 2 }')
    const unhealthy = await project.run(['up', '-d', '--wait'])
    expect([unhealthy.exitCode, unhealthy.stderr]).toEqual([1, expect.stringContaining('container running-a-1 is unhealthy')])
    only('command: sleep 1000, healthcheck: { test: "false", interval: 1h, start_period: 1h }')
    const began = performance.now()
    const late = await project.run(['up', '-d', '--wait', '--wait-timeout', '1'])
    expect(late.exitCode).toBe(1)
    expect(performance.now() - began).toBeLessThan(5000)
  })
})

describe('restart policies', () => {
  it('bring back what failed as often as they say, and nothing that was stopped', async () => {
    only(`command: sh -c 'echo once more; exit 3', restart: "on-failure:2"`)
    await project.ok(['up', '-d'])
    const history = (): Promise<string> => project.ok(['logs', '--no-log-prefix', 'a'])
    for (let attempt = 0; attempt < 50 && lines(await history()).length < 3; attempt++) await sleep(100)
    await sleep(500)
    expect(await history()).toBe('once more\n'.repeat(3))
    expect(await project.ok(['inspect', '-f', '{{.RestartCount}} {{.State.Status}}', 'running-a-1'])).toBe('2 exited\n')
  })

  it('always means after kill -9 of the process too, but not after stop', async () => {
    only('command: sleep 1000, restart: always')
    await project.ok(['up', '-d'])
    const pid = async (): Promise<number> => Number(await project.ok(['inspect', '-f', '{{.State.Pid}}', 'running-a-1']))
    const first = await pid()
    process.kill(first, 'SIGKILL')
    for (let attempt = 0; attempt < 50 && [0, first].includes(await pid()); attempt++) await sleep(100)
    expect([0, first]).not.toContain(await pid())
    await project.ok(['stop', '-t', '0'])
    await sleep(600)
    expect(await project.ok(['ps', '-a', '--format', '{{.State}}'])).toBe('exited\n')
  })
})

describe('run', () => {
  it("brings up what the service depends on, takes its environment but not its ports, and gives the process's code", async () => {
    const { exitCode, stdout, stderr } = await project.run(['run', '--rm', '-e', 'X=y', 'web', 'sh', '-c', 'echo $A$X; exit 5'])
    expect([exitCode, stdout]).toEqual([5, 'by\n'])
    expect(stderr).toContain(' Container running-db-1  Started')
    expect(await project.ok(['ps', '-a', '--format', '{{.Name}} {{.Ports}}'])).toBe('running-db-1 \n')
  })

  it('is not shown by ps without -a, is removed with --remove-orphans, and reads standard input', async () => {
    expect(await project.ok(['run', '--rm', '-T', '--no-deps', 'web', 'cat'], { input: 'piped\n' })).toBe('piped\n')
    await project.ok(['run', '-d', '--no-deps', '--name', 'extra', 'web'])
    expect(await project.ok(['ps', '-q'])).toBe('')
    expect(await project.ok(['ps', '-a', '--format', '{{.Name}} {{.Service}}'])).toBe('extra web\n')
    await project.ok(['down', '-t', '0', '--remove-orphans'])
    expect(await project.ok(['ps', '-aq'])).toBe('')
  })

  it('is left alone by rm, which is for services, and ended by kill', async () => {
    await project.ok(['up', '-d', '--no-deps', 'web'])
    await project.ok(['run', '-d', '--no-deps', '--name', 'one-off', 'web'])
    const states = (): Promise<string> => project.ok(['ps', '-a', '--format', '{{.Name}} {{.State}}'])
    await project.ok(['rm', '-s', '-f', 'web'])
    expect(await states()).toBe('one-off running\n')
    await project.ok(['kill', 'web'])
    expect(await states()).toBe('one-off exited\n')
    await project.ok(['down', '-t', '0'])
  })

  it('runs a service of a profile that is off, with its entrypoint', async () => {
    const { exitCode, stdout } = await project.run(['run', '--rm', 'job'])
    expect([exitCode, stdout]).toEqual([4, 'job\n'])
  })
})

describe('recreating', () => {
  it('-V gives new anonymous volumes; without it they are kept', async () => {
    await project.ok(['up', '-d', 'db'])
    await project.ok(['exec', '-T', 'db', 'touch', '/scratch/kept'])
    await project.ok(['up', '-d', '--force-recreate', 'db'])
    expect(await project.ok(['exec', '-T', 'db', 'ls', '/scratch'])).toBe('kept\n')
    await project.ok(['up', '-d', '-V', 'db'])
    expect(await project.ok(['exec', '-T', 'db', 'ls', '/scratch'])).toBe('')
  })

  it('restart and stop of a project without containers do nothing', async () => {
    for (const args of [['restart'], ['stop'], ['kill'], ['down']]) expect((await project.run(args)).exitCode).toBe(0)
    expect((await project.run(['start', 'web'])).exitCode).toBe(1)
  })
})

describe('build', () => {
  it("shows each step once in BuildKit's plain form, then Built; a failure with file, line and the end of the output", async () => {
    project.write('compose.yaml', 'services: { a: { build: . } }')
    project.write('Dockerfile', `FROM ${busyboxImage}\nRUN echo one; sleep 0.2; echo two >&2\nRUN echo three\n`)
    const { exitCode, stderr } = await project.run(['build'])
    expect(exitCode).toBe(0)
    expect(stderr.replaceAll(/\d+\.\d{3} /g, 'T ').replaceAll(/DONE \d+\.\ds/g, 'DONE')).toMatch(
      /^ running-a {2}Building\n#1 \[\S+ 1\/3\] FROM \S+\n#1 \S+\n\n#2 \[\S+ 2\/3\] RUN [^\n]+\n#2 T one\n#2 T two\n#2 DONE\n\n#3 \[\S+ 3\/3\] RUN echo three\n#3 T three\n#3 DONE\n\n running-a {2}Built\n$/,
    )
    const again = await project.run(['build'])
    expect(again.stderr.match(/CACHED/g)?.length).toBeGreaterThanOrEqual(2)
    expect(again.stderr.match(/ Built/g)).toHaveLength(1)
    project.write('Dockerfile', `FROM ${busyboxImage}\nRUN echo broken; exit 7\n`)
    const failed = await project.run(['build'])
    expect(failed.exitCode).toBe(1)
    expect(failed.stderr).toMatch(/\nrunning-a|Dockerfile:2:1: RUN failed with exit code 7: echo broken; exit 7/)
    expect(failed.stderr).toContain('> broken')
  })
})
