import { createReadStream } from 'node:fs'
import { TscomposeError } from '../../base/errors.ts'
import type { BlobTarget } from '../parts.ts'
import { unauthorized } from './authorizer.ts'
import { isTemporary, RegistryBusy, registryUnavailable, sleep } from './failure.ts'
import { createTransport, type HttpRequest, type HttpResponse } from './transport.ts'

export interface BlobUploadOptions {
  /** File whose bytes are the blob's. */
  readonly path: string
  readonly signal?: AbortSignal | undefined
  /** Answers a 401 in the middle: the token has expired. */
  readonly reauthorize: (challenge: string) => Promise<string | undefined>
  readonly onProgress?: (sent: number) => void
  readonly firstDelayMs?: number
}

const maxAttempts = 6
/** So many new bytes at the registry make a failure count as the first one again. */
const progressBytes = 1024 * 1024

/** One upload session at the registry, gone on with until it is closed. */
interface Session {
  readonly url: URL
  /** Bytes the registry has. */
  readonly offset: number
}

type Send = (request: HttpRequest, expected: readonly number[]) => Promise<HttpResponse>

/**
 * Uploads a blob: a session is begun, the bytes are sent in one request as long as nothing breaks, and after a failure
 * the registry is asked how far it got. Rejects REGISTRY_UNAVAILABLE, REGISTRY_BUSY, UNAUTHORIZED, UPLOAD_REFUSED.
 */
export async function uploadBlob(target: BlobTarget, options: BlobUploadOptions): Promise<void> {
  const { signal, firstDelayMs = 500 } = options
  const { host } = new URL(target.url)
  const send = createSend(target, options)
  let session: Session | undefined
  let failures = 0
  let lastOffset = 0
  for (;;) {
    try {
      session = session === undefined ? await begin(target, send) : await ask(session, target, send)
      if (session === undefined) continue
      session = await append(session, target, { send, ...options })
      await finish(session, target, send)
      return
    } catch (error) {
      signal?.throwIfAborted()
      const offset = session?.offset ?? 0
      failures = offset - lastOffset >= progressBytes ? 1 : failures + 1
      lastOffset = offset
      if (failures >= maxAttempts || !isTemporary(error)) throw registryUnavailable(host, error)
      await sleep(Math.max(firstDelayMs * 2 ** (failures - 1), error instanceof RegistryBusy ? error.retryAfterMs : 0), signal)
    }
  }
}

/** Requests of one upload with its credentials, and an error for every status that was not expected. */
function createSend(target: BlobTarget, { signal, reauthorize }: BlobUploadOptions): Send {
  const { host } = new URL(target.url)
  const transport = createTransport(host, target)
  let { authorization } = target
  const attempt = (request: HttpRequest): Promise<HttpResponse> =>
    transport.send({
      ...request,
      signal,
      headers: { ...request.headers, ...(authorization === undefined ? {} : { Authorization: authorization }) },
    })
  return async (request, expected) => {
    let response = await attempt(request)
    if (response.status === 401) {
      response.body.destroy()
      authorization = await reauthorize(response.headers['www-authenticate'] ?? '')
      if (authorization === undefined) throw unauthorized(host, new URL(target.url).pathname, target.authorization !== undefined)
      // A body can be sent once; the session tells where to go on.
      if (request.body !== undefined) throw new RegistryBusy(host, 401, undefined)
      response = await attempt(request)
    }
    if (expected.includes(response.status)) {
      response.body.resume()
      return response
    }
    // The registry may have answered before it had the whole body.
    response.body.destroy()
    throw uploadError(response.status, target, response.headers['retry-after'])
  }
}

async function begin(target: BlobTarget, send: Send): Promise<Session> {
  const response = await send({ url: target.url, method: 'POST', headers: { 'Content-Length': '0' } }, [202])
  return { url: sessionUrl(response, target), offset: 0 }
}

/** How far the registry got; undefined where it has dropped the session. */
async function ask(session: Session, target: BlobTarget, send: Send): Promise<Session | undefined> {
  const response = await send({ url: session.url.href }, [200, 204, 404])
  if (response.status === 404) return undefined
  const last = /^(?:bytes=)?0-([0-9]+)$/.exec(response.headers.range ?? '')?.[1]
  // `0-0` is what registries say of an empty upload too.
  const offset = last === undefined || last === '0' ? 0 : Number(last) + 1
  const url = response.headers.location === undefined ? session.url : sessionUrl(response, target)
  return offset > target.size ? undefined : { url, offset }
}

async function append(
  session: Session,
  target: BlobTarget,
  { send, path, onProgress }: BlobUploadOptions & { readonly send: Send },
): Promise<Session> {
  const { url, offset } = session
  if (offset >= target.size) return session
  const body = createReadStream(path, { start: offset, end: target.size - 1, highWaterMark: 256 * 1024 })
  let sent = offset
  body.on('data', (chunk) => {
    sent += chunk.length
    onProgress?.(sent)
  })
  const headers = {
    'Content-Type': 'application/octet-stream',
    'Content-Length': String(target.size - offset),
    // Some registries know no ranges: they are told one only when there is no other way.
    ...(offset === 0 ? {} : { 'Content-Range': `${offset}-${target.size - 1}` }),
  }
  const response = await send({ url: url.href, method: 'PATCH', headers, body }, [201, 202, 204])
  return { url: sessionUrl(response, target), offset: target.size }
}

async function finish({ url }: Session, { digest }: BlobTarget, send: Send): Promise<void> {
  const closing = new URL(url)
  closing.searchParams.set('digest', digest)
  await send({ url: closing.href, method: 'PUT', headers: { 'Content-Length': '0' } }, [201, 204])
}

/** The place the registry named for the bytes: it must be the registry itself, for credentials go with it. */
function sessionUrl(response: HttpResponse, target: BlobTarget): URL {
  const base = new URL(target.url)
  const url = new URL(response.headers.location ?? '', base)
  if (url.hostname === base.hostname && (url.protocol === base.protocol || url.protocol === 'https:')) return url
  throw new TscomposeError('denied', 'REDIRECT_REFUSED', `registry ${base.host}: upload to ${url.protocol}//${url.host} was refused`)
}

function uploadError(status: number, { url, digest }: BlobTarget, retryAfter: string | undefined): TscomposeError {
  const { host, pathname } = new URL(url)
  if (status === 429 || status >= 500) return new RegistryBusy(host, status, retryAfter)
  if (status === 401 || status === 403) return unauthorized(host, pathname.replace(/^\/v2\/(.*)\/blobs\/uploads\/$/, '$1'), true)
  return new TscomposeError('unavailable', 'UPLOAD_REFUSED', `registry ${host} answered ${status} to the upload of ${digest}`, {
    hint: status === 413 ? 'the registry, or a proxy before it, takes no blobs of this size' : 'check that this host is an image registry',
    target: digest,
  })
}
