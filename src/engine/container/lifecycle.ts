import { createKeyedLock } from '../../base/concurrency.ts'
import { TscomposeError } from '../../base/errors.ts'
import { setFrozen } from '../../sys/cgroup/group.ts'
import type { CallContext, ContainerSpec } from '../api.ts'
import { createContainer } from './create.ts'
import { type ContainerDeps, emitContainer } from './deps.ts'
import { drain } from './drain.ts'
import type { Entry, Run } from './entry.ts'
import type { NextNumber } from './exec.ts'
import { type ExitHooks, handleExit, handleMonitorEnd, type RunEnd } from './exit.ts'
import { effectiveHealthcheck } from './health/config.ts'
import { monitorHealth } from './health/monitor.ts'
import { loadHealth } from './health/saved.ts'
import { containerPlaces } from './places.ts'
import { removeContainer } from './remove.ts'
import { ownsNetwork, startContainer } from './start.ts'
import { cancelRestart, killAndWait, type StopOptions, signalContainer, signalNumber, stopContainer } from './stop.ts'

/** A container's life: what may happen at the same time and what must wait. One operation per container at once, kills excepted. */
export interface Lifecycle {
  create(spec: ContainerSpec, context?: CallContext): Promise<{ readonly id: string; readonly warnings: readonly string[] }>
  /** `portsFrom`: that container keeps the published ports until `takePorts`. */
  start(entry: Entry, portsFrom?: Entry): Promise<void>
  takePorts(entry: Entry, from: Entry): Promise<void>
  stop(entry: Entry, options: StopOptions): Promise<void>
  restart(entry: Entry, options: StopOptions): Promise<void>
  kill(entry: Entry, signal: string): Promise<void>
  pause(entry: Entry): Promise<void>
  unpause(entry: Entry): Promise<void>
  remove(entry: Entry, options: { readonly force?: boolean; readonly volumes?: boolean }): Promise<void>
  /** Works on the files of a container that neither starts nor goes away meanwhile, unless it runs already. */
  withRootfs<T>(entry: Entry, work: (entry: Entry) => Promise<T>): Promise<T>
  /** An exit file has appeared. */
  ended(entry: Entry, end: RunEnd): Promise<void>
  /** The run goes on after an engine restart. */
  adopt(entry: Entry, run: Run, monitorEnded: Promise<void>): void
  /** The policy wants it back. */
  scheduleRestart(entry: Entry, delayMs: number): void
  /** Does something while no other operation of the container is under way. */
  alone<T>(entry: Entry, job: () => Promise<T>): Promise<T>
  /** Ends timers and checks; containers go on. */
  close(): void
}

