import type { EventSink, ProgressEvent } from '../../base/event.ts'

/** Shows progress events to people or programs; the only thing that writes them. */
export interface Reporter {
  readonly sink: EventSink
  /** Takes the live part off the terminal before other output; later events begin a new one. */
  pause(): void
  /** Last drawing; restores the cursor. Safe to call twice. */
  end(): void
}

/** What a line says after the name: docker compose has a text and a status, and which one holds the verb depends on the target. */
export interface EventWords {
  readonly text: string
  readonly status: string
}

/** Images and layers carry their verb as text and details as status; everything else carries the verb as status. */
export function eventWords(event: ProgressEvent): EventWords {
  const { kind } = event.target
  const failed = (event.phase === 'fail' || event.phase === 'warn') && event.text !== undefined
  // The whole story follows as the command's error.
  const [line = ''] = event.text?.split('\n') ?? []
  if (kind === 'image' || kind === 'layer') return { text: event.verb, status: line }
  if (kind === 'build' && event.parent !== undefined) return { text: event.verb, status: line }
  return failed ? { text: '', status: `${event.verb}: ${line}` } : { text: line, status: event.verb }
}

/** `12.3MB`: decimal units, as docker shows sizes. */
export function formatSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${Number(value.toPrecision(4))}${units[unit]}`
}
