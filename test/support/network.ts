import { execFile, execFileSync, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { EndpointSpec, EngineEvent, PortSpec } from '../../src/engine/api.ts'
import { createNetworkPart, type NetworkPart } from '../../src/engine/network/network-part.ts'
import type { ContainerNetwork, NetworkSetup } from '../../src/engine/parts.ts'
import { createRecordStore } from '../../src/engine/state/records.ts'

/* A network part over the engine's real places, and namespaces that play containers. */

export interface NetworkFixture {
  readonly part: NetworkPart
  readonly events: Omit<EngineEvent, 'timeNano'>[]
  readonly warnings: string[]
}

export const dataRoot = '/var/lib/tscompose'
export const runRoot = '/run/tscompose'

export function openNetworkPart(options: { readonly healMs?: number } = {}): NetworkFixture {
  const events: Omit<EngineEvent, 'timeNano'>[] = []
  const warnings: string[] = []
  mkdirSync(runRoot, { recursive: true })
  const warn = (text: string): void => void warnings.push(text)
  const part = createNetworkPart({
    ...options,
    paths: { dataRoot, runRoot },
    emit: (event) => void events.push(event),
    warn,
    records: (options) => createRecordStore({ ...options, warn }),
    netdCommand: [process.execPath, join(import.meta.dirname, '../../src/daemon/netd-main.ts')],
  })
  return { part, events, warnings }
}

export function containerId(name: string): string {
  return Buffer.from(name).toString('hex').padEnd(64, '0').slice(0, 64)
}

export function netnsOf(name: string): string {
  return `${runRoot}/netns/${name}`
}

export function containerNetwork(
  name: string,
  endpoints: readonly EndpointSpec[],
  rest: Partial<ContainerNetwork> & { readonly ports?: readonly PortSpec[] } = {},
): ContainerNetwork {
  return { containerId: containerId(name), containerName: name, hostname: name, netnsPath: netnsOf(name), endpoints, ports: [], ...rest }
}

export function setUp(
  fixture: NetworkFixture,
  name: string,
  networks: readonly string[],
  ports: readonly PortSpec[] = [],
): Promise<NetworkSetup> {
  const endpoints = networks.map((network) => ({ network, aliases: [name.replace(/-\d+$/, '')] }))
  return fixture.part.provider.setup(containerNetwork(name, endpoints, { ports }))
}

/** Runs a program of the host in the network of a container; throws with its output where it fails. */
export function inside(name: string, ...args: readonly string[]): string {
  return execFileSync('nsenter', [`--net=${netnsOf(name)}`, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

/** The same while this process goes on serving. Resolves with '' where the program fails. */
export function insideLater(name: string, ...args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile('nsenter', [`--net=${netnsOf(name)}`, ...args], (error, stdout) => resolve(error === null ? stdout : ''))
  })
}

export function host(command: string, ...args: readonly string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

/** True where the program ends with 0. */
export function succeeds(run: () => string): boolean {
  try {
    run()
    return true
  } catch {
    return false
  }
}

/** What curl prints, trying for a second until a server that was just started listens. */
export async function fetchText(url: string, from?: string): Promise<string> {
  const args = ['-sS', '--noproxy', '*', '-g', '-m', '2', url]
  for (let attempt = 0; ; attempt++) {
    try {
      return from === undefined ? host('curl', ...args) : inside(from, 'curl', ...args)
    } catch (error) {
      if (attempt >= 20) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

/** A web server in the network of a container that says the container's name. Returns how to end it. */
export function serveHttp(name: string, port = 80): () => void {
  const script = `require('node:http').createServer((q, r) => r.end('${name} ' + q.socket.remoteAddress)).listen(${port}, '0.0.0.0')`
  const child = spawn('nsenter', [`--net=${netnsOf(name)}`, process.execPath, '-e', script], { stdio: 'ignore' })
  return () => void child.kill('SIGKILL')
}

/** IPv4 addresses a name has for a container, sorted, as busybox' nslookup asks for them. */
export function lookup(name: string, query: string, type = 'A'): readonly string[] {
  const output = inside(name, 'busybox', 'nslookup', `-type=${type}`, query, '127.0.0.11')
  return [...output.matchAll(/^Address(?: \d+)?: (\S+)$/gm)]
    .map((match) => match[1] ?? '')
    .filter((address) => !address.includes('127.0.0.11'))
    .sort()
}
