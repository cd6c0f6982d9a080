import type { Agent, IncomingMessage, RequestOptions } from 'node:http'
import type { Readable } from 'node:stream'
import { TscomposeError } from '../../base/errors.ts'
import type { Connection } from '../parts.ts'
import { proxyFor } from './proxy.ts'

export interface HttpRequest {
  readonly url: string
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | Readable
  readonly signal?: AbortSignal | undefined
  /** Without progress until the response's headers are there. */
  readonly timeoutMs?: number
  /** Called with the address the connection goes to; throwing refuses it. A proxy makes the connection itself: it is not asked. */
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
/** Connections nobody uses are closed after this. */
const idleTimeout = 15_000
const maxRedirects = 5

/** Requests to one registry and to the places it leads to, over connections that are used again. */
export interface Transport {
  /**
   * Sends a request and follows redirects of GET and HEAD. Credentials are dropped as soon as the host changes and are
   * never sent from https to http (CVE-2020-15157). Rejects with Node's own error where no response comes,
   * RegistryTimeout after `timeoutMs`.
   */
  send(request: HttpRequest): Promise<HttpResponse>
}

/** `host` (with its port) is the one the connection is for: other hosts see none of its certificates and must show good ones. */
export function createTransport(host: string, connection: Connection): Transport {
  const agents = new Map<string, Promise<Agent>>()
  const agentFor = (url: URL): Promise<Agent> => {
    const proxy = proxyFor(url, connection.proxies)
    const isOwn = url.host === host
    // What is trusted blindly is that machine, not whatever it leads to.
    const insecureTls = connection.insecureTls && url.hostname === new URL(`http://${host}`).hostname
    const key = `${url.protocol} ${proxy ?? ''} ${isOwn} ${insecureTls}`
    const kept = agents.get(key) ?? createAgent(url.protocol, { proxy, insecureTls, tls: isOwn ? connection.tls : undefined })
    agents.set(key, kept)
    return kept
  }
  return {
    send: async (request) => {
      let current = request
      for (let hop = 0; ; hop++) {
        const url = new URL(current.url)
        const isDirect = proxyFor(url, connection.proxies) === undefined
        const response = await requestOnce(current, { agent: await agentFor(url), isDirect })
        const location = response.headers.location
        const canFollow = (current.method ?? 'GET') === 'GET' || current.method === 'HEAD'
        if (!(canFollow && location !== undefined && [301, 302, 303, 307, 308].includes(response.status))) return response
        response.body.resume()
        if (hop >= maxRedirects) throw refusedRedirect(current.url, 'too many redirects')
        current = redirected(current, new URL(location, current.url))
      }
    },
  }
}

interface AgentOptions {
  readonly proxy: string | undefined
  readonly insecureTls: boolean
  readonly tls: Connection['tls']
}

async function createAgent(protocol: string, { proxy, insecureTls, tls }: AgentOptions): Promise<Agent> {
  const options = {
    keepAlive: true,
    timeout: idleTimeout,
    ...(proxy === undefined ? {} : { proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } }),
  }
  // node:http and node:tls cost tens of milliseconds to load; only threads that talk to a registry pay.
  if (protocol !== 'https:') return new (await import('node:http')).Agent(options)
  const [https, { createSecureContext, getCACertificates }] = await Promise.all([import('node:https'), import('node:tls')])
  const secureContext = createSecureContext({
    ...(insecureTls ? {} : { ca: [...new Set([...getCACertificates('default'), ...getCACertificates('system'), ...(tls?.ca ?? [])])] }),
    ...(tls === undefined || tls.cert.length === 0 ? {} : { cert: [...tls.cert], key: [...tls.key] }),
  })
  return new https.Agent({ ...options, secureContext, rejectUnauthorized: !insecureTls })
}

/** One request, no redirects. */
async function requestOnce(
  request: HttpRequest,
  { agent, isDirect }: { readonly agent: Agent; readonly isDirect: boolean },
): Promise<HttpResponse> {
  const url = new URL(request.url)
  const client = url.protocol === 'https:' ? await import('node:https') : await import('node:http')
  const options: RequestOptions = {
    agent,
    method: request.method ?? 'GET',
    headers: { 'User-Agent': 'tscompose', ...request.headers },
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  }
  return new Promise((resolve, reject) => {
    const sent = client.request(url, options)
    const timer = setTimeout(() => sent.destroy(new RegistryTimeout()), request.timeoutMs ?? headerTimeout)
    sent.once('socket', (socket) => {
      const check = (): void => {
        try {
          if (isDirect) request.checkAddress?.(socket.remoteAddress ?? '')
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
    sent.on('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    sendBody(sent, request.body, () => timer.refresh())
  })
}

function sendBody(
  sent: NodeJS.WritableStream & { destroy(error?: Error): unknown },
  body: HttpRequest['body'],
  onProgress: () => void,
): void {
  if (body === undefined) sent.end()
  else if (body instanceof Uint8Array) sent.end(body)
  else {
    body.once('error', (error) => sent.destroy(error))
    body.on('data', onProgress)
    body.pipe(sent)
    sent.once('close', () => body.destroy())
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
