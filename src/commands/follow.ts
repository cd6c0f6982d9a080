import { isAbortError, TscomposeError } from '../base/errors.ts'
import type { CallContext, ContainerSummary, Engine, LogEntry, LogOptions } from '../engine/api.ts'

export interface FollowHandlers {
  readonly onEntries: (container: FollowedContainer, entries: readonly LogEntry[]) => void
  /** The container ended for good (or its log did): `exitCode` as it is known then. */
  readonly onEnd?: (container: FollowedContainer, exitCode: number) => void
}

export type FollowedContainer = Pick<ContainerSummary, 'id' | 'name'>

export interface Follower {
  /** Follows one more container; one that is followed already is left alone. */
  add(container: FollowedContainer, options?: Omit<LogOptions, 'follow'>): void
  /** Resolves when every log that is followed has ended (of these containers, where `only` is there); rejects where one failed. */
  done(only?: (id: string) => boolean): Promise<void>
}

/** Follows the logs of a growing set of containers side by side until the signal aborts. */
export function createFollower(engine: Engine, handlers: FollowHandlers, signal: AbortSignal): Follower {
  const streams = new Map<string, Promise<void>>()
  const followOne = async (container: FollowedContainer, options: Omit<LogOptions, 'follow'>): Promise<void> => {
    const context: CallContext = { signal }
    try {
      for await (const entries of engine.containers.logs({ container: container.id, follow: true, ...options }, context)) {
        handlers.onEntries(container, entries)
      }
      if (handlers.onEnd !== undefined && !signal.aborted) handlers.onEnd(container, await exitCodeOf(engine, container))
    } catch (error) {
      if (!isAbortError(error) && !isGone(error) && !signal.aborted) throw error
    }
  }
  return {
    add: (container, options = {}) => {
      if (streams.has(container.id)) return
      const stream = followOne(container, options)
      streams.set(container.id, stream)
      // Its failure is met in done(); until then it must not count as unhandled.
      stream.catch(() => {})
    },
    done: async (only = () => true) => {
      let seen = 0
      while (seen < streams.size) {
        seen = streams.size
        await Promise.all([...streams].map(([id, stream]) => (only(id) ? stream : undefined)))
      }
    },
  }
}

async function exitCodeOf(engine: Engine, container: FollowedContainer): Promise<number> {
  try {
    return (await engine.containers.inspect({ container: container.id })).state.exitCode
  } catch (error) {
    if (isGone(error)) return 0
    throw error
  }
}

function isGone(error: unknown): boolean {
  return error instanceof TscomposeError && error.kind === 'not-found'
}
