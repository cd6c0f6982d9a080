import type { Output } from '../terminal.ts'
import { eventWords, type Reporter } from './reporter.ts'

/** One JSON object per event: `id parent_id text status current total percent`, absent where empty. */
export function createJsonReporter(output: Output, options: { readonly dryRun: boolean }): Reporter {
  return {
    sink: (event) => {
      const { text, status } = eventWords(event)
      const percent = event.current !== undefined && event.total ? Math.floor((event.current / event.total) * 100) : undefined
      output.write(
        `${JSON.stringify({
          ...(options.dryRun ? { 'dry-run': true } : {}),
          id: event.target.name,
          ...(event.parent === undefined ? {} : { parent_id: event.parent.name }),
          ...(text === '' ? {} : { text }),
          ...(status === '' ? {} : { status }),
          ...(event.current === undefined ? {} : { current: event.current }),
          ...(event.total === undefined ? {} : { total: event.total }),
          ...(percent === undefined ? {} : { percent }),
        })}\n`,
      )
    },
    pause: () => {},
    end: () => {},
  }
}
