import { spawn } from 'node:child_process'
import { accessSync, closeSync, constants, openSync, statSync } from 'node:fs'
import { constants as osConstants } from 'node:os'
import { delimiter, isAbsolute, join } from 'node:path'
import { TscomposeError } from '../base/errors.ts'
import { type ChildProcess, startChild } from './child.ts'

/*
 * The only place that starts processes. `run` is for commands whose output is wanted (execa, loaded on first use);
 * `spawnProcess` for hot paths and for handing over descriptors (posix_spawn, see child.ts); `spawnDaemonized` for what
 * outlives this process.
 */

export type { ChildProcess }

/** Calls `start` once, at once, and returns what it returns; a process started by it is born where the caller is then. */
export type Bracket = <T>(start: () => T extends PromiseLike<unknown> ? never : T) => T

const here: Bracket = (start) => start() as never

export interface RunOptions {
  readonly input?: string | Uint8Array
  /** Replaces the environment; absent: a small fixed one with PATH. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Milliseconds; the command is killed afterwards. */
  readonly timeout?: number
  readonly signal?: AbortSignal
  /** Exit codes that are no failure, besides 0; `any` for all of them. */
  readonly accept?: readonly number[] | 'any'
  /** Keep at most this many bytes of each stream (default 4 MiB); the command fails beyond. */
  readonly maxBuffer?: number
  /** Runs the start of the process, such as inside a namespace: `view.enter` of the cgroup view. */
  readonly within?: Bracket
  /** Called for each line of output as it comes. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void
}

export interface RunResult {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Environment for the system's programs: nothing of the user's, messages in plain English. */
export const plainEnvironment: Readonly<Record<string, string>> = { PATH: searchPath, LC_ALL: 'C.UTF-8', HOME: '/root' }

/**
 * Runs a command to its end. Rejects COMMAND_NOT_INSTALLED where there is no such program, COMMAND_TIMEOUT, CANCELED,
 * and COMMAND_FAILED (with the last lines of stderr) for an exit code that is not accepted.
 */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { execa } = await import('execa')
  const { input, env = plainEnvironment, cwd, timeout, signal, accept = [], maxBuffer = 4 << 20, within = here, onLine } = options
  const execaOptions = {
    env,
    extendEnv: false,
    reject: false as const,
    stripFinalNewline: false as const,
    maxBuffer,
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  }
  // A subprocess is a promise too, and a bracket takes none: it is boxed.
  const { child } = within(() => ({ child: execa(command, args, execaOptions) }))
  if (onLine !== undefined) {
    child.stdout.setEncoding('utf8').on(
      'data',
      lineSplitter((line) => onLine(line, 'stdout')),
    )
    child.stderr.setEncoding('utf8').on(
      'data',
      lineSplitter((line) => onLine(line, 'stderr')),
    )
  }
  const result = await child
  if (result.isCanceled) throw new TscomposeError('canceled', 'CANCELED', `${command} was canceled`)
  const done = { exitCode: result.exitCode ?? -1, stdout: result.stdout, stderr: result.stderr }
  const accepted = result.exitCode !== undefined && (accept === 'any' || done.exitCode === 0 || accept.includes(done.exitCode))
  if (accepted) return done
  throw commandError(command, result)
}

interface Failure {
  readonly code?: string | undefined
  readonly timedOut?: boolean
  readonly exitCode?: number | undefined
  readonly signal?: string | undefined
  readonly stderr?: string
  readonly originalMessage?: string | undefined
}

function commandError(command: string, failure: Failure): TscomposeError {
  if (failure.code === 'ENOENT') {
    return new TscomposeError('unsupported', 'COMMAND_NOT_INSTALLED', `${command} is not installed`, {
      hint: 'tscompose doctor tells what this host lacks',
    })
  }
  if (failure.timedOut === true) return new TscomposeError('unavailable', 'COMMAND_TIMEOUT', `${command} took too long and was killed`)
  const how =
    failure.exitCode !== undefined
      ? `exited with ${failure.exitCode}`
      : failure.signal !== undefined
        ? `was killed by ${failure.signal}`
        : `failed: ${failure.originalMessage ?? 'it did not start'}`
  const said = lastLines(failure.stderr ?? '', 5)
  return new TscomposeError('unavailable', 'COMMAND_FAILED', `${command} ${how}${said === '' ? '' : `: ${said}`}`)
}

