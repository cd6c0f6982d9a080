import { constants } from 'node:os'
import { TscomposeError } from '../../base/errors.ts'
import { setFrozen } from '../../sys/cgroup/group.ts'
import { pidfdSendSignal } from '../../sys/pidfd.ts'
import { type ContainerDeps, emitContainer } from './deps.ts'
import type { Entry } from './entry.ts'

const defaultGraceMs = 10_000
const afterKillMs = 10_000

/** Number of a signal by name (with or without SIG) or number. Throws `invalid` UNKNOWN_SIGNAL. */
export function signalNumber(text: string): number {
  const upper = text.trim().toUpperCase()
  if (/^\d+$/.test(upper) && Number(upper) > 0 && Number(upper) <= 64) return Number(upper)
  const name = upper.startsWith('SIG') ? upper : `SIG${upper}`
  const number = (constants.signals as Readonly<Record<string, number>>)[name] ?? realTimeSignal(name)
  if (number !== undefined) return number
  throw new TscomposeError('invalid', 'UNKNOWN_SIGNAL', `unknown signal ${JSON.stringify(text)}`, { hint: 'kill -l lists the names' })
}

/** SIGRTMIN+3 and SIGRTMAX-2, which systemd-like images use as their stop signal. */
function realTimeSignal(name: string): number | undefined {
  const match = /^SIGRT(MIN|MAX)(?:([+-])(\d+))?$/.exec(name)
  if (match === null) return undefined
  const number = (match[1] === 'MIN' ? 34 : 64) + (match[2] === '-' ? -1 : 1) * Number(match[3] ?? 0)
  return number >= 34 && number <= 64 ? number : undefined
}

/** Sends a signal to the main process; false where it has ended. A stop by hand is remembered for the restart policy. */
export async function signalContainer(deps: ContainerDeps, entry: Entry, signal: number): Promise<boolean> {
  const { run } = entry
  if (run === undefined || run.pidfd < 0) return false
  const sent = pidfdSendSignal(run.pidfd, signal)
  // A frozen process cannot even die.
  if (entry.record.state.status === 'paused' && signal === constants.signals.SIGKILL)
    await setFrozen(deps.cgroups, entry.record.cgroup, false)
  return sent
}

export interface StopOptions {
  readonly timeoutMs?: number
  readonly signal?: string
}

/** Stop signal, grace period, SIGKILL. Resolves when nothing of the run is left. Idempotent. */
export async function stopContainer(deps: ContainerDeps, entry: Entry, options: StopOptions): Promise<void> {
  cancelRestart(deps, entry)
  const { run, record } = entry
  if (run === undefined) return
  markStopped(deps, entry)
  const signal = signalNumber(options.signal ?? record.spec.stopSignal ?? record.imageConfig.StopSignal ?? 'SIGTERM')
  const graceMs = options.timeoutMs ?? record.spec.stopTimeoutMs ?? defaultGraceMs
  if (graceMs !== 0) {
    emitContainer(deps, record, 'kill', { signal: String(signal) })
    await signalContainer(deps, entry, signal)
    if (record.state.status === 'paused') await setFrozen(deps.cgroups, record.cgroup, false)
    if (graceMs < 0) await run.done
    else await endsWithin(run.done, graceMs)
  }
  if (entry.run === run) await killAndWait(deps, entry)
  emitContainer(deps, entry.record, 'stop')
}

/** SIGKILL, and the wait for the end. Rejects STILL_RUNNING where the kernel cannot end it (stuck in a device, say). */
export async function killAndWait(deps: ContainerDeps, entry: Entry): Promise<void> {
  const { run } = entry
  if (run === undefined) return
  markStopped(deps, entry)
  emitContainer(deps, entry.record, 'kill', { signal: '9' })
  await signalContainer(deps, entry, constants.signals.SIGKILL)
  if (await endsWithin(run.done, afterKillMs)) return
  throw new TscomposeError('unavailable', 'STILL_RUNNING', `container ${entry.record.name} does not end, even by SIGKILL`, {
    target: `container ${entry.record.name}`,
    hint: `its process ${run.pid} hangs in the kernel: see /proc/${run.pid}/stack`,
  })
}

function markStopped(deps: ContainerDeps, entry: Entry): void {
  if (!entry.record.state.stoppedByUser) deps.store.setState(entry, { stoppedByUser: true })
}

/** A container that waits for its restart is over at once. */
export function cancelRestart(deps: ContainerDeps, entry: Entry): void {
  clearTimeout(entry.restart.timer)
  entry.restart = { timer: undefined, delayMs: 0 }
  if (entry.record.state.status === 'restarting' && entry.run === undefined) {
    deps.store.setState(entry, { status: 'exited', stoppedByUser: true })
  }
}

/** True if the promise settled in time. */
async function endsWithin(done: Promise<void>, ms: number): Promise<boolean> {
  const late = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => late.resolve(false), ms)
  try {
    return await Promise.race([done.then(() => true), late.promise])
  } finally {
    clearTimeout(timer)
  }
}
