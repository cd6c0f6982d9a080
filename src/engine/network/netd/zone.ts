import type { NetdContainer, NetdEndpoint } from './protocol.ts'

/** Who has which name in which network. */
export interface Zone {
  put(container: NetdContainer): void
  drop(id: string): void
  /** Addresses `name` has for `asker`, over all networks they share; undefined where nobody has the name. */
  lookup(asker: NetdContainer, name: string): ZoneAddresses | undefined
  /** `container.network` of an address in one of the asker's networks. */
  reverse(asker: NetdContainer, address: string): string | undefined
}

export interface ZoneAddresses {
  readonly ipv4: readonly string[]
  readonly ipv6: readonly string[]
}

export function createZone(): Zone {
  const containers = new Map<string, NetdContainer>()
  /** network id -> lower-case name -> container id -> endpoint */
  const names = new Map<string, Map<string, Map<string, NetdEndpoint>>>()
  const drop = (id: string): void => {
    const container = containers.get(id)
    containers.delete(id)
    for (const endpoint of container?.endpoints ?? []) {
      const table = names.get(endpoint.network)
      for (const name of endpoint.names) {
        const holders = table?.get(name.toLowerCase())
        holders?.delete(id)
        if (holders?.size === 0) table?.delete(name.toLowerCase())
      }
      if (table?.size === 0) names.delete(endpoint.network)
    }
  }
  const put = (container: NetdContainer): void => {
    drop(container.id)
    containers.set(container.id, container)
    for (const endpoint of container.endpoints) {
      const table = getOrMake(names, endpoint.network)
      for (const name of endpoint.names) getOrMake(table, name.toLowerCase()).set(container.id, endpoint)
    }
  }
  const endpointsNamed = (asker: NetdContainer, name: string): readonly NetdEndpoint[] =>
    asker.endpoints.flatMap(({ network, networkName }) => {
      const table = names.get(network)
      const suffix = `.${networkName.toLowerCase()}`
      const bare = name.endsWith(suffix) ? table?.get(name.slice(0, -suffix.length)) : undefined
      return [...(table?.get(name) ?? bare ?? new Map<string, NetdEndpoint>()).values()]
    })
  const linked = (asker: NetdContainer, name: string): readonly NetdEndpoint[] => {
    const target = containers.get(asker.resolver?.links[name] ?? '')
    const shared = new Set(asker.endpoints.map((endpoint) => endpoint.network))
    return target?.endpoints.filter((endpoint) => shared.has(endpoint.network)) ?? []
  }
  return {
    put,
    drop,
    lookup: (asker, name) => {
      const found = [...linked(asker, name), ...endpointsNamed(asker, name)]
      if (found.length === 0) return undefined
      return { ipv4: addresses(found, 'ipv4'), ipv6: addresses(found, 'ipv6') }
    },
    reverse: (asker, address) => {
      for (const { network, networkName } of asker.endpoints) {
        for (const container of containers.values()) {
          const own = container.endpoints.find((endpoint) => endpoint.network === network)
          if (own !== undefined && (own.ipv4 === address || own.ipv6 === address)) return `${own.names[0] ?? container.name}.${networkName}`
        }
      }
      return undefined
    },
  }
}

function addresses(endpoints: readonly NetdEndpoint[], family: 'ipv4' | 'ipv6'): readonly string[] {
  return [...new Set(endpoints.map((endpoint) => endpoint[family]).filter((address) => address !== ''))]
}

function getOrMake<K, V>(map: Map<K, Map<string, V>>, key: K): Map<string, V> {
  const found = map.get(key)
  if (found !== undefined) return found
  const made = new Map<string, V>()
  map.set(key, made)
  return made
}
