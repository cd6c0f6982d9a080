import { TscomposeError } from '../../base/errors.ts'

/** An attribute that means something elsewhere and cannot mean anything here. */
export function unsupported(message: string, hint?: string): TscomposeError {
  return new TscomposeError('unsupported', 'UNSUPPORTED_ATTRIBUTE', message, hint === undefined ? {} : { hint })
}
