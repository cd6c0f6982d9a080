import type { LogEntry } from '../../api.ts'

/** One line of the monitor's log: `TIME stdout|stderr P|F TEXT`. */
export interface LogLine {
  readonly time: string
  readonly stream: 'stdout' | 'stderr'
  /** The process's line goes on in the next one of this stream. */
  readonly partial: boolean
  readonly text: string
}

/** Undefined for what the monitor never writes (a torn line after a power loss). */
export function parseLogLine(line: string): LogLine | undefined {
  const first = line.indexOf(' ')
  const second = line.indexOf(' ', first + 1)
  const third = line.indexOf(' ', second + 1)
  if (first <= 0 || second < 0) return undefined
  const stream = line.slice(first + 1, second)
  const flag = line.slice(second + 1, third < 0 ? undefined : third)
  if ((stream !== 'stdout' && stream !== 'stderr') || (flag !== 'F' && flag !== 'P')) return undefined
  return { time: line.slice(0, first), stream, partial: flag === 'P', text: third < 0 ? '' : line.slice(third + 1) }
}

/** Joins the parts of long lines again, each stream for itself. A line keeps the time of its first part. */
export interface LineJoiner {
  push(line: LogLine): LogEntry | undefined
  /** What has no end yet. */
  flush(): readonly LogEntry[]
}

/** A process that never ends its line must not fill the memory. */
const longestText = 1 << 20

export function createLineJoiner(): LineJoiner {
  const open = new Map<LogLine['stream'], { readonly time: string; readonly parts: string[]; size: number }>()
  return {
    push: ({ time, stream, partial, text }) => {
      const begun = open.get(stream)
      if (begun === undefined && !partial) return { stream, time, text }
      const line = begun ?? { time, parts: [], size: 0 }
      line.parts.push(text)
      line.size += text.length
      if (partial && line.size < longestText) {
        open.set(stream, line)
        return undefined
      }
      open.delete(stream)
      return { stream, time: line.time, text: line.parts.join(''), ...(partial ? { partial } : {}) }
    },
    flush: () => {
      const entries = [...open].map(([stream, { time, parts }]): LogEntry => ({ stream, time, text: parts.join(''), partial: true }))
      open.clear()
      return entries
    },
  }
}
