import type { ErrorData } from '../../../base/errors.ts'
import type { BoundPort } from '../../api.ts'

/*
 * What the engine and its network helper say to each other: JSON lines over a unix socket. The helper greets first.
 * The engine sends requests with numbers, the helper answers each once. The helper keeps what it was told when the
 * connection ends.
 */

/** Changes whenever an older helper could not serve a newer engine; such a helper is replaced. */
export const netdProtocol = 2

/** One network a container is in. */
export interface NetdEndpoint {
  /** Network id. */
  readonly network: string
  readonly networkName: string
  /** All names the container has here, the first one is what reverse lookups say. */
  readonly names: readonly string[]
  /** '' where it has none. */
  readonly ipv4: string
  readonly ipv6: string
}

/** A port to claim on the host, on all of `hostIps` at one number out of `from`…`to`; 0 lets the kernel choose. */
export interface NetdPort {
  readonly containerPort: number
  readonly protocol: 'tcp' | 'udp' | 'sctp'
  readonly hostIps: readonly string[]
  readonly from: number
  readonly to: number
  /** Host addresses that may be left out where the host has no such address family. */
  readonly optional: readonly string[]
  /** Where connections to IPv6 addresses of the host are passed on to. */
  readonly target: string
}

export interface NetdResolver {
  /** Port it listens on at 127.0.0.11. */
  readonly port: number
  /** Absent: those of the host. */
  readonly upstreams?: readonly string[]
  /** Names without a dot are not passed on where this is not 0. */
  readonly ndots: number
  /** Unknown names are asked upstream; off in internal networks. */
  readonly forward: boolean
  /** Names of this container's own for others: alias -> container id. */
  readonly links: Readonly<Record<string, string>>
}

export interface NetdContainer {
  readonly id: string
  readonly name: string
  /** Path of its network namespace. */
  readonly netns: string
  readonly endpoints: readonly NetdEndpoint[]
  readonly ports: readonly NetdPort[]
  /** Absent: no resolver inside. */
  readonly resolver?: NetdResolver
}

export type NetdCall =
  /** The whole truth after a (re)connect; what is not in it is dropped. Never fails as a whole. */
  | { readonly method: 'sync'; readonly containers: readonly NetdContainer[] }
  /** Adds or replaces one container, whole or not at all. Ports that container `from` has are taken over from it without a gap. */
  | { readonly method: 'put'; readonly container: NetdContainer; readonly from?: string }
  | { readonly method: 'drop'; readonly containers: readonly string[] }
  | { readonly method: 'quit' }

export type NetdRequest = NetdCall & { readonly id: number }

export interface NetdResult {
  /** Of `put`. */
  readonly ports?: readonly BoundPort[]
  /** Of `sync`: containers that could not be served, and why. */
  readonly failures?: readonly { readonly container: string; readonly error: ErrorData }[]
}

export type NetdReply =
  | { readonly hello: { readonly protocol: number; readonly pid: number } }
  | { readonly id: number; readonly result: NetdResult }
  | { readonly id: number; readonly error: ErrorData }

/** Splits a stream of text into parsed lines; a line longer than `limit` ends it with an error. */
export function createLineReader(onValue: (value: unknown) => void, limit: number = 16 << 20): (chunk: string) => void {
  let rest = ''
  return (chunk) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > limit) throw new Error('the line is too long')
    for (const line of lines) onValue(JSON.parse(line))
  }
}
