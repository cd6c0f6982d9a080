import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { busyboxImage } from '../support/busybox.ts'
import { createCli, launcher } from '../support/cli.ts'
import { runCommand, sh } from '../support/command.ts'
import { createProject, importBusybox, type TestProject } from '../support/project.ts'
import { requireSandbox } from '../support/sandboxed.ts'

/* The codes scripts look at, as docker compose 2.40.3 gives them; those of single commands are in golden/messages. */

const image = `image: ${busyboxImage}, stop_grace_period: 1s`
const listens = `sh -c 'trap "exit 143" TERM; echo up; while true; do sleep 0.1; done'`
const compose = `
services:
  ok: { ${image}, command: "sh -c 'sleep 0.3'" }
  fails: { ${image}, command: "sh -c 'sleep 0.5; exit 3'" }
  listens: { ${image}, command: ${JSON.stringify(listens)} }
  deaf: { ${image}, command: "sh -c 'trap \\"\\" TERM; while true; do sleep 0.1; done'" }
`

let project: TestProject

beforeAll(async () => {
  requireSandbox()
  await importBusybox()
})

beforeEach(() => {
  project = createProject('codes', compose)
})

afterEach(() => project.close())
afterAll(async () => {
  await createCli('/').run(['engine', 'stop'])
})

const codeOf = async (...args: readonly string[]): Promise<number> => (await project.run(args)).exitCode
const codes = (): Promise<string> => project.ok(['ps', '-a', '--format', '{{.Service}} {{.State}} {{.ExitCode}}'])

describe('attached up', () => {
  it.each([
    ['the first that ends', ['--abort-on-container-exit', 'ok', 'listens'], 0],
    ['the first that ends, where it fails', ['--abort-on-container-exit', 'fails', 'listens'], 3],
    ['the first that fails', ['--abort-on-container-failure', 'ok', 'fails', 'listens'], 3],
    ['the service named, not the first', ['--exit-code-from', 'listens', 'fails', 'listens'], 143],
    ['what a signal ended', ['--exit-code-from', 'listens', 'ok', 'listens'], 143],
    ['what had to be killed', ['--exit-code-from', 'deaf', 'ok', 'deaf'], 137],
    ['nobody, without these flags', ['ok', 'fails'], 0],
  ] as const)('takes the code of %s', async (_what, args, code) => {
    expect(await codeOf('up', ...args)).toBe(code)
  })
})

it.each(['services: {}', `services: { a: { ${image}, profiles: [p] } }`])('up of nothing is 1, and makes nothing: %s', async (text) => {
  project.write('compose.yaml', text)
  const { exitCode, stdout, stderr } = await project.run(['up', '-d'])
  expect([exitCode, stdout, stderr]).toEqual([1, '', expect.stringMatching(/^no service selected\nhint: .*profile/)])
  expect(await codeOf('create')).toBe(0)
})

describe('a signal to the command', () => {
  it.each(['INT', 'TERM'])('SIG%s ends it with 130, whatever it does', async (signal) => {
    await project.ok(['up', '-d', 'listens'])
    for (const args of ['logs -f', 'events', 'wait listens', 'stats']) {
      const script = `${launcher} ${args} >/dev/null 2>&1 & pid=$!; sleep 1; kill -${signal} $pid; code=0; wait $pid || code=$?; echo $code`
      // A shell without job control starts background commands with SIGINT ignored.
      const { stdout } = await runCommand(['bash', '-mc', script], { cwd: project.directory })
      expect(`${args} ${stdout.trim()}`).toBe(`${args} 130`)
    }
    expect(await codes()).toBe('listens running 0\n')
  })
})

describe('what containers are left with', () => {
  it('is 143 after stop where they listen, 137 where they do not or are killed', async () => {
    await project.ok(['up', '-d', 'listens', 'deaf'])
    await sleep(300)
    await project.ok(['stop'])
    expect(await codes()).toBe('deaf exited 137\nlistens exited 143\n')
    await project.ok(['start', 'listens'])
    await project.ok(['kill', 'listens'])
    expect(await codes()).toBe('deaf exited 137\nlistens exited 137\n')
  })

  it('is passed on by wait', async () => {
    project.write('compose.yaml', compose.replace('sleep 0.5; exit 3', 'sleep 3; exit 3'))
    await project.ok(['up', '-d', 'fails', 'listens'])
    expect(await codeOf('wait', 'fails')).toBe(3)
    await project.ok(['start', 'fails'])
    expect(await codeOf('wait', '--down-project', 'fails')).toBe(3)
    expect(await codes()).toBe('')
  })
})

describe('a failure says why', () => {
  const only = (yaml: string): void => project.write('compose.yaml', `services:\n${yaml}`)

  it('names the memory limit that killed a dependency, its last words and who waits for it', async () => {
    only(`  big: { ${image}, mem_limit: 16m, memswap_limit: 16m, command: "sh -c 'echo filling; tail /dev/zero'" }
  uses: { ${image}, command: sleep 9, depends_on: { big: { condition: service_completed_successfully } } }
  above: { ${image}, command: sleep 9, depends_on: [uses] }`)
    const { exitCode, stderr } = await project.run(['up', '-d'])
    expect(exitCode).toBe(1)
    const told = stderr.slice(stderr.lastIndexOf('container codes-big-1 did not')).split('\n')
    expect(told.slice(0, 5)).toEqual([
      'container codes-big-1 did not complete successfully: exit 137',
      '  uses depends on big (service_completed_successfully)',
      '  it was killed for want of memory (its limit is 16 MiB)',
      '  the last lines of codes-big-1:',
      '    filling',
    ])
    expect(stderr).toMatch(/not started because of it: .*codes-uses-1/)
    expect(stderr).toMatch(/not started because of it: .*codes-above-1/)
  })

  it('names the signal behind a code', async () => {
    only(`  crash: { ${image}, command: "sh -c 'echo before; sh -c \\"kill -SEGV \\\\$\\\\$\\"; exit 139'" }
  uses: { ${image}, command: sleep 9, depends_on: { crash: { condition: service_completed_successfully } } }`)
    const { exitCode, stderr } = await project.run(['up', '-d'])
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('exit code 139 is SIGSEGV')])
    expect(stderr).toContain('    before')
  })
})

describe('with nothing but HOME, USER and PATH in the environment', () => {
  const scrubbed = (args: string): string =>
    sh(`exec env -i HOME=/root USER=root PATH="$PATH" ${launcher} ${args} 2>&1`, { cwd: project.directory })

  it('every command works', async () => {
    const commands = `config -q;up -d listens;ps;ls;images;logs listens;exec -T listens true;top;stats --no-stream
pause;unpause;stop -t 0;start;restart -t 0;kill;start listens;run --rm -T ok true;scale listens=2;volumes;version;events --since 1h --until 0s
create ok;commit listens scrubbed:1;export -o out.tar listens;cp listens:/etc/passwd passwd;plan;inspect codes-listens-1;viz
rm -f -s ok;down -t 0`
    for (const args of commands.split(/[;\n]/))
      expect(`${args}: ${scrubbed(args)}`).not.toMatch(/ENOENT|undefined|at .*\.ts:|environment variable/)
    expect(sh('grep -c ^root: passwd', { cwd: project.directory }).trim()).toBe('1')
    expect(await codes()).toBe('')
  })
})
