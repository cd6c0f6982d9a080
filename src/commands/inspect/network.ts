import type { NetworkInfo } from '../../engine/api.ts'

/** A network as `docker network inspect` shows it. */
export function dockerNetwork(network: NetworkInfo): object {
  const containers = network.containers.map((container) => [
    container.id,
    {
      Name: container.name,
      EndpointID: '',
      MacAddress: container.macAddress,
      IPv4Address: withPrefix(container.ipv4Address, network),
      IPv6Address: withPrefix(container.ipv6Address, network),
    },
  ])
  return {
    Name: network.name,
    Id: network.id,
    Created: new Date(network.createdAt).toISOString(),
    Scope: 'local',
    Driver: network.driver ?? 'bridge',
    EnableIPv4: network.enableIpv4 ?? true,
    EnableIPv6: network.enableIpv6 ?? false,
    IPAM: {
      Driver: network.ipam?.driver ?? 'default',
      Options: network.ipam?.options ?? {},
      Config: network.pools.map((pool) => ({ Subnet: pool.subnet, Gateway: pool.gateway })),
    },
    Internal: network.internal ?? false,
    Attachable: network.attachable ?? false,
    Ingress: false,
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Containers: Object.fromEntries(containers),
    Options: network.driverOptions ?? {},
    Labels: network.labels,
  }
}

/** `172.18.0.2/16`: the length comes from the pool of the same family. */
function withPrefix(address: string, network: NetworkInfo): string {
  if (address === '' || address.includes('/')) return address
  const isV6 = address.includes(':')
  const pool = network.pools.find(({ subnet }) => subnet.includes(':') === isV6)
  return pool === undefined ? address : `${address}/${pool.subnet.split('/')[1]}`
}
