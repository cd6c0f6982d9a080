import { readFileSync, rmSync, statSync } from 'node:fs'
import { removeGroup } from '../../sys/cgroup/group.ts'
import { oomKills } from '../../sys/cgroup/stats.ts'
import { isSameProcess, pidfdSendSignal } from '../../sys/pidfd.ts'
import { type ContainerDeps, emitContainer } from './deps.ts'
import type { Entry, Run } from './entry.ts'
import { containerPlaces, exitDirectory } from './places.ts'
import type { StoredState } from './record.ts'
import { nextRestart } from './restart-policy.ts'
import { releaseRunResources } from './start.ts'

/** How a run ended. */
export interface RunEnd {
  readonly exitCode: number
  readonly finishedAt: number
  readonly error?: string
}

export interface ExitHooks {
  /** The restart policy wants it back after this pause. */
  readonly onRestart: (entry: Entry, delayMs: number) => void
  readonly onAutoRemove: (entry: Entry) => void
}

/** What the monitor left behind about a container's end; undefined while there is nothing. */
export function readExitFile(deps: Pick<ContainerDeps, 'paths'>, id: string): RunEnd | undefined {
  const path = `${exitDirectory(deps.paths)}/${id}`
  try {
    const exitCode = Number(readFileSync(path, 'utf8'))
    // The file holds the code only: when it was written is when the process ended.
    return { exitCode: Number.isInteger(exitCode) ? exitCode : 255, finishedAt: Math.round(statSync(path).mtimeMs) }
  } catch {
    return undefined
  }
}

/**
 * Records an end, says so, frees everything the run held, and applies the restart policy. Runs once per run: state is
 * written before the event goes out, and the event before the clean-up, so that nobody waits for the latter to hear of it.
 */
export async function handleExit(
  deps: ContainerDeps,
  { entry, run, end: reported, hooks }: { readonly entry: Entry; readonly run: Run; readonly end: RunEnd; readonly hooks: ExitHooks },
): Promise<void> {
  if (run.ending) return
  run.ending = true
  await run.started
  // File times tick more coarsely than the clock.
  const end = { ...reported, finishedAt: Math.max(reported.finishedAt, entry.record.state.startedAt) }
  entry.stopHealth?.()
  const oomKilled = oomKills(deps.cgroups, entry.record.cgroup) > 0
  const restart = decideRestart(entry, end)
  recordEnd(deps, entry, { end, oomKilled, restarting: restart !== undefined })
  if (oomKilled) emitContainer(deps, entry.record, 'oom')
  const seconds = Math.max(0, Math.round((end.finishedAt - entry.record.state.startedAt) / 1000))
  emitContainer(deps, entry.record, 'die', { exitCode: String(end.exitCode), execDuration: String(seconds) })
  await releaseRun(deps, entry)
  entry.run = undefined
  run.finish()
  deps.store.touch(entry)
  if (entry.removed) return
  if (restart !== undefined) hooks.onRestart(entry, restart.delayMs)
  else if (entry.record.spec.autoRemove === true) hooks.onAutoRemove(entry)
}

function decideRestart({ record, restart }: Entry, end: RunEnd): { readonly delayMs: number } | undefined {
  const { spec, state } = record
  return nextRestart(spec.restart, {
    exitCode: end.exitCode,
    ranMs: end.finishedAt - state.startedAt,
    stoppedByUser: state.stoppedByUser || state.status === 'removing',
    restartCount: state.restartCount,
    previousDelayMs: restart.delayMs,
  })
}

function recordEnd(
  deps: ContainerDeps,
  entry: Entry,
  { end, oomKilled, restarting }: { readonly end: RunEnd; readonly oomKilled: boolean; readonly restarting: boolean },
): void {
  const { process: _process, monitor: _monitor, ...kept } = entry.record.state
  const status = kept.status === 'removing' ? 'removing' : restarting ? 'restarting' : 'exited'
  const state: StoredState = {
    ...kept,
    status,
    exitCode: end.exitCode,
    oomKilled,
    error: end.error ?? '',
    finishedAt: end.finishedAt,
    ports: [],
    endpoints: [],
  }
  deps.store.setRecord(entry, { ...entry.record, state })
}

/** Frees cgroup, runtime state, mounts, network and files of a run that is over. What fails is told, and tried again at remove. */
async function releaseRun(deps: ContainerDeps, entry: Entry): Promise<void> {
  const { id, name, cgroup } = entry.record
  try {
    await removeGroup(deps.cgroups, cgroup)
    deps.runtime.forget(id)
    await releaseRunResources(deps, entry)
    rmSync(containerPlaces(deps.paths, id).bundle, { recursive: true, force: true })
    rmSync(`${exitDirectory(deps.paths)}/${id}`, { force: true })
  } catch (error) {
    deps.warn(`clean-up after container ${name}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const monitorGraceMs = 200

/**
 * The monitor is gone. Normally its exit file is there or about to be; otherwise the container lost its output and its
 * keeper, so it is killed and its end recorded as such.
 */
export async function handleMonitorEnd(
  deps: ContainerDeps,
  { entry, run, hooks }: { readonly entry: Entry; readonly run: Run; readonly hooks: ExitHooks },
): Promise<void> {
  for (let waited = 0; waited < monitorGraceMs && !run.ending; waited += 50) {
    const end = readExitFile(deps, entry.record.id)
    if (end !== undefined) return handleExit(deps, { entry, run, end, hooks })
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  if (run.ending) return
  killRun(run)
  const error = 'the monitor of this container was killed, so the container was killed as well'
  await handleExit(deps, { entry, run, end: { exitCode: 137, finishedAt: deps.clock.now(), error }, hooks })
}

function killRun(run: Run): void {
  if (run.pidfd >= 0) pidfdSendSignal(run.pidfd, 'SIGKILL')
}

/** True while the process recorded for the container is there. */
export function processAlive({ record }: Entry): boolean {
  const { process } = record.state
  return process !== undefined && isSameProcess(process.pid, process.startTime)
}
