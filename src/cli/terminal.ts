import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { isatty } from 'node:tty'

/** One output stream of the process. */
export interface Output {
  readonly isTty: boolean
  /** Width of the terminal now; 80 where it is none. */
  columns(): number
  rows(): number
  write(text: string): void
}

/** The process as verbs see it. */
export interface Terminal {
  readonly stdout: Output
  readonly stderr: Output
  readonly stdinIsTty: boolean
  /** Whether the process may take the keys of its terminal: one in the background would be stopped. */
  inForeground(): boolean
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly pid: number
  /** Reads standard input to its end. Only for `-f -` and the like: never while a container has our stdin. */
  readStdin(): Promise<string>
  /** Calls `listener` when the terminal changes its size, until the returned function is called. */
  onResize(listener: () => void): () => void
  /** Switches the terminal to raw mode; returns the way back (safe to call twice). Does nothing without a terminal. */
  rawMode(): () => void
  /** Reads keys one by one, Ctrl-C (`\x03`) among them, until the returned function is called. Only with a terminal as standard input. */
  onKey(listener: (key: string) => void): () => void
  /** Stops the job as Ctrl-Z does where keys are no signals, until the shell lets it go on; the shell has its terminal as it was. */
  suspend(): Promise<void>
}

/** The terminal of this process. */
export function createTerminal(): Terminal {
  let stdin: Promise<string> | undefined
  return {
    stdout: createOutput(1, () => process.stdout),
    stderr: createOutput(2, () => process.stderr),
    stdinIsTty: isatty(0),
    inForeground,
    env: process.env,
    cwd: process.cwd(),
    pid: process.pid,
    // A project from standard input is loaded more than once by `watch`.
    readStdin: () => (stdin ??= readStdin()),
    onResize: (listener) => {
      // Its own event comes after it has taken the new size; a listener of SIGWINCH may come before.
      process.stdout.on('resize', listener)
      return () => {
        process.stdout.off('resize', listener)
      }
    },
    rawMode: enterRawMode,
    onKey: readKeys,
    suspend,
  }
}

/** Its process group is that of the terminal: fields `pgrp` and `tpgid` of proc_pid_stat(5). */
function inForeground(): boolean {
  const [, , group, , , ofTerminal] = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return group === ofTerminal
}

function createOutput(fd: number, stream: () => NodeJS.WriteStream): Output {
  return {
    isTty: isatty(fd),
    columns: () => stream().columns ?? 80,
    rows: () => stream().rows ?? 24,
    write: (text) => {
      stream().write(text)
    },
  }
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function enterRawMode(): () => void {
  if (!isatty(0)) return () => {}
  let raw = true
  process.stdin.setRawMode(true)
  const restore = (): void => {
    if (!raw) return
    raw = false
    process.stdin.setRawMode(false)
    process.off('exit', restore)
    process.off('SIGCONT', enterAgain)
  }
  // A shell left in raw mode is unusable: restore however the process ends.
  process.on('exit', restore)
  process.on('SIGCONT', enterAgain)
  return restore
}

/** Whoever had the terminal while we were stopped has set it as they like it. */
function enterAgain(): void {
  // Node does nothing where the mode is the one it set last.
  process.stdin.setRawMode(false)
  process.stdin.setRawMode(true)
}

/** A group without a shell to continue it is not stopped by the kernel: it goes on after this. */
const stoppedMs = 50

async function suspend(): Promise<void> {
  const raw = process.stdin.isRaw
  if (raw) process.stdin.setRawMode(false)
  process.kill(0, 'SIGTSTP')
  await sleep(stoppedMs)
  if (raw) enterAgain()
}

function readKeys(listener: (key: string) => void): () => void {
  const restore = enterRawMode()
  const onData = (chunk: Buffer): void => {
    for (const key of chunk.toString('utf8')) listener(key)
  }
  process.stdin.on('data', onData)
  return () => {
    process.stdin.off('data', onData)
    // Neither reads on nor keeps the process alive.
    process.stdin.pause()
    restore()
  }
}
