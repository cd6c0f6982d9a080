import { Socket } from 'node:net'
import { hasErrno } from '../../../base/errors.ts'
import { withNetns } from '../../../sys/netns.ts'
import { createTcpSocket } from '../../../sys/sockets.ts'
import type { ContainerDeps } from '../deps.ts'
import type { Entry } from '../entry.ts'
import { containerPlaces } from '../places.ts'
import type { RemoteProbe } from './config.ts'

const outputCap = 4096

export interface RemoteResult {
  readonly exitCode: 0 | 1
  readonly output: string
}

/**
 * Asks a port of the container from the engine: nothing in the image is needed. What listens on the container's own
 * loopback is found, and what listens on its address alone. HTTP is well with any status below 400.
 */
export async function probeRemotely(
  deps: ContainerDeps,
  entry: Entry,
  { probe, timeoutMs }: { readonly probe: RemoteProbe; readonly timeoutMs: number },
): Promise<RemoteResult> {
  const common = { port: probe.port, timeoutMs }
  const ask = (asking: Asking): Promise<RemoteResult> => (probe.kind === 'tcp' ? probeTcp(asking) : probeHttp(asking, probe.path))
  const outside = addressOf(deps, entry)
  const netns = namespaceOf(deps, entry)
  try {
    if (netns === undefined) return await ask({ ...common, host: outside ?? '127.0.0.1' })
    return await ask({ ...common, host: '127.0.0.1', netns })
  } catch (error) {
    const failed = { exitCode: 1, output: error instanceof Error ? error.message : String(error) } as const
    if (netns === undefined || outside === undefined || !hasErrno(error, 'ECONNREFUSED')) return failed
    try {
      return await ask({ ...common, host: outside })
    } catch {
      return failed
    }
  }
}

/** The network namespace the container's own loopback is in; undefined where it is the host's. */
function namespaceOf(deps: ContainerDeps, { record }: Entry): string | undefined {
  const { network } = record.spec
  if (network.kind === 'host') return undefined
  return containerPlaces(deps.paths, network.kind === 'container' ? deps.store.get(network.container).record.id : record.id).netns
}

function addressOf(deps: ContainerDeps, { record }: Entry): string | undefined {
  const { network } = record.spec
  if (network.kind === 'host') return '127.0.0.1'
  const id = network.kind === 'container' ? deps.store.get(network.container).record.id : record.id
  const [endpoint] = deps.network.endpoints(id)
  return endpoint?.ipv4Address || endpoint?.ipv6Address || undefined
}

interface Asking {
  readonly host: string
  /** Where the connection is made from; absent: the engine's own network. */
  readonly netns?: string
  readonly port: number
  readonly timeoutMs: number
}

/** Connects, says what there is to say and reads until the other side ends; rejects where that takes too long. */
function ask({ host, netns, port, timeoutMs }: Asking, words: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket =
      netns === undefined ? new Socket() : new Socket({ fd: withNetns(netns, createTcpSocket), readable: true, writable: true })
    socket.connect({ host, port })
    const timer = setTimeout(() => socket.destroy(new Error(`no answer from port ${port} within ${timeoutMs / 1000}s`)), timeoutMs)
    let answer = ''
    socket.once('connect', () => (words === '' ? socket.destroy() : socket.write(words)))
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      answer += chunk
      // The rest does not matter.
      if (answer.length > outputCap) socket.destroy()
    })
    socket.once('error', reject)
    socket.once('close', () => {
      clearTimeout(timer)
      resolve(answer)
    })
  })
}

async function probeTcp(asking: Asking): Promise<RemoteResult> {
  await ask(asking, '')
  return { exitCode: 0, output: '' }
}

/** HTTP/1.0, so that the answer ends with the connection. */
async function probeHttp(asking: Asking, path: string): Promise<RemoteResult> {
  const answer = await ask(asking, `GET ${path} HTTP/1.0\r\nHost: localhost\r\nUser-Agent: tscompose\r\nConnection: close\r\n\r\n`)
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1] ?? 0)
  if (status === 0) return { exitCode: 1, output: 'the answer is not HTTP' }
  const body = Buffer.from(answer.slice(answer.indexOf('\r\n\r\n') + 4, outputCap), 'latin1').toString('utf8')
  return { exitCode: status < 400 ? 0 : 1, output: `HTTP ${status} ${body}`.trim() }
}
