import { TscomposeError } from '../../base/errors.ts'
import type { RegistryCredentials } from '../api.ts'
import { parseChallenges } from './challenge.ts'
import { basicAuthorization, fetchToken } from './token.ts'
import type { Transport } from './transport.ts'

/** Keeps the Authorization of one repository at one endpoint. */
export interface Authorizer {
  /** What to send now; undefined until the registry has asked for something. */
  current(): string | undefined
  /** Answers a 401. Undefined where its challenge cannot be answered. Calls that come together share one token request. */
  answer(challenge: string, signal?: AbortSignal): Promise<string | undefined>
}

export interface AuthorizerOptions {
  readonly base: string
  readonly transport: Transport
  readonly scope: string
  /** Bound to this registry; a mirror gets none. */
  readonly credentials: RegistryCredentials | undefined
  /** Monotonic milliseconds: tokens expire by it, whatever the wall clock does. */
  readonly now?: () => number
}

const expiryMargin = 5000

export function createAuthorizer({ base, transport, scope, credentials, now = () => performance.now() }: AuthorizerOptions): Authorizer {
  let kept: { readonly value: string; readonly expiresAt: number } | undefined
  let flight: Promise<string | undefined> | undefined
  const answer = async (header: string, signal?: AbortSignal): Promise<string | undefined> => {
    const challenges = parseChallenges(header)
    const bearer = challenges.find((challenge) => challenge.scheme === 'bearer')
    if (bearer !== undefined) {
      const token = await fetchToken({ registry: base, transport, challenge: bearer, scope, credentials, signal })
      kept = { value: `Bearer ${token.value}`, expiresAt: now() + Math.max(token.expiresInMs - expiryMargin, expiryMargin) }
      return kept.value
    }
    const basic = challenges.some((challenge) => challenge.scheme === 'basic') ? basicAuthorization(credentials) : undefined
    // The same answer twice means the password is wrong.
    if (basic === undefined || kept?.value === basic) return undefined
    kept = { value: basic, expiresAt: Number.POSITIVE_INFINITY }
    return basic
  }
  return {
    current: () => (kept !== undefined && kept.expiresAt > now() ? kept.value : undefined),
    answer: (header, signal) => {
      flight ??= answer(header, signal).finally(() => {
        flight = undefined
      })
      return flight
    },
  }
}

/** The error for a repository that cannot be read without (other) credentials. */
export function unauthorized(host: string, path: string, hasCredentials: boolean): TscomposeError {
  return new TscomposeError('denied', 'UNAUTHORIZED', `access to ${host}/${path} denied: the repository does not exist or needs a login`, {
    hint: hasCredentials ? `check the credentials for ${host}` : `check the name, or log in to ${host}`,
    target: `${host}/${path}`,
  })
}
