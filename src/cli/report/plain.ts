import type { ProgressEvent } from '../../base/event.ts'
import type { Output } from '../terminal.ts'
import { eventWords, type Reporter } from './reporter.ts'

/** One line per step, ` Container shop-web-1  Started`; byte counts are left out. */
export function createPlainReporter(output: Output, options: { readonly dryRun: boolean }): Reporter {
  const prefix = options.dryRun ? ' DRY-RUN MODE - ' : ''
  return {
    sink: (event) => {
      const line = plainLine(event)
      if (line !== undefined) output.write(`${prefix}${line}\n`)
    },
    pause: () => {},
    end: () => {},
  }
}

function plainLine(event: ProgressEvent): string | undefined {
  // Build output is read for its own sake: the line alone, after the step it belongs to.
  if (event.target.kind === 'build' && event.phase === 'progress')
    return event.text === undefined ? undefined : ` ${event.target.name} ${event.text}`
  if (event.phase === 'progress' && event.total !== undefined) return undefined
  const { text, status } = eventWords(event)
  return ` ${event.target.name} ${text} ${status}`
}
