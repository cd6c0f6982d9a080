import { TscomposeError } from '../base/errors.ts'

/** The same failure, saying first what was being attempted. */
export function inContext(error: unknown, attempt: string): unknown {
  if (!(error instanceof TscomposeError)) return error
  return new TscomposeError(error.kind, error.code, `${attempt}: ${error.message}`, {
    cause: error,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  })
}
