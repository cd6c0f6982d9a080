import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { sh } from './command.ts'

/** A command on a terminal of its own, 100 columns by 30 rows, as a person at a keyboard has it. */
export interface TerminalSession {
  /** Everything it has shown, escape sequences included. */
  text(): string
  /** Resolves when `part` has been shown; rejects after ten seconds with what was shown instead. */
  until(part: string | RegExp): Promise<void>
  press(keys: string): void
  /** Gives the terminal another size, as dragging a window's corner does. */
  resize(columns: number, rows: number): void
  /** Its exit code. */
  readonly ended: Promise<number>
}

export const keys = { ctrlC: '\x03', ctrlD: '\x04', ctrlP: '\x10', ctrlQ: '\x11', ctrlZ: '\x1a' } as const

/** Runs a shell command on a pseudo-terminal made by util-linux's script. */
export function openTerminal(command: string, cwd: string): TerminalSession {
  const child = spawn('script', ['-qefc', `tty >.tty; stty cols 100 rows 30; ${command}`, '/dev/null'], {
    cwd,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, TERM: 'xterm', NO_COLOR: '1', SHELL: '/bin/sh' },
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    text += more
  })
  child.stdin.on('error', () => undefined)
  const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)))
  const shown = (part: string | RegExp): boolean => (typeof part === 'string' ? text.includes(part) : part.test(text))
  return {
    text: () => text,
    until: async (part) => {
      for (let attempt = 0; !shown(part); attempt++) {
        if (attempt > 500) throw new Error(`${part} was not shown, but:\n${text}`)
        await sleep(20)
      }
    },
    press: (pressed) => void child.stdin.write(pressed),
    resize: (columns, rows) => void sh(`stty -F "$(cat .tty)" cols ${columns} rows ${rows}`, { cwd }),
    ended,
  }
}
