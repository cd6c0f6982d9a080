import { createHash } from 'node:crypto'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, utimesSync, writeSync } from 'node:fs'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { join, posix } from 'node:path'
import { TscomposeError } from '../../../base/errors.ts'
import { sha256 } from '../../../base/hash.ts'
import { writeFileAtomic } from '../../../sys/files.ts'
import type { ProxySettings } from '../../parts.ts'
import { withoutPassword } from './location.ts'

/** A file of the web as it lies in the build cache. */
export interface Downloaded {
  readonly path: string
  /** sha256 hex. */
  readonly digest: string
  /** Last part of the address. */
  readonly name: string
  /** Seconds since the epoch; 0 where the server does not say. */
  readonly modified: number
}

interface Remembered extends Downloaded {
  readonly etag?: string
  readonly lastModified?: string
}

const maximumRedirects = 10
const silenceMs = 60_000

/**
 * Gets a file of a web server into `store`, or finds it there where the server says it is still the same. Runs in a
 * worker thread. Rejects DOWNLOAD_FAILED.
 */
export async function download({
  url,
  store,
  proxies,
}: {
  readonly url: string
  readonly store: string
  readonly proxies: ProxySettings
}): Promise<Downloaded> {
  mkdirSync(store, { recursive: true, mode: 0o700 })
  const known = readKnown(store, url)
  const conditions = {
    ...(known?.etag === undefined ? {} : { 'if-none-match': known.etag }),
    ...(known?.lastModified === undefined ? {} : { 'if-modified-since': known.lastModified }),
  }
  const response = await request(url, known === undefined ? {} : conditions, proxies)
  if (response.statusCode === 304 && known !== undefined) {
    response.resume()
    return known
  }
  if (response.statusCode !== 200) throw failed(url, `the server answered ${response.statusCode}`)
  const received = await receive(url, response, store)
  writeFileAtomic(metaPath(store, url), JSON.stringify(received))
  return received
}

const metaPath = (store: string, url: string): string => join(store, `${sha256(url)}.json`)

function readKnown(store: string, url: string): Remembered | undefined {
  try {
    const value = JSON.parse(readFileSync(metaPath(store, url), 'utf8')) as Remembered
    return existsSync(value.path) ? value : undefined
  } catch {
    return undefined
  }
}

async function request(url: string, headers: Readonly<Record<string, string>>, proxies: ProxySettings): Promise<IncomingMessage> {
  let address = new URL(url)
  for (let redirects = 0; redirects <= maximumRedirects; redirects++) {
    const response = await requestOnce(address, { ...headers, 'user-agent': 'tscompose', 'accept-encoding': 'identity' }, proxies)
    const { location } = response.headers
    if (![301, 302, 303, 307, 308].includes(response.statusCode ?? 0) || location === undefined) return response
    response.resume()
    const next = new URL(location, address)
    if (!/^https?:$/.test(next.protocol) || (address.protocol === 'https:' && next.protocol === 'http:'))
      throw failed(url, `it leads on to ${withoutPassword(next.href)}, which is not followed`)
    address = next
  }
  throw failed(url, 'it redirects without end')
}

async function requestOnce(url: URL, headers: Readonly<Record<string, string>>, proxies: ProxySettings): Promise<IncomingMessage> {
  const client = url.protocol === 'https:' ? await import('node:https') : await import('node:http')
  return new Promise((resolve, reject) => {
    const agent = new client.Agent({ proxyEnv: proxyEnvironment(proxies) })
    const sent: ClientRequest = client.request(url, { headers, agent, timeout: silenceMs }, resolve)
    sent.once('timeout', () => sent.destroy(new Error('the server is silent')))
    sent.once('error', (error) => reject(failed(url.href, error.message, error)))
    sent.end()
  })
}

/** As programs know proxies by their environment; this machine is never reached through one. */
export function proxyEnvironment({ http, https, none }: ProxySettings): Readonly<Record<string, string>> {
  const excluded = ['localhost', '127.0.0.1', '::1', none].filter((item) => item !== '').join(',')
  const named = { http_proxy: http, https_proxy: https, no_proxy: excluded }
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== ''))
}

async function receive(url: string, response: IncomingMessage, store: string): Promise<Remembered> {
  const partial = join(store, `partial-${process.pid}-${Math.random().toString(36).slice(2)}`)
  const hash = createHash('sha256')
  const fd = openSync(partial, 'wx', 0o600)
  try {
    let size = 0
    for await (const chunk of response as AsyncIterable<Buffer>) {
      hash.update(chunk)
      for (let offset = 0; offset < chunk.length; ) offset += writeSync(fd, chunk, offset)
      size += chunk.length
    }
    const announced = response.headers['content-length']
    if (announced !== undefined && Number(announced) !== size) throw failed(url, `it broke off after ${size} of ${announced} bytes`)
    const digest = hash.digest('hex')
    const described = describe(url, response)
    const path = join(store, `${sha256(url)}.content`)
    utimesSync(partial, described.modified, described.modified)
    renameSync(partial, path)
    return { path, digest, ...described }
  } catch (error) {
    rmSync(partial, { force: true })
    throw error instanceof TscomposeError ? error : failed(url, error instanceof Error ? error.message : String(error), error)
  } finally {
    closeSync(fd)
  }
}

function describe(url: string, { headers }: IncomingMessage): Omit<Remembered, 'path' | 'digest'> {
  const { etag, 'last-modified': lastModified } = headers
  const time = lastModified === undefined ? Number.NaN : Date.parse(lastModified)
  return {
    name: nameOf(url),
    modified: Number.isNaN(time) ? 0 : Math.floor(time / 1000),
    ...(etag === undefined ? {} : { etag }),
    ...(lastModified === undefined ? {} : { lastModified }),
  }
}

function nameOf(url: string): string {
  const name = posix.basename(decodeURIComponent(new URL(url).pathname))
  return name === '' || name === '.' || name === '..' || name.includes('\0') ? 'download' : name
}

function failed(url: string, why: string, cause?: unknown): TscomposeError {
  return new TscomposeError('unavailable', 'DOWNLOAD_FAILED', `cannot get ${withoutPassword(url)}: ${why}`, {
    hint: 'check the address, and whether this machine reaches it',
    ...(cause === undefined ? {} : { cause }),
  })
}
