import { TscomposeError } from '../base/errors.ts'
import { numberOf } from '../converge/labels.ts'
import type { ContainerSummary, LogEntry, LogOptions } from '../engine/api.ts'
import { callContext, findContainers, type Scope } from './scope.ts'

export interface LogsOptions extends LogOptions {
  readonly services?: readonly string[]
  /** Only the replica with this number. */
  readonly index?: number
}

/** A log entry with the container it came from. */
export interface SourcedEntry extends LogEntry {
  readonly container: ContainerSummary
}

/** Containers whose logs a selection means; services with `attach: false` only when they are named. Rejects NO_SUCH_REPLICA. */
export async function logSources(scope: Scope, { services, index }: LogsOptions): Promise<readonly ContainerSummary[]> {
  const containers = await findContainers(scope, services === undefined ? {} : { services })
  if (index === undefined || index === 0) return containers
  const found = containers.filter((container) => numberOf(container) === index)
  if (found.length > 0 || services?.length !== 1) return found
  throw new TscomposeError('not-found', 'NO_SUCH_REPLICA', `service "${services[0]}" is not running container #${index}`, {
    hint: `it has: ${containers.map(({ name }) => name).join(', ') || 'no container'}`,
    ...(services[0] === undefined ? {} : { target: services[0] }),
  })
}

/** All entries of several containers in the order of their times. Ends when every log ends. */
export async function* mergedLogs(
  scope: Scope,
  containers: readonly ContainerSummary[],
  options: LogOptions,
): AsyncIterable<SourcedEntry[]> {
  const sources = containers.map((container) => createCursor(scope, container, options))
  await Promise.all(sources.map((source) => source.fill()))
  for (;;) {
    const live = sources.filter((source) => source.head() !== undefined)
    if (live.length === 0) return
    // Everything up to the earliest end of what is loaded can be put in order without looking further.
    const limit = live.map((source) => source.lastTime()).sort()[0] ?? ''
    const batch = live.flatMap((source) => source.takeUntil(limit)).sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
    yield batch
    await Promise.all(live.filter((source) => source.head() === undefined).map((source) => source.fill()))
  }
}

/** Where a follower has to go on after a look at what was there: at this time, without the entries of it already seen. */
export interface LogPosition {
  readonly time: string
  readonly seen: number
}

/** Remembers the last entry of each container as it passes. */
export function createPositions(): {
  note(entries: readonly SourcedEntry[]): void
  of(container: string): LogPosition | undefined
} {
  const positions = new Map<string, LogPosition>()
  return {
    note: (entries) => {
      for (const { container, time } of entries) {
        const last = positions.get(container.id)
        positions.set(container.id, { time, seen: last?.time === time ? last.seen + 1 : 1 })
      }
    },
    of: (container) => positions.get(container),
  }
}

/** The entries of a followed log that come after a position; keeps count, so one is needed for each log. */
export function createResume({ time, seen }: LogPosition): (entries: readonly LogEntry[]) => readonly LogEntry[] {
  let skipped = 0
  return (entries) =>
    entries.filter((entry) => {
      if (entry.time < time) return false
      if (entry.time > time) return true
      skipped++
      return skipped > seen
    })
}

interface Cursor {
  /** Loads the next batch; after the end there is none. */
  fill(): Promise<void>
  head(): LogEntry | undefined
  lastTime(): string
  takeUntil(time: string): readonly SourcedEntry[]
}

function createCursor(scope: Scope, container: ContainerSummary, options: LogOptions): Cursor {
  const { follow: _follow, ...rest } = options
  const iterator = scope.engine.containers.logs({ container: container.id, ...rest }, callContext(scope))[Symbol.asyncIterator]()
  let entries: readonly LogEntry[] = []
  return {
    fill: async () => {
      while (entries.length === 0) {
        const next = await iterator.next()
        if (next.done === true) return
        entries = next.value
      }
    },
    head: () => entries[0],
    lastTime: () => entries.at(-1)?.time ?? '',
    takeUntil: (time) => {
      const end = entries.findIndex((entry) => entry.time > time)
      const taken = end < 0 ? entries : entries.slice(0, end)
      entries = end < 0 ? [] : entries.slice(end)
      return taken.map((entry) => ({ ...entry, container }))
    },
  }
}
