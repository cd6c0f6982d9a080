import type { IncomingMessage, RequestOptions } from 'node:http'
import type { Readable } from 'node:stream'
import { TscomposeError } from '../../base/errors.ts'

export interface HttpRequest {
  readonly url: string
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  readonly insecureTls?: boolean
  readonly body?: Uint8Array | Readable
  readonly signal?: AbortSignal | undefined
  /** Until the response's headers are there. */
  readonly timeoutMs?: number
  /** Called with the address the connection goes to; throwing refuses it. */
  readonly checkAddress?: (address: string) => void
}

export interface HttpResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: IncomingMessage
  /** Where it really came from, after redirects. */
  readonly url: string
}

const headerTimeout = 30_000
const maxRedirects = 5

/** One request, no redirects. Rejects with Node's own error where no response comes, RegistryTimeout after `timeoutMs`. */
async function requestOnce(request: HttpRequest): Promise<HttpResponse> {
  const url = new URL(request.url)
  // node:http and node:tls cost tens of milliseconds to load; only threads that talk to a registry pay.
  const client = url.protocol === 'https:' ? await import('node:https') : await import('node:http')
  const options: RequestOptions & { rejectUnauthorized?: boolean } = {
    method: request.method ?? 'GET',
    headers: { 'User-Agent': 'tscompose', ...request.headers },
    ...(request.insecureTls === true ? { rejectUnauthorized: false } : {}),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  }
  return new Promise((resolve, reject) => {
    const sent = client.request(url, options)
    const timer = setTimeout(() => sent.destroy(new RegistryTimeout()), request.timeoutMs ?? headerTimeout)
    sent.once('socket', (socket) => {
      const check = (): void => {
        try {
          request.checkAddress?.(socket.remoteAddress ?? '')
        } catch (error) {
          sent.destroy(error as Error)
        }
      }
      if (socket.connecting) socket.once('connect', check)
      else check()
    })
    sent.once('response', (body) => {
      clearTimeout(timer)
      resolve({ status: body.statusCode ?? 0, headers: flatten(body), body, url: request.url })
    })
    sent.once('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    sendBody(sent, request.body)
  })
}

function sendBody(sent: NodeJS.WritableStream & { destroy(error?: Error): unknown }, body: HttpRequest['body']): void {
  if (body === undefined) sent.end()
  else if (body instanceof Uint8Array) sent.end(body)
  else {
    body.once('error', (error) => sent.destroy(error))
    body.pipe(sent)
  }
}

function flatten(message: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  )
}

/** The server did not answer in time. */
export class RegistryTimeout extends Error {
  readonly code = 'ETIMEDOUT'
  constructor() {
    super('timed out')
    this.name = 'RegistryTimeout'
  }
}

/**
 * Sends a request and follows redirects of GET and HEAD. Credentials are dropped as soon as the host changes and are
 * never sent from https to http (CVE-2020-15157).
 */
export async function sendRequest(request: HttpRequest): Promise<HttpResponse> {
  let current = request
  for (let hop = 0; ; hop++) {
    const response = await requestOnce(current)
    const location = response.headers.location
    const canFollow = (current.method ?? 'GET') === 'GET' || current.method === 'HEAD'
    if (!(canFollow && location !== undefined && [301, 302, 303, 307, 308].includes(response.status))) return response
    response.body.resume()
    if (hop >= maxRedirects) throw refusedRedirect(current.url, 'too many redirects')
    current = redirected(current, new URL(location, current.url))
  }
}

function redirected(from: HttpRequest, to: URL): HttpRequest {
  const origin = new URL(from.url)
  if (to.protocol !== 'https:' && !(to.protocol === 'http:' && origin.protocol === 'http:')) {
    throw refusedRedirect(from.url, `redirect to ${to.protocol}//${to.host}`)
  }
  if (to.host === origin.host && to.protocol === origin.protocol) return { ...from, url: to.href }
  const headers = Object.fromEntries(Object.entries(from.headers ?? {}).filter(([name]) => name.toLowerCase() !== 'authorization'))
  return { ...from, url: to.href, headers }
}

function refusedRedirect(url: string, why: string): TscomposeError {
  return new TscomposeError('denied', 'REDIRECT_REFUSED', `registry ${new URL(url).host}: ${why} was refused`)
}

/** Reads a body that must be small; destroys the connection and rejects BODY_TOO_LARGE above `maxBytes`. */
export async function readBody(response: HttpResponse, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  const timer = setTimeout(() => response.body.destroy(new RegistryTimeout()), headerTimeout)
  try {
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > maxBytes) {
        response.body.destroy()
        throw new TscomposeError('invalid', 'BODY_TOO_LARGE', `${new URL(response.url).host} sent more than ${maxBytes} bytes`)
      }
      chunks.push(chunk)
      timer.refresh()
    }
  } finally {
    clearTimeout(timer)
  }
  return Buffer.concat(chunks)
}
