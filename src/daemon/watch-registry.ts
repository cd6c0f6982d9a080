import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { hasErrno, TscomposeError } from '../base/errors.ts'
import { writeFileAtomic } from '../sys/files.ts'
import { isSameProcess, pidfdOpen, pidfdSendSignal, processStartTime } from '../sys/pidfd.ts'
import { spawnDaemonized } from '../sys/process.ts'
import { enginePaths } from './places.ts'

/*
 * Watches as other processes see them: one small file per project below the engine's run directory, written by the
 * watch itself and true as long as its process lives. The engine knows nothing of watches: they work for users, with
 * their files and their environment.
 */

/** A watch that runs; `status` is what it last said about itself. */
export interface RegisteredWatch<T> {
  readonly pid: number
  readonly startTime: number
  readonly background: boolean
  readonly status: T
}

const directory = `${enginePaths.runRoot}/watch`
const startTimeoutMs = 15_000
const endTimeoutMs = 5_000

const entryPath = (project: string): string => join(directory, `${project}.json`)

/** Where a background watch of a project says what it does. */
export function watchLogPath(project: string): string {
  return join(enginePaths.dataRoot, 'watch', `${project}.log`)
}

/** Says what this process's watch of a project does. */
export function publishWatch<T>(project: string, entry: Pick<RegisteredWatch<T>, 'background' | 'status'>): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const own = { pid: process.pid, startTime: processStartTime(process.pid) ?? 0 }
  writeFileAtomic(entryPath(project), JSON.stringify({ ...own, ...entry }))
}

/** The watch of a project that runs now. */
export function findWatch<T>(project: string): RegisteredWatch<T> | undefined {
  let text: string
  try {
    text = readFileSync(entryPath(project), 'utf8')
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined
    throw error
  }
  const entry = JSON.parse(text) as RegisteredWatch<T>
  return isSameProcess(entry.pid, entry.startTime) ? entry : undefined
}

/** Takes this process's entry away. */
export function withdrawWatch(project: string): void {
  if (findWatch(project)?.pid === process.pid) rmSync(entryPath(project), { force: true })
}

/** Ends the background watch of a project and waits until it has ended. False where there is none. */
export async function endBackgroundWatch(project: string): Promise<boolean> {
  const found = findWatch(project)
  if (found?.background !== true || found.pid === process.pid) return false
  signalProcess(found, 'SIGTERM')
  const deadline = performance.now() + endTimeoutMs
  while (isSameProcess(found.pid, found.startTime)) {
    if (performance.now() > deadline) signalProcess(found, 'SIGKILL')
    await sleep(20)
  }
  return true
}

function signalProcess({ pid, startTime }: { readonly pid: number; readonly startTime: number }, signal: NodeJS.Signals): void {
  try {
    const pidfd = pidfdOpen(pid)
    if (isSameProcess(pid, startTime)) pidfdSendSignal(pidfd, signal)
  } catch (error) {
    if (!hasErrno(error, 'ESRCH')) throw error
  }
}

export interface BackgroundOptions {
  readonly project: string
  /** Arguments of the command line to run. */
  readonly argv: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** Script of the command line. */
  readonly script: string
}

/** Starts a watch that outlives the terminal; resolves with its pid when it watches. Rejects WATCH_FAILED with what it said. */
export async function startBackgroundWatch({ project, argv, cwd, env, script }: BackgroundOptions): Promise<number> {
  const log = watchLogPath(project)
  mkdirSync(join(enginePaths.dataRoot, 'watch'), { recursive: true, mode: 0o700 })
  rmSync(log, { force: true })
  const pid = spawnDaemonized(process.execPath, ['--no-warnings', '--', script, ...argv], { env, cwd, logFile: log })
  const started = processStartTime(pid)
  const deadline = performance.now() + startTimeoutMs
  for (;;) {
    if (findWatch(project)?.pid === pid) return pid
    if (started === undefined || !isSameProcess(pid, started) || performance.now() > deadline) throw failed(log)
    await sleep(20)
  }
}

function failed(log: string): TscomposeError {
  const said = readFileSync(log, 'utf8').trim().split('\n').slice(-3).join('\n')
  return new TscomposeError('unavailable', 'WATCH_FAILED', `the watch did not start${said === '' ? '' : `: ${said}`}`, {
    hint: `read ${log}, or run the watch in the foreground: tscompose watch --no-up`,
  })
}
