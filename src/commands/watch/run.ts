import type { UpRules } from '../../converge/reconcile/options.ts'
import type { Engine } from '../../engine/api.ts'
import type { Complaint } from '../../project/load/consistency.ts'
import type { Project } from '../../project/model.ts'
import type { ServiceRule } from '../../watch/rules.ts'
import type { Scope } from '../scope.ts'
import type { UpOptions } from '../up.ts'
import type { WatchStatus } from './history.ts'

export interface WatchOptions {
  /** Named services; absent: all that have rules. */
  readonly services?: readonly string[]
  /** The rules of an ordinary `up`, for rebuilds and for a changed project. */
  readonly rules: UpRules
  /** This process, whose streams commands in the containers get. */
  readonly pid: number
  /** Remove images that a rebuild left without a name. */
  readonly prune: boolean
  /** Brings the project up; what changes meanwhile is not missed. Absent: it runs already. */
  readonly bringUp?: () => Promise<void>
  /** Files the project was made from or could be: a change of one makes it load again. */
  readonly files: readonly string[]
  /** Loads the project again, from files that have changed. */
  readonly reload: () => Promise<{ readonly project: Project; readonly files: readonly string[] }>
  /** The engine again, after it went away. */
  readonly reconnect: () => Promise<Engine>
  readonly report: (line: string) => void
  /** Shows what is wrong with values of the project, where they are written. */
  readonly complain: (complaints: readonly Complaint[]) => void
  /** Shows a failure that does not end the watch. */
  readonly fail: (error: unknown) => void
  /** Told of containers that rebuilds start. */
  readonly onStarted?: UpOptions['onStarted']
  readonly onStatus?: (status: WatchStatus) => void
}

export type WatchScope = Scope & { readonly project: Project; readonly signal: AbortSignal }

/** One model under watch. */
export interface WatchRun {
  readonly scope: WatchScope
  readonly rules: readonly ServiceRule[]
  /** Without links, as the watcher reports them. */
  readonly files: readonly string[]
  readonly options: WatchOptions
  /** Containers of each service when it was last synced. */
  readonly replicas: Map<string, readonly Replica[]>
  /** IDs of containers that have had what `initial_sync` brings. */
  readonly filled: Set<string>
  /** Tells that so many files are copied into a service. */
  readonly tellSync: (service: string, files: number) => void
}

export interface Replica {
  readonly id: string
  readonly name: string
}

/** What every `up` of a watch is told besides its rules. */
export function started({ onStarted }: WatchOptions): Pick<UpOptions, 'onStarted'> {
  return onStarted === undefined ? {} : { onStarted }
}
