import { readFileSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { TscomposeError } from '../../base/errors.ts'
import { type ChildProcess, plainEnvironment, spawnProcess } from '../../sys/process.ts'
import { launchError } from './launch-error.ts'
import { watchForStall } from './stalled.ts'

export interface LaunchParams {
  readonly id: string
  readonly name: string
  readonly image: string
  /** Directory with config.json; the monitor puts `attach`, `ctl` and `winsz` beside it. */
  readonly bundle: string
  readonly logPath: string
  /** Gets a file named after the container with its exit code. */
  readonly exitDir: string
  readonly tty: boolean
  readonly openStdin: boolean
  /** Standard input ends for the process when the attached caller's does. */
  readonly stdinOnce: boolean
  /** It mounts nothing but what lies in the engine's own directories. */
  readonly ownMountsOnly: boolean
}

/** Runs `fn` where the runtime can work; see sys/cgroup/view. */
export type EnterView = <T>(fn: () => T, options?: { readonly ownMountsOnly?: boolean }) => T

export interface Launched {
  readonly pid: number
  readonly monitorPid: number
  /** Resolves when the monitor ends, for whatever reason. */
  readonly monitorEnded: Promise<void>
}

interface MonitorPrograms {
  readonly monitor: string
  /** The runtime. */
  readonly path: string
  readonly stateRoot: string
  readonly enter: EnterView
}

const launchTimeoutMs = 120_000
const syncPipe = 3

/**
 * Starts conmon, which has the runtime create the container and stays with it. It is our child as long as we live and
 * goes on without us. Rejects with what the runtime said (COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE, RUNTIME_FAILED).
 */
export async function launchMonitor(params: LaunchParams, programs: MonitorPrograms): Promise<Launched> {
  // conmon dies without a word where these names are taken.
  for (const name of ['attach', 'ctl', 'winsz']) rmSync(`${params.bundle}/${name}`, { force: true })
  const start = (): ChildProcess =>
    spawnProcess(programs.monitor, monitorArgs(params, programs), {
      env: { ...plainEnvironment, _OCI_SYNCPIPE: String(syncPipe) },
      cwd: '/',
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
      detached: true,
    })
  const child = programs.enter(start, { ownMountsOnly: params.ownMountsOnly })
  const monitorEnded = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  const { pid, message } = await readAnswer(child, params.id)
  if (pid <= 0 || child.pid === undefined) throw launchError(message, { ...params, args: commandOf(params.bundle) })
  child.unref()
  return { pid, monitorPid: child.pid, monitorEnded }
}

function monitorArgs(params: LaunchParams, { path, stateRoot }: MonitorPrograms): readonly string[] {
  return [
    ...['--api-version', '1', '--sync', '--full-attach', '--no-sync-log'],
    ...['-c', params.id, '-u', params.id, '-n', params.name, '-b', params.bundle],
    ...['-r', path, '--runtime-arg', '--root', '--runtime-arg', stateRoot],
    ...['--exit-dir', params.exitDir, '-p', `${params.bundle}/pid`, '-l', `k8s-file:${params.logPath}`],
    ...['--log-level', 'error'],
    ...(params.tty ? ['-t'] : []),
    ...(params.openStdin ? ['-i'] : []),
    ...(params.openStdin && !params.stdinOnce ? ['--leave-stdin-open'] : []),
  ]
}

interface Answer {
  /** -1 where there is no container. */
  readonly pid: number
  readonly message: string
}

/** One line of JSON on the pipe: the pid, or -1 and why not. What hangs is killed. */
function readAnswer(child: ChildProcess, id: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { pid: monitorPid } = child
    // Undefined where it did not start, of which the event tells.
    const pipe = child.stdio[syncPipe] as Socket | undefined
    let text = ''
    const settle = (answer: Answer): void => {
      clearTimeout(timer)
      stopWatch()
      pipe?.destroy()
      resolve(answer)
    }
    const giveUp = (message: string): void => {
      if (monitorPid !== undefined) killGroup(monitorPid)
      settle({ pid: -1, message })
    }
    const timer = setTimeout(() => giveUp('the OCI runtime did not answer in two minutes and was killed'), launchTimeoutMs)
    const stopWatch =
      monitorPid === undefined
        ? () => undefined
        : watchForStall({ monitorPid, id }, () => giveUp('the OCI runtime was killed before it had made the container'))
    child.once('error', (cause) => {
      clearTimeout(timer)
      reject(new TscomposeError('unavailable', 'MONITOR_FAILED', `conmon cannot be started: ${cause.message}`, { cause }))
    })
    pipe?.setEncoding('utf8')
    pipe?.on('data', (chunk: string) => {
      text += chunk
      const answer = parseAnswer(text)
      if (answer !== undefined) settle(answer)
    })
    pipe?.on('error', () => undefined)
    pipe?.on('close', () => settle({ pid: -1, message: text.trim() === '' ? 'conmon ended without an answer' : text.trim() }))
  })
}

/** Undefined while the line is not whole. */
export function parseAnswer(text: string): Answer | undefined {
  try {
    const answer = JSON.parse(text) as { readonly data?: unknown; readonly pid?: unknown; readonly message?: unknown }
    const pid = Number(answer.data ?? answer.pid ?? -1)
    return { pid: Number.isSafeInteger(pid) ? pid : -1, message: typeof answer.message === 'string' ? answer.message.trim() : '' }
  } catch {
    return undefined
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It ended in the meantime.
  }
}

function commandOf(bundle: string): readonly string[] {
  const config = JSON.parse(readFileSync(`${bundle}/config.json`, 'utf8')) as { readonly process: { readonly args: readonly string[] } }
  return config.process.args
}
