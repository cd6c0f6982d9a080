import type { ProgressEvent } from '../../base/event.ts'
import type { Output } from '../terminal.ts'
import { eventWords, formatSize, type Reporter } from './reporter.ts'

interface Row {
  readonly id: string
  readonly parent: string | undefined
  readonly start: number
  readonly children: Row[]
  end: number | undefined
  event: ProgressEvent
}

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const redrawMs = 100

export interface TtyOptions {
  /** What goes on, as one word: `Running`. */
  readonly title: string
  readonly dryRun: boolean
  readonly color: boolean
  /** Milliseconds from any fixed point. */
  readonly clock: () => number
}

/**
 * A live list: `[+] Running 2/3`, one row per target with mark, name, verb and seconds, child rows below their parent
 * while there is room. Redrawn every 100 ms while something runs.
 */
export function createTtyReporter(output: Output, options: TtyOptions): Reporter {
  const paint = createPaint(options.color)
  let rows = new Map<string, Row>()
  let drawn = 0
  let timer: NodeJS.Timeout | undefined

  const draw = (): void => {
    const lines = renderRows([...rows.values()], { paint, options, columns: output.columns(), height: output.rows() })
    const back = drawn === 0 ? '' : `\x1b[${drawn}A`
    // Erase to the end of the screen: the new picture may be shorter than the old one.
    output.write(`\x1b[?25l${back}\r${lines.map((line) => `\x1b[2K${line}\n`).join('')}\x1b[J\x1b[?25h`)
    drawn = lines.length
  }
  const stopTimer = (): void => {
    clearInterval(timer)
    timer = undefined
  }
  /** Leaves what has ended on the screen for good; what goes on is shown again below what comes next. */
  const pause = (): void => {
    stopTimer()
    if (rows.size === 0) return
    const unfinished = new Map([...rows].filter(([, row]) => row.end === undefined))
    for (const key of unfinished.keys()) rows.delete(key)
    if (rows.size > 0) draw()
    else if (drawn > 0) output.write(`\x1b[${drawn}A\r\x1b[J`)
    rows = unfinished
    drawn = 0
  }
  const end = (): void => {
    stopTimer()
    if (rows.size > 0) draw()
    rows = new Map()
    drawn = 0
  }
  return {
    sink: (event) => {
      record(rows, event, options.clock())
      if (timer !== undefined) return
      draw()
      timer = setInterval(draw, redrawMs)
      timer.unref()
    },
    pause,
    end,
  }
}

function record(rows: Map<string, Row>, event: ProgressEvent, now: number): void {
  const key = event.parent === undefined ? event.target.name : `${event.parent.name}\n${event.target.name}`
  const ended = event.phase === 'done' || event.phase === 'fail' || event.phase === 'warn'
  const known = rows.get(key)
  if (known !== undefined) {
    known.event = event
    known.end = ended ? (known.end ?? now) : undefined
    return
  }
  const row: Row = { id: event.target.name, parent: event.parent?.name, start: now, children: [], end: ended ? now : undefined, event }
  rows.set(key, row)
  if (event.parent !== undefined) rows.get(event.parent.name)?.children.push(row)
}

interface View {
  readonly paint: Paint
  readonly options: TtyOptions
  readonly columns: number
  readonly height: number
}

/** The picture as lines that fit the terminal: children go first, then the oldest finished rows. */
function renderRows(rows: readonly Row[], view: View): string[] {
  const known = new Set(rows.map((row) => row.id))
  const tops = rows.filter((row) => row.parent === undefined || !known.has(row.parent))
  const done = tops.filter((row) => row.end !== undefined).length
  const title = `[+] ${view.options.title} ${done}/${tops.length}`
  const room = Math.max(1, view.height - 2)
  const unfolded = tops.flatMap((row) => [row, ...row.children])
  const visible = unfolded.length <= room ? unfolded : dropFinished(tops, room)
  const width = Math.max(0, ...visible.map((row) => row.id.length + (row.parent === undefined ? 0 : 2)))
  return [done === tops.length ? view.paint('blue', title) : title, ...visible.map((row) => renderRow(row, width, view))]
}

function dropFinished(tops: readonly Row[], room: number): readonly Row[] {
  const running = tops.filter((row) => row.end === undefined).slice(-room)
  const finished = room > running.length ? tops.filter((row) => row.end !== undefined).slice(-(room - running.length)) : []
  const kept = new Set([...running, ...finished])
  return tops.filter((row) => kept.has(row))
}

function renderRow(row: Row, width: number, view: View): string {
  const { paint, options } = view
  const indent = row.parent === undefined ? '' : '  '
  const seconds = `${(((row.end ?? options.clock()) - row.start) / 1000).toFixed(1)}s`
  const dry = options.dryRun ? 'DRY-RUN MODE - ' : ''
  const name = `${indent}${row.id}`.padEnd(width)
  const words = rowWords(row.event)
  const fixed = 3 + dry.length + name.length + 1 + seconds.length + 2
  const text = clip(words, Math.max(4, view.columns - fixed))
  const gap = ' '.repeat(Math.max(1, view.columns - fixed - text.length + 1))
  const tint = tintOf(row.event)
  const painted = tint === undefined ? text : paint(tint, text)
  return ` ${mark(row, view)} ${dry}${name} ${painted}${gap}${paint('blue', seconds)}`
}

function rowWords(event: ProgressEvent): string {
  const { text, status } = eventWords(event)
  const words = [text, status]
    .filter((word) => word !== '')
    .join(' ')
    .replaceAll(/\s+/g, ' ')
  if (event.phase !== 'progress' || event.current === undefined || !event.total) return ` ${words}`
  return ` ${words} ${formatSize(event.current)}/${formatSize(event.total)}`
}

function mark(row: Row, view: View): string {
  switch (row.event.phase) {
    case 'done':
      return view.paint('green', '✔')
    case 'fail':
      return view.paint('red', '✘')
    case 'warn':
      return view.paint('yellow', '!')
    case 'start':
    case 'progress':
      return view.paint('yellow', spinner[Math.floor((view.options.clock() - row.start) / redrawMs) % spinner.length] ?? '⠋')
  }
}

function tintOf(event: ProgressEvent): Tint | undefined {
  return event.phase === 'done' ? 'green' : event.phase === 'fail' ? 'red' : event.phase === 'warn' ? 'yellow' : undefined
}

function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 3))}...`
}

type Tint = 'red' | 'green' | 'yellow' | 'blue'
type Paint = (tint: Tint, text: string) => string

function createPaint(color: boolean): Paint {
  const codes: Readonly<Record<Tint, number>> = { red: 31, green: 32, yellow: 33, blue: 34 }
  return (tint, text) => (color ? `\x1b[${codes[tint]}m${text}\x1b[0m` : text)
}
