import { isAbortError, TscomposeError } from '../../base/errors.ts'

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the name server does not answer',
  ETIMEDOUT: 'it did not answer in time',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to its network',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate chain is self-signed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate cannot be verified',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  EPROTO: 'it does not speak TLS',
}

const temporaryCodes = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'ERR_STREAM_PREMATURE_CLOSE'])
const certificateCodes = /CERT|SIGNATURE|TLS|EPROTO/

/** Node's error code of a failed request, also through AggregateError (several addresses tried). */
export function failureCode(error: unknown): string {
  if (error instanceof AggregateError) return failureCode(error.errors[0])
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** True where trying again may help. */
export function isTemporary(error: unknown): boolean {
  if (error instanceof TscomposeError) return error.code === 'REGISTRY_BUSY'
  const code = failureCode(error)
  return temporaryCodes.has(code) || (error instanceof Error && error.message === 'aborted')
}

/** True where no answer in the HTTP of this scheme came, so that another scheme or endpoint may do. */
export function isConnectionFailure(error: unknown): boolean {
  return !(error instanceof TscomposeError || isAbortError(error))
}

/** The typed error for a registry that gave no answer; TscomposeErrors and cancellation pass through. */
export function registryUnavailable(host: string, error: unknown): unknown {
  if (!isConnectionFailure(error)) return error
  const code = failureCode(error)
  const reason = reasons[code] ?? (error instanceof Error ? error.message : String(error))
  const hint = certificateCodes.test(code)
    ? `put the certificate of its authority into /etc/tscompose/certs.d/${host}/ca.crt, or add "${host}" to "insecure-registries" in /etc/tscompose/engine.json`
    : 'check the host name, that the registry runs and that this machine reaches it'
  return new TscomposeError('unavailable', 'REGISTRY_UNAVAILABLE', `cannot reach registry ${host}: ${reason}`, {
    hint,
    target: host,
    cause: error,
  })
}

/** An answer that says "later": 429 or 5xx. `retryAfterMs` is what the server asked for, bounded. */
export class RegistryBusy extends TscomposeError {
  readonly retryAfterMs: number

  constructor(host: string, status: number, retryAfter: string | undefined) {
    const hint = status === 429 ? 'wait, or log in to get a higher limit' : 'try again later'
    super('unavailable', 'REGISTRY_BUSY', `registry ${host} answered ${status}${status === 429 ? ' (too many requests)' : ''}`, {
      hint,
      target: host,
    })
    this.retryAfterMs = parseRetryAfter(retryAfter)
  }
}

const maxRetryAfter = 60_000

/** Milliseconds of a Retry-After header (seconds or a date); 0 where there is none. */
export function parseRetryAfter(value: string | undefined, now: number = Date.now()): number {
  if (value === undefined || value === '') return 0
  const wait = /^[0-9]+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now
  return Number.isNaN(wait) ? 0 : Math.min(Math.max(0, wait), maxRetryAfter)
}

export interface RetryOptions {
  readonly attempts?: number
  readonly firstDelayMs?: number
  readonly signal?: AbortSignal | undefined
}

/** Repeats `work` after temporary failures, waiting longer each time and as long as the server asks. */
export async function withRetries<T>(work: () => Promise<T>, { attempts = 4, firstDelayMs = 300, signal }: RetryOptions = {}): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt >= attempts || signal?.aborted === true || !isTemporary(error)) throw error
      await sleep(Math.max(firstDelayMs * 2 ** (attempt - 1), error instanceof RegistryBusy ? error.retryAfterMs : 0), signal)
    }
  }
}

/** Waits; rejects with the signal's reason when it is aborted. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal?.reason instanceof Error ? signal.reason : new DOMException('canceled', 'AbortError'))
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    if (signal?.aborted === true) stop()
    else signal?.addEventListener('abort', stop, { once: true })
  })
}
