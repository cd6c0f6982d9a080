import type { LogEntry } from '../../engine/api.ts'
import type { Output } from '../terminal.ts'

export interface LogPrinterOptions {
  /** Where lines of a container's standard error go; the same as `stdout` where they are merged. */
  readonly stdout: Output
  readonly stderr: Output
  readonly prefix: boolean
  readonly color: boolean
  readonly timestamps: boolean
}

export interface LogPrinter {
  /** Names whose prefix widths and colours are fixed from now on, in this order. */
  register(names: readonly string[]): void
  print(name: string, entries: readonly LogEntry[]): void
  /** Entries of several containers in order. */
  printMixed(entries: readonly (LogEntry & { readonly name: string })[]): void
  /** A line of ours about a container: `web-1 exited with code 0`. */
  status(name: string, text: string): void
}

const colors = [36, 33, 32, 35, 34]
/** Plain first, then the same in bold. */
const palette: readonly string[] = [...colors.map(String), ...colors.map((color) => `1;${color}`)]

/** Prints log lines as docker compose does: `web-1  | line`, the bar aligned, a colour for each container. */
export function createLogPrinter({ stdout, stderr, prefix, color, timestamps }: LogPrinterOptions): LogPrinter {
  const known = new Map<string, string>()
  let width = 0
  const register = (names: readonly string[]): void => {
    for (const name of names) {
      if (known.has(name)) continue
      known.set(name, palette[known.size % palette.length] ?? '36')
      width = Math.max(width, name.length)
    }
  }
  const paint = (name: string, text: string): string => (color ? `\x1b[${known.get(name)}m${text}\x1b[0m` : text)
  const line = (name: string, entry: LogEntry): string => {
    const time = timestamps ? `${utcTime(entry.time)} ` : ''
    return `${prefix ? paint(name, `${name.padEnd(width + 1)} | `) : ''}${time}${entry.text}\n`
  }
  const printMixed = (entries: readonly (LogEntry & { readonly name: string })[]): void => {
    register(entries.map(({ name }) => name))
    let pending = ''
    let stream: LogEntry['stream'] = 'stdout'
    const flush = (): void => {
      if (pending !== '') (stream === 'stdout' ? stdout : stderr).write(pending)
      pending = ''
    }
    // One write for a run of lines: logs of many megabytes pass here.
    for (const entry of entries) {
      if (entry.stream !== stream && stdout !== stderr) flush()
      stream = entry.stream
      pending += line(entry.name, entry)
    }
    flush()
  }
  return {
    register,
    print: (name, entries) => printMixed(entries.map((entry) => ({ ...entry, name }))),
    printMixed,
    status: (name, text) => {
      register([name])
      stdout.write(`${color ? `\x1b[${known.get(name)}m${name}\x1b[0m` : name} ${text}\n`)
    },
  }
}

/** The monitor writes local time with an offset; people are shown UTC, to the nanosecond. */
export function utcTime(time: string): string {
  const match = /^(.+?)(\.\d+)?([+-]\d\d:\d\d)$/.exec(time)
  if (match === null) return time
  const [, seconds = '', fraction = '', offset = ''] = match
  return `${new Date(`${seconds}${offset}`).toISOString().slice(0, 19)}${fraction}Z`
}
