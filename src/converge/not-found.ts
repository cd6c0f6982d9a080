import { TscomposeError } from '../base/errors.ts'

export function isNotFound(error: unknown): boolean {
  return error instanceof TscomposeError && error.kind === 'not-found'
}
