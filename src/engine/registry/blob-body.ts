import { TscomposeError } from '../../base/errors.ts'
import type { BlobSource } from '../parts.ts'
import { unauthorized } from './authorizer.ts'
import { isTemporary, RegistryBusy, registryUnavailable, sleep } from './failure.ts'
import { createTransport, type HttpResponse, RegistryTimeout, type Transport } from './transport.ts'

export interface BlobBodyOptions {
  /** Bytes that are here already; the body begins after them. */
  readonly offset: number
  readonly signal?: AbortSignal | undefined
  /** Answers a 401 in the middle of a pull: the token has expired. */
  readonly reauthorize: (challenge: string) => Promise<string | undefined>
  /** Without a byte for so long the connection counts as dead. */
  readonly stallMs?: number
  readonly firstDelayMs?: number
}

const maxAttempts = 6
/** So many new bytes make a failure count as the first one again. */
const progressBytes = 1024 * 1024

/**
 * The bytes of a blob from `offset` to its end, as one sequence: broken, stalled and refused connections are taken up
 * again with Range, servers that ignore Range are read from the start and the known part is passed over.
 * The digest is the caller's to check. Rejects REGISTRY_UNAVAILABLE, REGISTRY_BUSY, UNAUTHORIZED.
 */
export async function* blobBody(source: BlobSource, options: BlobBodyOptions): AsyncGenerator<Buffer, void, undefined> {
  const { signal, firstDelayMs = 500 } = options
  const host = new URL(source.url).host
  const transport = createTransport(host, source)
  let authorization = source.authorization
  let position = options.offset
  let failures = 0
  let lastFailure = position
  while (position < source.size) {
    try {
      const opened = await open(source, { transport, position, authorization, signal, reauthorize: options.reauthorize })
      authorization = opened.authorization
      for await (const chunk of bodyFrom(opened.response, { skip: opened.skip, stallMs: options.stallMs ?? 30_000 })) {
        if (position + chunk.length > source.size) throw tooLong(source, host)
        position += chunk.length
        yield chunk
      }
      if (position < source.size) throw new RegistryTimeout()
    } catch (error) {
      signal?.throwIfAborted()
      failures = position - lastFailure >= progressBytes ? 1 : failures + 1
      lastFailure = position
      if (failures >= maxAttempts || !isTemporary(error)) throw registryUnavailable(host, error)
      await sleep(Math.max(firstDelayMs * 2 ** (failures - 1), error instanceof RegistryBusy ? error.retryAfterMs : 0), signal)
    }
  }
}

interface OpenOptions {
  readonly transport: Transport
  readonly position: number
  readonly authorization: string | undefined
  readonly signal: AbortSignal | undefined
  readonly reauthorize: BlobBodyOptions['reauthorize']
}

interface OpenBody {
  readonly response: HttpResponse
  /** Bytes at the front that are known already. */
  readonly skip: number
  readonly authorization: string | undefined
}

async function open(source: BlobSource, options: OpenOptions): Promise<OpenBody> {
  const { position, signal } = options
  let { authorization } = options
  const host = new URL(source.url).host
  const get = (range: boolean): Promise<HttpResponse> =>
    options.transport.send({
      url: source.url,
      signal,
      headers: {
        ...(authorization === undefined ? {} : { Authorization: authorization }),
        ...(range ? { Range: `bytes=${position}-` } : {}),
      },
    })
  let response = await get(position > 0)
  if (response.status === 401) {
    response.body.resume()
    authorization = await options.reauthorize(response.headers['www-authenticate'] ?? '')
    if (authorization === undefined) throw unauthorized(host, new URL(source.url).pathname, source.authorization !== undefined)
    response = await get(position > 0)
  }
  const start = rangeStart(response)
  if (position > 0 && (response.status === 416 || (response.status === 206 && (start === undefined || start > position)))) {
    // A range other than asked for is worth nothing; the whole blob is.
    response.body.resume()
    response = await get(false)
  }
  if (response.status === 200) return { response, skip: position, authorization }
  if (response.status === 206) return { response, skip: position - (rangeStart(response) ?? position), authorization }
  response.body.resume()
  throw blobStatusError(response, source, host)
}

function rangeStart(response: HttpResponse): number | undefined {
  const start = /^bytes ([0-9]+)-/.exec(response.headers['content-range'] ?? '')?.[1]
  return start === undefined ? undefined : Number(start)
}

function blobStatusError(response: HttpResponse, source: BlobSource, host: string): TscomposeError {
  const { status } = response
  if (status === 429 || status >= 500) return new RegistryBusy(host, status, response.headers['retry-after'])
  if (status === 401 || status === 403) return unauthorized(host, new URL(source.url).pathname, source.authorization !== undefined)
  return new TscomposeError('unavailable', 'REGISTRY_UNAVAILABLE', `registry ${host} answered ${status} for blob ${source.digest}`, {
    hint: status === 404 ? 'the registry has lost a part of the image; push it again' : 'try again later',
    target: source.digest,
  })
}

function tooLong(source: BlobSource, host: string): TscomposeError {
  return new TscomposeError('invalid', 'DIGEST_MISMATCH', `blob ${source.digest} from ${host} is longer than its ${source.size} bytes`, {
    hint: 'pull again; if it stays, the registry or something between is broken',
    target: source.digest,
  })
}

async function* bodyFrom(
  response: HttpResponse,
  { skip, stallMs }: { readonly skip: number; readonly stallMs: number },
): AsyncGenerator<Buffer> {
  let toSkip = skip
  const timer = setTimeout(() => response.body.destroy(new RegistryTimeout()), stallMs)
  try {
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      const passed = Math.min(toSkip, chunk.length)
      toSkip -= passed
      timer.refresh()
      if (passed < chunk.length) {
        // The consumer may be busy unpacking: that is not the server's silence.
        yield chunk.subarray(passed)
        timer.refresh()
      }
    }
  } finally {
    clearTimeout(timer)
  }
}
