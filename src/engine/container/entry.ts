import type { HealthProbe, HealthStatus } from '../api.ts'
import type { ContainerRecord } from './record.ts'

/** One run of a container's main process, from launch to the end of its clean-up. */
export interface Run {
  readonly pid: number
  /** Pins the process: signals never reach another that got its number. -1 where it had already ended. */
  readonly pidfd: number
  /** Settled once the start is recorded: an end that comes earlier waits for it. */
  readonly started: Promise<void>
  /** Resolves when the process has ended, its end is recorded and nothing of the run is left. */
  readonly done: Promise<void>
  readonly finish: () => void
  /** Its end is being handled. */
  ending: boolean
}

export interface Health {
  status: HealthStatus
  failingStreak: number
  log: readonly HealthProbe[]
}

/** A container in memory: its record and what only lives while the engine does. */
export interface Entry {
  record: ContainerRecord
  run: Run | undefined
  health: Health
  /** Ends the health checks of this run. */
  stopHealth: (() => void) | undefined
  restart: { readonly timer: NodeJS.Timeout | undefined; readonly delayMs: number }
  /** Stopped only to be started again: its output is not over. */
  restarting: boolean
  removed: boolean
  /** Callers that want to be connected before the next start lets the process run. */
  attachWaiting: AttachWaiting | undefined
}

export interface AttachWaiting {
  /** Resolved by the start: the monitor is there. */
  readonly launched: PromiseWithResolvers<void>
  /** Resolved by the caller: it is connected. */
  readonly promise: Promise<void>
  readonly resolve: () => void
}

export function createEntry(record: ContainerRecord): Entry {
  return {
    record,
    run: undefined,
    health: { status: 'none', failingStreak: 0, log: [] },
    stopHealth: undefined,
    restart: { timer: undefined, delayMs: 0 },
    restarting: false,
    removed: false,
    attachWaiting: undefined,
  }
}