export function createLifecycle(deps: ContainerDeps, nextNumber: NextNumber): Lifecycle {
  const lock = createKeyedLock()
  const locked = <T>(entry: Entry, job: () => Promise<T>): Promise<T> => lock(entry.record.id, job)
  let closed = false

  const watchMonitor = (entry: Entry, run: Run, monitorEnded: Promise<void>): void => {
    void monitorEnded.then(() => (closed ? undefined : handleMonitorEnd(deps, { entry, run, hooks: exitHooks })))
  }
  /** `before`: what is known of this very process already. */
  const beginHealth = (entry: Entry, before?: Entry['health']): void => {
    entry.stopHealth?.()
    const plan = effectiveHealthcheck(entry.record.imageConfig.Healthcheck, entry.record.spec.healthcheck, entry.record.imageConfig.Shell)
    entry.health = (plan && before) ?? { status: plan === undefined ? 'none' : 'starting', failingStreak: 0, log: [] }
    entry.stopHealth = plan === undefined ? undefined : monitorHealth(deps, entry, { plan, nextNumber })
    deps.store.touch(entry)
  }
  const startNow = async (entry: Entry, portsFrom?: Entry): Promise<void> => {
    if (entry.removed || entry.record.state.status === 'removing') throw gone(entry)
    // An end whose clean-up is under way comes first.
    if (entry.run?.ending === true) await entry.run.done
    if (entry.run !== undefined) return
    await startContainer(deps, entry, {
      onRun: (_entry, run, launched) => watchMonitor(entry, run, launched.monitorEnded),
      onStarted: (started) => beginHealth(started),
      portsFrom: portsFrom?.record.id,
    })
  }
  const restartByPolicy = async (entry: Entry): Promise<void> => {
    if (closed || entry.removed || entry.run !== undefined || entry.record.state.status !== 'restarting') return
    deps.store.setState(entry, { restartCount: entry.record.state.restartCount + 1 })
    try {
      await startNow(entry)
    } catch (error) {
      deps.warn(`restart of container ${entry.record.name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  const scheduleRestart = (entry: Entry, delayMs: number): void => {
    if (closed) return
    const timer = setTimeout(() => void locked(entry, () => restartByPolicy(entry)), delayMs)
    entry.restart = { timer, delayMs }
  }
  const exitHooks: ExitHooks = {
    onRestart: scheduleRestart,
    onAutoRemove: (entry) => {
      void locked(entry, () => (entry.removed ? Promise.resolve() : removeContainer(deps, entry, {}))).catch((error: unknown) => {
        deps.warn(`removal of container ${entry.record.name}: ${error instanceof Error ? error.message : String(error)}`)
      })
    },
  }
  const startByHand = async (entry: Entry, portsFrom?: Entry): Promise<void> => {
    if (entry.record.state.status === 'paused') throw paused(entry)
    if (entry.run !== undefined && !entry.run.ending) return
    clearTimeout(entry.restart.timer)
    entry.restart = { timer: undefined, delayMs: 0 }
    deps.store.setState(entry, { stoppedByUser: false, restartCount: 0 })
    await startNow(entry, portsFrom)
  }

  return {
    alone: locked,
    create: (spec, context) => createContainer(deps, spec, context),
    start: (entry, portsFrom) => locked(entry, () => startByHand(entry, portsFrom)),
    takePorts: (entry, from) => locked(entry, () => takePorts(deps, entry, from)),
    stop: (entry, options) => locked(entry, () => stopContainer(deps, entry, options)),
    restart: (entry, options) =>
      locked(entry, async () => {
        entry.restarting = true
        try {
          await stopContainer(deps, entry, options)
          await startByHand(entry)
        } finally {
          entry.restarting = false
          deps.store.touch(entry)
        }
        emitContainer(deps, entry.record, 'restart')
      }),
    kill: (entry, signal) => killNow(deps, entry, signal),
    pause: (entry) => locked(entry, () => setPaused(deps, entry, true)),
    unpause: (entry) => locked(entry, () => setPaused(deps, entry, false)),
    remove: async (entry, { force = false, volumes = false }) => {
      // Before the lock: a stop that waits for its grace period must not hold this up.
      if (force) {
        cancelRestart(deps, entry)
        await killAndWait(deps, entry)
      }
      await locked(entry, async () => {
        if (entry.removed) return
        if (force) await killAndWait(deps, entry)
        else if (entry.record.state.status === 'restarting') cancelRestart(deps, entry)
        await removeContainer(deps, entry, { volumes })
      })
    },
    ended: async (entry, end) => {
      const { run } = entry
      if (run !== undefined) await handleExit(deps, { entry, run, end, hooks: exitHooks })
    },
    // A running container's stays; what is not running must not be started or removed meanwhile.
    withRootfs: (entry, work) => (entry.run === undefined ? locked(entry, () => work(entry)) : work(entry)),
    adopt: (entry, run, monitorEnded) => {
      entry.run = run
      watchMonitor(entry, run, monitorEnded)
      const { id, state } = entry.record
      beginHealth(entry, state.process && loadHealth(containerPlaces(deps.paths, id).health, state.process))
    },
    scheduleRestart,
    close: () => {
      closed = true
      for (const entry of deps.store.all()) {
        clearTimeout(entry.restart.timer)
        entry.stopHealth?.()
      }
    },
  }
}

/** The published ports lead to `entry` afterwards; connections `from` has are given time to end. */
async function takePorts(deps: ContainerDeps, entry: Entry, from: Entry): Promise<void> {
  if (entry.run === undefined || !ownsNetwork(entry.record.spec)) throw notRunning(entry)
  const { own, left } = await deps.network.takePorts(entry.record.id, from.record.id)
  deps.store.setState(entry, { ports: own })
  if (from.run === undefined || from === entry) return
  deps.store.setState(from, { ports: left })
  await drain(from, containerPlaces(deps.paths, from.record.id).netns)
}

/** Docker's kill: SIGKILL and the container's stop signal count as a stop by hand. */
async function killNow(deps: ContainerDeps, entry: Entry, text: string): Promise<void> {
  const signal = signalNumber(text)
  const { record, run } = entry
  if (run === undefined || run.ending) throw notRunning(entry)
  const stop = signalNumber(record.spec.stopSignal ?? record.imageConfig.StopSignal ?? 'SIGTERM')
  if (signal === 9 || signal === stop) deps.store.setState(entry, { stoppedByUser: true })
  emitContainer(deps, record, 'kill', { signal: String(signal) })
  await signalContainer(deps, entry, signal)
  if (signal === 9) await run.done
}

async function setPaused(deps: ContainerDeps, entry: Entry, frozen: boolean): Promise<void> {
  const wanted = frozen ? 'paused' : 'running'
  const from = frozen ? 'running' : 'paused'
  const { status } = entry.record.state
  if (status === wanted) return
  if (status !== from) throw notRunning(entry)
  await setFrozen(deps.cgroups, entry.record.cgroup, frozen)
  deps.store.setState(entry, { status: wanted })
  emitContainer(deps, entry.record, frozen ? 'pause' : 'unpause')
}

function notRunning({ record }: Entry): TscomposeError {
  return new TscomposeError('conflict', 'CONTAINER_NOT_RUNNING', `container ${record.name} is not running (${record.state.status})`, {
    target: `container ${record.name}`,
    hint: 'start it first',
  })
}

function paused({ record }: Entry): TscomposeError {
  return new TscomposeError('conflict', 'CONTAINER_PAUSED', `container ${record.name} is paused`, {
    target: `container ${record.name}`,
    hint: 'unpause it',
  })
}

function gone({ record }: Entry): TscomposeError {
  return new TscomposeError('not-found', 'CONTAINER_NOT_FOUND', `container ${record.name} is being removed`)
}
