import { setTimeout as sleep } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { busyboxImage } from '../support/busybox.ts'
import { createCli, launcher } from '../support/cli.ts'
import { sh } from '../support/command.ts'
import { createProject, importBusybox, type TestProject } from '../support/project.ts'
import { requireSandbox } from '../support/sandboxed.ts'
import { keys, openTerminal, type TerminalSession } from '../support/terminal.ts'

/* Ctrl-Z and fg, as a person at a shell with job control presses them. */

const compose = `
services:
  web:
    image: ${busyboxImage}
    command: sh -c 'trap "exit 0" TERM; n=0; while true; do n=$$((n+1)); echo "tick $$n"; sleep 0.2; done'
`

let project: TestProject
let shell: TerminalSession

beforeAll(async () => {
  requireSandbox()
  await importBusybox()
})
beforeEach(async () => {
  project = createProject('stopped', compose)
  shell = openTerminal('PS1="ready$ " bash --norc --noprofile -i', project.directory)
  await shell.until('ready$')
})
afterEach(() => project.close())
afterAll(async () => {
  await createCli('/').run(['engine', 'stop'])
})

const plain = (): string => stripVTControlCharacters(shell.text()).replaceAll('\r', '')
/** Types a line at the shell's prompt. */
const type = (line: string): void => shell.press(`${line}\n`)
/** Whether the terminal hands over whole lines and turns Ctrl-C into a signal, as a shell leaves it to its commands. */
const isCooked = (): boolean => /(?<!-)icanon/.test(sh('stty -a -F "$(cat .tty)"', { cwd: project.directory }))
const ticks = (): number => plain().match(/tick \d+/g)?.length ?? 0
const moreTicks = async (): Promise<void> => {
  const before = Number([...plain().matchAll(/tick (\d+)/g)].at(-1)?.[1] ?? 0)
  await shell.until(new RegExp(`tick ${before + 2}`))
}
/** Presses Ctrl-Z, sees that nothing comes while it stands still, and that more comes after fg. */
const stopAndGoOn = async (meanwhile: () => Promise<void> = async () => {}): Promise<void> => {
  shell.press(keys.ctrlZ)
  await shell.until('Stopped')
  await meanwhile()
  const seen = ticks()
  type('sleep 0.7; echo quiet')
  await shell.until(/\nquiet|\rquiet/)
  expect(ticks()).toBe(seen)
  type('fg')
  await moreTicks()
}
const expectEveryTick = (): void => {
  const numbers = [...plain().matchAll(/tick (\d+)/g)].map(([, number]) => Number(number))
  expect(numbers).toEqual(numbers.map((_, index) => index + 1))
}

describe('Ctrl-Z and fg', () => {
  it('stop attached up, menu and all, give the shell its terminal meanwhile, and lose no line', async () => {
    type(`${launcher} up`)
    await shell.until(/tick 3[\s\S]*Enable Watch/)
    await stopAndGoOn(async () => {
      type('stty -a | grep -o "[-]*icanon" | sed s/^/mode=/')
      await shell.until('mode=icanon')
    })
    expect(isCooked()).toBe(false)
    // The keys are the menu's again, and nothing was lost while it stood still.
    shell.press('w')
    await shell.until('Watch is not configured')
    expectEveryTick()
    shell.press(keys.ctrlC)
    await shell.until(/Gracefully Stopping[\s\S]*ready\$ $/)
    type('echo "code=$?"')
    await shell.until('code=130')
    expect(await project.ok(['ps', '-q'])).toBe('')
    type('exit')
    await shell.ended
  })

  it('stop logs -f, which goes on where it was', async () => {
    await project.ok(['up', '-d'])
    type(`${launcher} logs -f --no-log-prefix`)
    await shell.until('tick 3')
    await stopAndGoOn()
    expectEveryTick()
    shell.press(keys.ctrlC)
    await shell.until(/\^C[\s\S]*ready\$ $/)
    type('echo "code=$?"')
    await shell.until('code=130')
    type('exit')
    await shell.ended
  })

  it('are the container’s in exec', async () => {
    await project.ok(['up', '-d'])
    type(`${launcher} exec web sh`)
    await shell.until('# ')
    type('echo now-$((40+2)); sleep 1000')
    await shell.until('now-42')
    await sleep(300)
    shell.press(keys.ctrlZ)
    await shell.until(/Stopped +sleep 1000/)
    type('exit; exit')
    await shell.until(/exit; exit[\s\S]*ready\$ $/)
    type('stty -a | grep -o "[-]*icanon" | sed s/^/mode=/')
    await shell.until('mode=icanon')
    type('exit')
    await shell.ended
  })
})
