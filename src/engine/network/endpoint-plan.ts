import { requireSubnet } from '../../base/ip.ts'
import type { EndpointInfo, EndpointSpec } from '../api.ts'
import type { ContainerNetwork, NetworkSetup } from '../parts.ts'
import { readBridgeOptions } from './options.ts'
import type { PublishTarget } from './publish.ts'
import type { AttachmentRecord, EndpointRecord, NetworkRecord } from './record.ts'
import type { DefaultRoute } from './sandbox.ts'

/* Choices about a container's endpoints, made from records alone. */

/** Looks a network's record up by id. */
export type FindNetwork = (id: string) => NetworkRecord | undefined

/** Interfaces are numbered in this order: highest `priority` first, then as they were written. */
export function orderEndpoints(endpoints: readonly EndpointSpec[]): readonly EndpointSpec[] {
  return [...endpoints].sort((a, b) => (b.priority ?? 0) - (a.priority ?? 0))
}

/** The lowest `ethN` no other endpoint has. */
export function freeInterfaceName(taken: readonly string[]): string {
  let number = 0
  while (taken.includes(`eth${number}`)) number++
  return `eth${number}`
}

/**
 * The endpoint the default route of a family goes through: no internal network, highest `gw_priority`, then the network
 * name that sorts first.
 */
export function gatewayEndpoint(endpoints: readonly EndpointRecord[], find: FindNetwork, family: 4 | 6): EndpointRecord | undefined {
  const candidates = endpoints.filter((endpoint) => {
    const network = find(endpoint.networkId)
    return network !== undefined && network.spec.internal !== true && (family === 4 ? endpoint.ipv4 : endpoint.ipv6) !== ''
  })
  return [...candidates].sort(
    (a, b) => (b.spec.gatewayPriority ?? 0) - (a.spec.gatewayPriority ?? 0) || (a.spec.network < b.spec.network ? -1 : 1),
  )[0]
}

export function defaultRoutes(endpoints: readonly EndpointRecord[], find: FindNetwork): readonly DefaultRoute[] {
  return ([4, 6] as const).flatMap((family) => {
    const endpoint = gatewayEndpoint(endpoints, find, family)
    const network = endpoint === undefined ? undefined : find(endpoint.networkId)
    const gateway = (family === 4 ? network?.ipv4 : network?.ipv6)?.gateway
    return endpoint === undefined || gateway === undefined ? [] : [{ interfaceIndex: endpoint.interfaceIndex, gateway }]
  })
}

/** Where the container's published ports lead to; undefined where the outside cannot reach it. */
export function publishTarget(endpoints: readonly EndpointRecord[], find: FindNetwork): PublishTarget | undefined {
  const endpoint = gatewayEndpoint(endpoints, find, 4) ?? gatewayEndpoint(endpoints, find, 6)
  const network = endpoint === undefined ? undefined : find(endpoint.networkId)
  if (endpoint === undefined || network === undefined) return undefined
  const hostBinding = readBridgeOptions(network.spec).hostBinding
  return { bridge: network.bridge, ipv4: endpoint.ipv4, ipv6: endpoint.ipv6, hostBinding }
}

/** Names others in the network reach the container by; the first is what reverse lookups say. */
export function endpointNames(container: ContainerNetwork, spec: EndpointSpec): readonly string[] {
  return [...new Set([container.containerName, ...(spec.aliases ?? []), container.containerId.slice(0, 12), container.hostname])].filter(
    (name) => name !== '',
  )
}

export function endpointInfo(endpoint: EndpointRecord, network: NetworkRecord | undefined): EndpointInfo {
  const prefix = (subnet: string | undefined, address: string): number =>
    subnet === undefined || address === '' ? 0 : requireSubnet(subnet, 'record').prefix
  return {
    network: endpoint.spec.network,
    networkId: endpoint.networkId,
    endpointId: endpoint.endpointId,
    aliases: endpoint.spec.aliases ?? [],
    ipv4Address: endpoint.ipv4,
    ipv4PrefixLength: prefix(network?.ipv4?.subnet, endpoint.ipv4),
    ipv4Gateway: endpoint.ipv4 === '' || network?.spec.internal === true ? '' : (network?.ipv4?.gateway ?? ''),
    ipv6Address: endpoint.ipv6,
    ipv6PrefixLength: prefix(network?.ipv6?.subnet, endpoint.ipv6),
    ipv6Gateway: endpoint.ipv6 === '' || network?.spec.internal === true ? '' : (network?.ipv6?.gateway ?? ''),
    macAddress: endpoint.macAddress,
  }
}

/** What the container part learns about the finished network. */
export function setupResult(record: AttachmentRecord, find: FindNetwork, resolvConf: string): NetworkSetup {
  const { hostname, containerName } = record.container
  const names = [...new Set([hostname, containerName])].filter((name) => name !== '')
  const gateway = gatewayEndpoint(record.endpoints, find, 4) ?? record.endpoints[0]
  const hostNetwork = gateway === undefined ? undefined : find(gateway.networkId)
  return {
    endpoints: record.endpoints.map((endpoint) => endpointInfo(endpoint, find(endpoint.networkId))),
    ports: record.ports,
    resolvConf,
    hosts: record.endpoints.flatMap(({ ipv4, ipv6 }) =>
      [ipv4, ipv6].filter((address) => address !== '').map((address) => ({ address, names: names.slice(0, 1) })),
    ),
    hostGateway: hostNetwork?.ipv4?.gateway ?? hostNetwork?.ipv6?.gateway ?? '',
  }
}
