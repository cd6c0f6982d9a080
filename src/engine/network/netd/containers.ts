import { errorToData, hasCode } from '../../../base/errors.ts'
import { stableJson } from '../../../base/hash.ts'
import type { BoundPort } from '../../api.ts'
import { answerQuery, failureOf } from './answer.ts'
import { type DnsListener, listenDns, type Resolve } from './dns-listener.ts'
import { type ClaimedPort, claimPort } from './ports.ts'
import type { NetdContainer, NetdPort, NetdResult } from './protocol.ts'
import type { Upstream } from './upstream.ts'
import { createZone } from './zone.ts'

/** What the helper keeps for the containers: names, resolvers and ports. */
export interface Containers {
  /** Adds or replaces one; what did not change (a resolver's sockets, a port) goes on without a gap. All or nothing. Ports of `from` are taken over. */
  put(container: NetdContainer, from?: string): readonly BoundPort[]
  drop(id: string): void
  /** Makes the set equal to this one. */
  sync(containers: readonly NetdContainer[]): NonNullable<NetdResult['failures']>
  /** The containers kept. */
  list(): readonly NetdContainer[]
  close(): void
}

interface Kept {
  container: NetdContainer
  dns: DnsListener | undefined
  readonly ports: Map<string, ClaimedPort>
}

export function createContainers({
  upstream,
  hostServers,
  log,
}: {
  readonly upstream: Upstream
  readonly hostServers: () => readonly string[]
  readonly log: (message: string, error?: unknown) => void
}): Containers {
  const zone = createZone()
  const kept = new Map<string, Kept>()

  const resolverOf = (id: string): Resolve => {
    return async (query, tcp) => {
      const asker = kept.get(id)?.container
      if (asker === undefined) return undefined
      const decision = answerQuery(query, { asker, zone, shuffle })
      if (decision.kind === 'ignore') return undefined
      if (decision.kind === 'answer') return decision.message
      const servers = asker.resolver?.upstreams ?? hostServers()
      return (await upstream.ask(query, { servers, tcp })) ?? failureOf(query)
    }
  }
  const drop = (id: string): void => {
    const old = kept.get(id)
    if (old === undefined) return
    kept.delete(id)
    zone.drop(id)
    old.dns?.close()
    for (const port of old.ports.values()) port.release()
  }
  const put = (container: NetdContainer, from?: string): readonly BoundPort[] => {
    const old = kept.get(container.id)
    const onError = (error: unknown): void => log(`container ${container.name}`, error)
    // First, as the same port may be wanted again for another address of the container.
    releaseStale(container.ports, old?.ports)
    const taken = takeOver(container.ports, from === undefined ? undefined : kept.get(from)?.ports)
    for (const [key, port] of taken) old?.ports.set(key, port)
    const present = new Map([...(old?.ports ?? []), ...taken])
    const fresh = claimNew(container.ports, present, onError)
    try {
      const listening = old?.dns !== undefined && old.container.netns === container.netns
      const dns = container.resolver === undefined ? undefined : listening ? old.dns : openDns(container, resolverOf(container.id), onError)
      if (old?.dns !== undefined && old.dns !== dns) old.dns.close()
      kept.set(container.id, { container, dns, ports: new Map([...present, ...fresh]) })
    } catch (error) {
      for (const port of fresh.values()) port.release()
      throw error
    }
    zone.put(container)
    return container.ports.flatMap((port) => kept.get(container.id)?.ports.get(stableJson(port))?.bound ?? [])
  }
  return {
    put,
    drop,
    sync: (containers) => {
      const wanted = new Set(containers.map((container) => container.id))
      for (const id of [...kept.keys()]) if (!wanted.has(id)) drop(id)
      return containers.flatMap((container) => {
        try {
          put(container)
          return []
        } catch (error) {
          return [{ container: container.id, error: errorToData(error) }]
        }
      })
    },
    list: () => [...kept.values()].map(({ container }) => container),
    close: () => {
      for (const id of [...kept.keys()]) drop(id)
    },
  }
}

/** Moves what is kept for another container and wanted now; it is this container's from here on, whatever else fails. */
function takeOver(ports: readonly NetdPort[], giver: Map<string, ClaimedPort> | undefined): Map<string, ClaimedPort> {
  const taken = new Map<string, ClaimedPort>()
  for (const port of giver === undefined ? [] : ports) {
    for (const [key, claimed] of giver ?? []) {
      const own = claimed.handOver(port)
      if (own === undefined) continue
      giver?.delete(key)
      taken.set(stableJson(port), own)
      break
    }
  }
  return taken
}

function claimNew(
  ports: readonly NetdPort[],
  old: ReadonlyMap<string, ClaimedPort> | undefined,
  onError: (error: unknown) => void,
): Map<string, ClaimedPort> {
  const fresh = new Map<string, ClaimedPort>()
  try {
    for (const port of ports) {
      const key = stableJson(port)
      if (old?.has(key) !== true && !fresh.has(key)) fresh.set(key, claimPort(port, onError))
    }
    return fresh
  } catch (error) {
    for (const port of fresh.values()) port.release()
    throw error
  }
}

function releaseStale(ports: readonly NetdPort[], old: Map<string, ClaimedPort> | undefined): void {
  const wanted = new Set(ports.map((port) => stableJson(port)))
  for (const [key, claimed] of old ?? []) {
    if (wanted.has(key)) continue
    claimed.release()
    old?.delete(key)
  }
}

/** A program in the container that has port 53 already keeps it; the container then resolves through that program. */
function openDns(container: NetdContainer, resolve: Resolve, onError: (error: unknown) => void): DnsListener | undefined {
  try {
    return listenDns({ netns: container.netns, port: container.resolver?.port ?? 53, resolve, onError })
  } catch (error) {
    if (!hasCode(error, 'EADDRINUSE')) throw error
    onError(error)
    return undefined
  }
}

/** Fisher-Yates: replicas are asked in another order each time. */
function shuffle<T>(items: readonly T[]): readonly T[] {
  const result = [...items]
  for (let index = result.length - 1; index > 0; index--) {
    const other = Math.floor(Math.random() * (index + 1))
    const held = result[index] as T
    result[index] = result[other] as T
    result[other] = held
  }
  return result
}
