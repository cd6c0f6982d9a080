import { setTimeout as sleep } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { busyboxImage } from '../support/busybox.ts'
import { createCli, launcher } from '../support/cli.ts'
import { sh } from '../support/command.ts'
import { createProject, importBusybox, type TestProject } from '../support/project.ts'
import { requireSandbox } from '../support/sandboxed.ts'
import { keys, openTerminal, type TerminalSession } from '../support/terminal.ts'

const compose = `
services:
  web:
    image: ${busyboxImage}
    command: sh -c 'trap "echo bye; exit 0" TERM; echo hello; while true; do sleep 0.1; done'
    depends_on: [db]
  db:
    image: ${busyboxImage}
    command: sh -c 'trap "echo dbbye; exit 0" TERM; echo dbhello; while true; do sleep 0.1; done'
  deaf:
    image: ${busyboxImage}
    command: sh -c 'trap "" TERM; echo deaf; while true; do sleep 0.1; done'
    stop_grace_period: 30s
    profiles: [deaf]
  shell:
    image: ${busyboxImage}
    command: sh
    tty: true
    stdin_open: true
    stop_grace_period: 0s
    profiles: [shell]
`

let project: TestProject

beforeAll(async () => {
  requireSandbox()
  await importBusybox()
})

beforeEach(() => {
  project = createProject('term', compose)
})

afterEach(() => project.close())
afterAll(async () => {
  await createCli('/').run(['engine', 'stop'])
})

const open = (args: string): TerminalSession => openTerminal(`${launcher} ${args}`, project.directory)
const plain = (session: TerminalSession): string => stripVTControlCharacters(session.text()).replaceAll('\r', '')
const states = (): Promise<string> => project.ok(['ps', '-a', '--format', '{{.Service}} {{.State}} {{.ExitCode}}'])

describe('attached up', () => {
  it('shows a menu below the output, whose w turns watching on and off', async () => {
    project.write(
      'compose.yaml',
      compose.replace(
        '    depends_on: [db]',
        '    depends_on: [db]\n    develop: { watch: [{ path: ./src, action: sync, target: /srv }] }',
      ),
    )
    project.write('src/before', '1')
    const session = open('up')
    await session.until('w Enable Watch')
    session.press('w')
    await session.until('Watch enabled')
    await session.until('w Disable Watch')
    project.write('src/during', '1')
    await session.until('Syncing service web')
    session.press('w')
    await session.until('Watch disabled')
    project.write('src/after', '1')
    await sleep(500)
    expect(await project.ok(['exec', '-T', 'web', 'ls', '/srv'])).toBe('during\n')
    session.press(keys.ctrlC)
    expect(await session.ended).toBe(130)
    // Every line of output stands alone: the menu stepped aside for it.
    const shown = plain(session).split('\n')
    expect(shown.filter((line) => line.includes('| bye'))).toEqual(['web-1  | bye'])
    expect(await states()).toBe('db exited 0\nweb exited 0\n')
  })

  it('has no menu where it is not wanted, and says what is missing where there is nothing to watch', async () => {
    for (const [args, env] of [
      ['--menu=false', ''],
      ['', 'COMPOSE_MENU=0 '],
    ] as const) {
      const session = openTerminal(`${env}${launcher} up ${args}`, project.directory)
      await session.until('web-1  | hello')
      await sleep(300)
      expect(session.text()).not.toContain('Enable Watch')
      session.press(keys.ctrlC)
      expect(await session.ended).toBe(130)
    }
    const session = open('up --menu')
    await session.until('w Enable Watch')
    session.press('w')
    await session.until('Watch is not configured')
    session.press(keys.ctrlC)
    expect(await session.ended).toBe(130)
  })

  it('stops gracefully on Ctrl-C, dependents first, showing output to the end, and keeps the containers', async () => {
    const session = open('up')
    await session.until('web-1  | hello')
    session.press(keys.ctrlC)
    expect(await session.ended).toBe(130)
    const text = plain(session)
    expect(text).toContain('Gracefully Stopping... press Ctrl+C again to force')
    for (const line of ['web-1  | bye', 'web-1 exited with code 0', 'db-1   | dbbye', 'db-1 exited with code 0'])
      expect(text).toContain(line)
    expect(text.indexOf('web-1  | bye')).toBeLessThan(text.indexOf('db-1   | dbbye'))
    expect(await states()).toBe('db exited 0\nweb exited 0\n')
  })

  it('kills on the second Ctrl-C what does not listen', async () => {
    const session = open('up deaf')
    await session.until('deaf-1  | deaf')
    session.press(keys.ctrlC)
    await session.until('Gracefully Stopping')
    await sleep(300)
    expect(await states()).toBe('deaf running 0\n')
    session.press(keys.ctrlC)
    expect(await session.ended).toBe(130)
    expect(await states()).toBe('deaf exited 137\n')
  })
})

describe('progress on a terminal', () => {
  it('is a list with a mark, a verb and seconds for each object', async () => {
    const session = open('up -d')
    expect(await session.ended).toBe(0)
    const last = plain(session).split('[+] ').at(-1)
    expect(last).toMatch(/^Running 3\/3\n ✔ Network term_default +Created +\d\.\ds\n ✔ Container term-db-1 +Started +\d\.\ds\n/)
    const stop = open('stop -t 0')
    await stop.ended
    expect(plain(stop)).toContain('[+] Stopping 2/2')
  })

  it('is never drawn over what a container of run shows', async () => {
    const session = open("run --rm web sh -c 'echo first; sleep 0.5; echo last'")
    expect(await session.ended).toBe(0)
    expect(plain(session).slice(plain(session).indexOf('first'))).toBe('first\nlast\n')
  })
})

