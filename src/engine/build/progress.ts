import { basename } from 'node:path'
import type { EventSink, EventTarget } from '../../base/event.ts'
import type { BuildWarning } from '../api.ts'

/** One step of a build as the terminal shows it: `[shop-web 3/7] RUN …`. */
export interface StepProgress {
  /** A chunk of the step's output; lines come out whole. */
  output(data: Uint8Array): void
  /** Last lines of the output. */
  tail(): readonly string[]
  done(cached: boolean): void
  fail(): void
}

export interface BuildProgress {
  begin(): void
  step(title: string): StepProgress
  warn(text: string): void
  /** A rule of `# check` that the file breaks. */
  finding(warning: BuildWarning): void
  done(): void
  fail(): void
}

const keptLines = 20
const maximumLine = 8192

/** Progress of one build as child events of its image. `now` in milliseconds. */
export function createBuildProgress(sink: EventSink, image: string, now: () => number = Date.now): BuildProgress {
  const parent: EventTarget = { kind: 'image', name: image }
  return {
    begin: () => sink({ target: parent, verb: 'Building', phase: 'start' }),
    step: (title) => createStep(sink, { kind: 'build', name: title }, { parent, now }),
    warn: (text) => sink({ target: parent, verb: 'Building', phase: 'warn', text }),
    finding: ({ file, line, rule, detail }) =>
      sink({ target: { kind: 'build', name: `${basename(file)}:${line} ${rule}` }, parent, verb: 'WARNING', phase: 'warn', text: detail }),
    done: () => sink({ target: parent, verb: 'Built', phase: 'done' }),
    fail: () => sink({ target: parent, verb: 'Building', phase: 'fail' }),
  }
}

function createStep(
  sink: EventSink,
  target: EventTarget,
  { parent, now }: { readonly parent: EventTarget; readonly now: () => number },
): StepProgress {
  const began = now()
  const decoder = new TextDecoder()
  const lines: string[] = []
  let open = ''
  const emitLine = (text: string): void => {
    lines.push(text)
    if (lines.length > keptLines) lines.shift()
    sink({ target, parent, verb: 'RUN', phase: 'progress', text })
  }
  const flush = (): void => {
    if (open !== '') emitLine(lastOverwritten(open))
    open = ''
  }
  sink({ target, parent, verb: 'Building', phase: 'start' })
  return {
    output: (data) => {
      const parts = (open + decoder.decode(data, { stream: true })).split('\n')
      open = (parts.pop() ?? '').slice(-maximumLine)
      for (const part of parts) emitLine(lastOverwritten(part))
    },
    tail: () => (open === '' ? lines : [...lines, lastOverwritten(open)]),
    done: (cached) => {
      flush()
      const text = cached ? undefined : `${((now() - began) / 1000).toFixed(1)}s`
      sink({ target, parent, verb: cached ? 'CACHED' : 'DONE', phase: 'done', ...(text === undefined ? {} : { text }) })
    },
    fail: () => {
      flush()
      sink({ target, parent, verb: 'ERROR', phase: 'fail' })
    },
  }
}

/** What a terminal would still show of a line that carriage returns overwrote. */
function lastOverwritten(line: string): string {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line
  return text.slice(text.lastIndexOf('\r') + 1).slice(0, maximumLine)
}
