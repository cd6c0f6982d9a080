import type { ProgressEvent } from '../../base/event.ts'
import type { Output } from '../terminal.ts'
import { createBuildLog } from './build-log.ts'
import { eventWords, type Reporter } from './reporter.ts'

export interface PlainOptions {
  readonly dryRun: boolean
  /** Milliseconds from any fixed point. */
  readonly clock: () => number
}

/** One line per step, ` Container shop-web-1  Started`; byte counts are left out, steps of a build come as numbered blocks. */
export function createPlainReporter(output: Output, options: PlainOptions): Reporter {
  const prefix = options.dryRun ? ' DRY-RUN MODE - ' : ''
  const buildLog = createBuildLog(output, options.clock)
  return {
    sink: (event) => {
      if (isBuildStep(event)) {
        buildLog.write(event)
        return
      }
      if (event.phase === 'progress' && event.total !== undefined) return
      buildLog.interrupt()
      output.write(`${prefix}${plainLine(event)}\n`)
    },
    pause: () => buildLog.interrupt(),
    end: () => buildLog.interrupt(),
  }
}

function isBuildStep({ target, parent }: ProgressEvent): boolean {
  return target.kind === 'build' && parent !== undefined
}

function plainLine(event: ProgressEvent): string {
  const { text, status } = eventWords(event)
  return ` ${event.target.name} ${text} ${status}`
}
