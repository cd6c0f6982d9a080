import type { Extensible } from './extensible.ts'
import type { Hook } from './service.ts'

export interface Develop extends Extensible {
  readonly watch?: readonly WatchRule[]
}

export type WatchAction = 'sync' | 'rebuild' | 'restart' | 'sync+restart' | 'sync+exec'

export interface WatchRule extends Extensible {
  /** Absolute. */
  readonly path: string
  readonly action: WatchAction
  readonly target?: string
  readonly ignore?: readonly string[]
  readonly include?: readonly string[]
  readonly initial_sync?: boolean
  readonly exec?: Hook
  /** Files below `path` that the container writes and the host wants: `package-lock.json`. */
  readonly 'x-sync-back'?: unknown
}
