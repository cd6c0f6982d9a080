import { hasCode } from '../../base/errors.ts'
import { serviceOf } from '../../converge/labels.ts'
import { callContext } from '../scope.ts'
import type { WatchScope } from './run.ts'

export interface StartsOptions {
  /** Milliseconds since the epoch. */
  readonly since: number
  readonly isWanted: (id: string, service: string) => boolean
  readonly onStart: (id: string) => void
}

/** Tells of containers of the project that start, whoever starts them, until the signal aborts or the engine goes away. */
export async function followStarts(scope: WatchScope, { since, isWanted, onStart }: StartsOptions): Promise<void> {
  const filter = { project: scope.projectName, types: ['container' as const], since }
  try {
    for await (const { action, id, attributes } of scope.engine.events(filter, callContext(scope))) {
      if (action === 'start' && isWanted(id, serviceOf({ labels: attributes }))) onStart(id)
    }
  } catch (error) {
    if (!scope.signal.aborted && !hasCode(error, 'CONNECTION_LOST')) throw error
  }
}
