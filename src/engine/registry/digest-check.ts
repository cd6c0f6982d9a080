import { TscomposeError } from '../../base/errors.ts'

/** The error for content that is not what its digest says. */
export function digestMismatch(digest: string, what: string, host: string): TscomposeError {
  return new TscomposeError(
    'invalid',
    'DIGEST_MISMATCH',
    `${what} ${digest} from ${host} does not have that digest: the content is damaged or forged`,
    {
      hint: 'pull again; if it stays, the registry or something between is broken',
      target: digest,
    },
  )
}
