import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { busyboxImage } from '../support/busybox.ts'
import { createCli, launcher } from '../support/cli.ts'
import { sh } from '../support/command.ts'
import { createProject, importBusybox, type TestProject } from '../support/project.ts'
import { requireSandbox } from '../support/sandboxed.ts'

const shell = (script: string): string => `image: ${busyboxImage}\n    init: true\n    command: ["sh", "-c", ${JSON.stringify(script)}]`

let project: TestProject

beforeAll(async () => {
  requireSandbox()
  await importBusybox()
})

beforeEach(() => {
  project = createProject('talk', '')
})

afterEach(() => project.close())
afterAll(async () => {
  await createCli('/').run(['engine', 'stop'])
})

const talkers = `services:
  a:
    ${shell('echo one; sleep 0.4; echo three; sleep 1.2; echo five; exec sleep 1000')}
  b:
    ${shell('sleep 0.2; echo two; sleep 0.4; echo four; exec sleep 1000')}
`

describe('logs', () => {
  it('that are followed begin in the order of time across services, and lose and repeat nothing', async () => {
    project.write('compose.yaml', talkers)
    await project.ok(['up', '-d'])
    sh('sleep 1')
    const text = sh(`timeout 3 ${launcher} logs -f --no-log-prefix || true`, { cwd: project.directory })
    expect(text).toBe('one\ntwo\nthree\nfour\nfive\n')
  })

  it('can be searched and read by programs', async () => {
    project.write('compose.yaml', talkers)
    await project.ok(['up', '-d'])
    sh('sleep 1')
    expect(await project.ok(['logs', '--no-log-prefix', '--grep', '^t(wo|hree)$'])).toBe('two\nthree\n')
    const lines = (await project.ok(['logs', '--json', '--grep', 'o'])).trim().split('\n')
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { time: expect.stringMatching(/^\d{4}-.*\.\d{9}Z$/), service: 'a', container: 'a-1', stream: 'stdout', text: 'one' },
      { time: expect.stringMatching(/Z$/), service: 'b', container: 'b-1', stream: 'stdout', text: 'two' },
      { time: expect.stringMatching(/Z$/), service: 'b', container: 'b-1', stream: 'stdout', text: 'four' },
    ])
    const bad = await project.run(['logs', '--grep', '('])
    expect([bad.exitCode, bad.stderr]).toEqual([1, expect.stringContaining('invalid --grep pattern')])
  })
})

describe('test', () => {
  const suite = (script: string): string => `services:
  checks:
    ${shell(script)}
    depends_on: { web: { condition: service_healthy } }
  web:
    ${shell('echo serving; exec sleep 1000')}
    healthcheck: { test: "true", start_period: 5s, start_interval: 100ms }
    volumes: ["data:/data"]
volumes: { data: {} }
`

  it('gives the exit code of the test service, writes JUnit XML and leaves nothing', async () => {
    project.write('compose.yaml', suite('echo "1 < 2 failed"; exit 4'))
    const { exitCode, stdout, stderr } = await project.run(['test', '--junit', 'out.xml', 'checks'])
    expect([exitCode, stdout]).toEqual([4, 'checks-1  | 1 < 2 failed\n'])
    expect(stderr).toContain('web | serving')
    expect(stderr).toContain('checks failed: it exited with code 4')
    const xml = readFileSync(join(project.directory, 'out.xml'), 'utf8')
    expect(xml).toContain('<testsuite name="talk" tests="1" failures="1"')
    expect(xml).toContain('<system-out>1 &lt; 2 failed</system-out>')
    expect(await project.ok(['ps', '-aq'])).toBe('')
    expect(await project.ok(['volumes', '-q'])).toBe('')
  })

  it('succeeds with its test service', async () => {
    project.write('compose.yaml', suite('true'))
    expect((await project.run(['test', 'checks'])).exitCode).toBe(0)
  })

  it('fails with the reason where what is tested never comes up', async () => {
    project.write('compose.yaml', suite('true').replace('test: "true", start_period: 5s', 'test: "false", retries: 1, interval: 100ms'))
    const { exitCode, stderr } = await project.run(['test', '--junit', 'out.xml', 'checks'])
    expect(exitCode).toBe(1)
    expect(stderr).toContain('dependency failed to start: container talk-web-1 is unhealthy')
    expect(await project.ok(['ps', '-aq'])).toBe('')
  })
})

describe('hooks', () => {
  it('run after the start and before the stop, in the container, and a failing one fails the up', async () => {
    const hooked = (command: string): string => `services:
  web:
    ${shell('exec sleep 1000')}
    volumes: ["./out:/out"]
    post_start: [{ command: ["sh", "-c", "${command}"], environment: { WHO: me } }]
    pre_stop: [{ command: ["sh", "-c", "echo stopping >> /out/log"] }]
`
    project.write('compose.yaml', hooked('echo started by $$WHO >> /out/log'))
    await project.ok(['up', '-d'])
    await project.ok(['restart', '-t', '0'])
    await project.ok(['stop', '-t', '0'])
    expect(readFileSync(join(project.directory, 'out/log'), 'utf8')).toBe('started by me\nstopping\nstarted by me\nstopping\n')
    project.write('compose.yaml', hooked('exit 3'))
    const { exitCode, stderr } = await project.run(['up', '-d'])
    expect(exitCode).toBe(1)
    expect(stderr).toContain('post_start hook of talk-web-1 exited with code 3')
  })
})