/** The last non-empty lines of a text, joined for one message. */
export function lastLines(text: string, count: number): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(-count)
    .join('; ')
}

/** Chunks in, whole lines out; the end of the last line is the end of the stream only if it had a newline. */
function lineSplitter(emit: (line: string) => void): (chunk: string) => void {
  let rest = ''
  return (chunk) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) emit(line)
  }
}

export interface ProcessOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Descriptor numbers, `pipe` or `ignore` for 0, 1, 2, 3 …; the child gets them under their index. */
  readonly stdio: readonly (number | 'pipe' | 'ignore')[]
  /** Own session and process group: signals to ours do not reach it. */
  readonly detached?: boolean
  readonly within?: Bracket
}

/**
 * Starts a process with exactly these descriptors, in a fraction of a millisecond also from a large process. A program
 * that cannot be started answers with an `error` event, as Node does it; `exited` turns both into a promise. Nothing of
 * our environment is inherited.
 */
export function spawnProcess(command: string, args: readonly string[], options: ProcessOptions): ChildProcess {
  const { env = plainEnvironment, cwd, stdio, detached = false, within = here } = options
  const path = findExecutable(command, env.PATH)
  const newSession = detached
  return startChild({
    path,
    name: command,
    args,
    env,
    ...(cwd === undefined ? {} : { cwd }),
    stdio,
    newSession,
    within: (go) => within(go),
  })
}

/**
 * The same through Node, for processes that have no use for system calls otherwise: loading them costs more than a fork
 * of a small process.
 */
export function spawnWithoutCalls(command: string, args: readonly string[], options: Omit<ProcessOptions, 'within'>): ChildProcess {
  const { env = plainEnvironment, stdio, ...rest } = options
  return spawn(command, args, { ...rest, env: { ...env }, stdio: [...stdio] })
}

/** How a process ended: its code, or 128 + signal number as a shell says it. Rejects where it never started. */
export function exited(child: ChildProcess): Promise<{ readonly exitCode: number; readonly signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      reject(commandError(child.spawnfile, { code: error.code, originalMessage: error.message }))
    })
    child.once('exit', (code, signal) => resolve({ exitCode: code ?? 128 + signalNumber(signal), signal }))
  })
}

function signalNumber(signal: NodeJS.Signals | null): number {
  return signal === null ? 0 : osConstants.signals[signal]
}

export interface DaemonOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Gets stdout and stderr, appended; absent: they go nowhere. */
  readonly logFile?: string
}

/**
 * Starts a program that outlives this one: own session, stdin closed, nothing keeps our event loop alive.
 * Returns its pid; throws where it cannot be started.
 */
export function spawnDaemonized(command: string, args: readonly string[], options: DaemonOptions = {}): number {
  const { logFile, env, cwd = '/' } = options
  const log = logFile === undefined ? ('ignore' as const) : openSync(logFile, 'a', 0o600)
  try {
    const stdio = ['ignore', log, log] as const
    const child = spawnProcess(command, args, { ...(env === undefined ? {} : { env }), cwd, stdio, detached: true })
    // Without a listener the error event would end this process; the missing pid below tells.
    child.once('error', () => undefined)
    child.unref()
    if (child.pid !== undefined) return child.pid
    throw new TscomposeError('unsupported', 'COMMAND_NOT_INSTALLED', `${command} cannot be started`)
  } finally {
    if (log !== 'ignore') closeSync(log)
  }
}

/** Absolute path of a program on the system's search path, then on `path` (a PATH value); undefined where there is none. */
export function findExecutable(name: string, path = ''): string | undefined {
  if (name.includes('/')) return isExecutable(name) ? name : undefined
  const directories = [...searchPath.split(':'), ...path.split(delimiter)].filter(isAbsolute)
  return directories.map((directory) => join(directory, name)).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
