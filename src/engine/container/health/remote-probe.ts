import { connect } from 'node:net'
import type { ContainerDeps } from '../deps.ts'
import type { Entry } from '../entry.ts'
import type { RemoteProbe } from './config.ts'

const outputCap = 4096

export interface RemoteResult {
  readonly exitCode: 0 | 1
  readonly output: string
}

/**
 * Asks a port of the container from the engine: nothing in the image is needed, but what listens on the container's
 * loopback alone is not found. HTTP is well with any status below 400.
 */
export async function probeRemotely(
  deps: ContainerDeps,
  entry: Entry,
  { probe, timeoutMs }: { readonly probe: RemoteProbe; readonly timeoutMs: number },
): Promise<RemoteResult> {
  const host = addressOf(deps, entry)
  if (host === undefined) return { exitCode: 1, output: 'the container has no address the engine could ask' }
  return probe.kind === 'tcp' ? probeTcp(host, probe.port, timeoutMs) : probeHttp(host, probe, timeoutMs)
}

function addressOf(deps: ContainerDeps, { record }: Entry): string | undefined {
  const { network } = record.spec
  if (network.kind === 'host') return '127.0.0.1'
  const id = network.kind === 'container' ? deps.store.get(network.container).record.id : record.id
  const [endpoint] = deps.network.endpoints(id)
  return endpoint?.ipv4Address || endpoint?.ipv6Address || undefined
}

function probeTcp(host: string, port: number, timeoutMs: number): Promise<RemoteResult> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs })
    const end = (exitCode: 0 | 1, output: string): void => {
      socket.destroy()
      resolve({ exitCode, output })
    }
    socket.once('connect', () => end(0, ''))
    socket.once('timeout', () => end(1, `no answer from port ${port} within ${timeoutMs / 1000}s`))
    socket.once('error', (error) => end(1, error.message))
  })
}

async function probeHttp(host: string, { port, path }: RemoteProbe, timeoutMs: number): Promise<RemoteResult> {
  // Few containers are asked like this; the daemon does without the module until then.
  const { get } = await import('node:http')
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(timeoutMs)
    const fail = (error: Error): void => {
      const late = signal.aborted ? `no answer from port ${port} within ${timeoutMs / 1000}s` : error.message
      resolve({ exitCode: 1, output: late })
    }
    const request = get({ host, port, path, agent: false, signal, headers: { 'user-agent': 'tscompose-health', host: 'localhost' } })
    request.once('error', fail)
    request.once('response', (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        if (body.length < outputCap) body += chunk.slice(0, outputCap - body.length)
      })
      response.once('error', fail)
      response.once('end', () => {
        const status = response.statusCode ?? 0
        resolve({ exitCode: status > 0 && status < 400 ? 0 : 1, output: `HTTP ${status} ${body}`.trim() })
      })
    })
  })
}