describe('exec and run on a terminal', () => {
  it('give the process one of the same size, and its exit code back', async () => {
    await project.ok(['up', '-d'])
    const session = open("exec web sh -c 'test -t 0 && test -t 1 && test -t 2 && stty size; exit 3'")
    expect(await session.ended).toBe(3)
    expect(plain(session)).toContain('30 100')
  })

  it('hand every key to the shell inside: Ctrl-C interrupts there, Ctrl-D ends it', async () => {
    await project.ok(['up', '-d'])
    const session = open('exec web sh')
    await session.until('# ')
    session.press('sleep 100\r')
    await sleep(300)
    session.press(keys.ctrlC)
    session.press('echo $((40 + 2))\r')
    await session.until('42')
    session.press(`exit 4\r`)
    expect(await session.ended).toBe(4)
  })

  it.each(['exec web sh', 'run --rm --no-deps web sh'])('%s learns of a new size', async (command) => {
    await project.ok(['up', '-d', 'web'])
    const session = open(command)
    await session.until('# ')
    session.resize(91, 23)
    session.press('until [ "$(stty size)" = "23 91" ]; do sleep 0.1; done; echo size $((1 + 1))\r')
    await session.until('size 2')
    session.press('exit 6\r')
    expect(await session.ended).toBe(6)
  })

  it('give it the size before it can ask, also where many start at once', async () => {
    await project.ok(['up', '-d'])
    for (let round = 0; round < 5; round++) {
      const sessions = Array.from({ length: 4 }, () => open('exec web stty size'))
      expect(await Promise.all(sessions.map(({ ended }) => ended))).toEqual([0, 0, 0, 0])
      for (const session of sessions) expect(plain(session)).toContain('30 100')
    }
  })

  it.each(['exec -T', 'run --rm --no-deps -T'])('%s gives it none, and passes on what is typed and shown', async (command) => {
    await project.ok(['up', '-d'])
    const session = open(`${command} web sh -c 'for fd in 0 1 2; do test -t $fd || echo none; done; cat >&2; exit 3'`)
    await session.until(/(none\s+){3}/)
    session.press('typed\r')
    // Once as the terminal's echo, once as the program's answer.
    await session.until(/typed\s+typed/)
    session.press(keys.ctrlD)
    expect(await session.ended).toBe(3)
  })

  it('exec -T into a pipe does not hand over the terminal it reads from', async () => {
    await project.ok(['up', '-d'])
    const session = open("exec -T web sh -c 'test -t 0 || echo none; exit 4' | sed s/none/piped/")
    await session.until('piped')
    await session.ended
    const after = open('exec -T web true; read -r line; echo "got $line"')
    await sleep(1500)
    after.press('mine\r')
    await after.until('got mine')
  })

  it('leave the terminal as they found it', async () => {
    await project.ok(['up', '-d'])
    const session = openTerminal(`stty -a >before; ${launcher} exec web true; stty -a >after`, project.directory)
    expect(await session.ended).toBe(0)
    expect(sh('cmp before after && grep -c " icanon" after', { cwd: project.directory }).trim()).toBe('1')
  })
})

describe('attach on a terminal', () => {
  const attach = async (flags = ''): Promise<TerminalSession> => {
    await project.ok(['up', '-d', 'shell'])
    const session = open(`attach ${flags} shell`)
    session.press('\r')
    await session.until('# ')
    return session
  }

  it.each([
    ['', keys.ctrlP + keys.ctrlQ],
    ['--detach-keys ctrl-x,y', '\x18y'],
  ])('%s leaves the container running at its detach keys, with code 0', async (flags, pressed) => {
    const session = await attach(flags)
    session.press(pressed)
    expect(await session.ended).toBe(0)
    expect(await states()).toBe('shell running 0\n')
  })

  it('passes size, keys and the exit code on', async () => {
    const session = await attach()
    session.resize(77, 17)
    session.press('until [ "$(stty size)" = "17 77" ]; do sleep 0.1; done; echo size $((1 + 1))\r')
    await session.until('size 2')
    session.press('exit 8\r')
    expect(await session.ended).toBe(8)
  })
})

describe('logs -f', () => {
  it('goes on through a restart and ends with Ctrl-C', async () => {
    await project.ok(['up', '-d', 'db'])
    const session = open('logs -f db')
    await session.until('db-1  | dbhello')
    await project.ok(['restart', '-t', '1', 'db'])
    await session.until(/dbhello[\s\S]*dbbye[\s\S]*dbhello/)
    session.press(keys.ctrlC)
    expect(await session.ended).toBe(130)
  })

  it('ends by itself when the containers have ended for good', async () => {
    await project.ok(['up', '-d', 'db'])
    const session = open('logs -f --no-log-prefix db')
    await session.until('dbhello')
    await project.ok(['stop', '-t', '1', 'db'])
    expect(await session.ended).toBe(0)
    expect(plain(session)).toContain('dbbye')
  })
})
