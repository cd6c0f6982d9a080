import type { EngineEvent, EventFilter } from './api.ts'
import type { EmitEvent } from './parts.ts'

/** Remembers the last events and hands new ones to everybody who listens. */
export interface EventHub {
  readonly emit: EmitEvent
  /** Events that match, oldest first; goes on until `until` has passed, the signal aborts, or the hub closes. */
  events(filter: EventFilter, signal?: AbortSignal): AsyncIterable<EngineEvent>
  /** Ends every stream. */
  close(): void
}

export interface EventHubOptions {
  /** How many events `since` can reach back. */
  readonly size: number
  /** Nanoseconds since the epoch. */
  readonly now: () => bigint
}

/** A reader this far behind loses the oldest events, as the ring would. */
const maxBacklog = 4096

interface Listener {
  readonly queue: EngineEvent[]
  wake: (() => void) | undefined
}

export function createEventHub({ size, now }: EventHubOptions): EventHub {
  const ring: EngineEvent[] = []
  const listeners = new Set<Listener>()
  let closed = false
  const wakeAll = (): void => {
    for (const listener of listeners) listener.wake?.()
  }
  async function* events(filter: EventFilter, signal?: AbortSignal): AsyncGenerator<EngineEvent> {
    const listener: Listener = { queue: filter.since === undefined ? [] : [...ring], wake: undefined }
    listeners.add(listener)
    const wake = (): void => listener.wake?.()
    signal?.addEventListener('abort', wake)
    const timer = filter.until === undefined ? undefined : setTimeout(wake, Math.max(0, filter.until - milliseconds(now())))
    try {
      for (;;) {
        for (let event = listener.queue.shift(); event !== undefined; event = listener.queue.shift()) {
          if (matches(event, filter)) yield event
        }
        if (closed || signal?.aborted === true) return
        if (filter.until !== undefined && milliseconds(now()) >= filter.until) return
        await new Promise<void>((resolve) => {
          listener.wake = resolve
        })
      }
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', wake)
      listeners.delete(listener)
    }
  }
  return {
    emit: (event) => {
      const stamped: EngineEvent = { ...event, timeNano: String(now()) }
      ring.push(stamped)
      if (ring.length > size) ring.shift()
      for (const { queue } of listeners) {
        queue.push(stamped)
        if (queue.length > maxBacklog) queue.shift()
      }
      wakeAll()
    },
    events,
    close: () => {
      closed = true
      wakeAll()
    },
  }
}

function milliseconds(nanoseconds: bigint): number {
  return Number(nanoseconds / 1_000_000n)
}

/** Whether an event is one the filter asks for; times are milliseconds. */
export function matches(event: EngineEvent, filter: EventFilter): boolean {
  const time = milliseconds(BigInt(event.timeNano))
  if (filter.since !== undefined && time < filter.since) return false
  if (filter.until !== undefined && time > filter.until) return false
  if (filter.types !== undefined && !filter.types.includes(event.type)) return false
  if (filter.project !== undefined && event.attributes['com.docker.compose.project'] !== filter.project) return false
  if (filter.containers === undefined) return true
  return filter.containers.some((container) => event.id.startsWith(container) || event.attributes.name === container)
}
