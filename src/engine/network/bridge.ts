import { requireIp, requireSubnet } from '../../base/ip.ts'
import { addAddress, createBridge, getLink, type Link, setLink } from '../../sys/netlink/route.ts'
import type { NetlinkSocket } from '../../sys/netlink/socket.ts'
import type { FirewallRule } from './firewall/driver.ts'
import { networkRules } from './firewall/rules.ts'
import { macAddressFor } from './ipam.ts'
import { readBridgeOptions } from './options.ts'
import type { NetworkRecord } from './record.ts'
import { writeSysctl } from './sysctl.ts'

const aliasPrefix = 'tscompose:'

/** The network's bridge with its addresses, made or completed where something is missing. Returns its link index. */
export function ensureBridge(socket: NetlinkSocket, network: NetworkRecord): number {
  const found = getLink(socket, network.bridge)
  if (found?.up === true) return found.index
  const { mtu } = readBridgeOptions(network.spec)
  if (found === undefined) {
    const gateway = network.ipv4?.gateway ?? network.ipv6?.gateway ?? '0.0.0.0'
    const macAddress = macAddressFor(requireIp(gateway, 'gateway'))
    socket.request([createBridge({ name: network.bridge, macAddress, ...(mtu === undefined ? {} : { mtu }) })])
  }
  tuneBridge(network)
  const index = found?.index ?? getLink(socket, network.bridge)?.index ?? 0
  socket.request([
    setLink(index, { up: true, ...(network.ownsBridge ? { alias: `${aliasPrefix}${network.id}` } : {}) }),
    ...[network.ipv4, network.ipv6].flatMap((pool) =>
      pool === undefined ? [] : [addAddress(index, requireIp(pool.gateway, 'gateway'), requireSubnet(pool.subnet, 'subnet').prefix)],
    ),
  ])
  return index
}

/** Settings by name: they must be there before the link is up, or it gets addresses nobody gave it. */
function tuneBridge({ bridge, ipv6 }: NetworkRecord): void {
  // Packets the host sends from 127.0.0.1 to a published port may leave here; the firewall drops 127/8 coming in.
  writeSysctl(`net/ipv4/conf/${bridge}/route_localnet`, '1')
  writeSysctl(`net/ipv6/conf/${bridge}/accept_ra`, '0')
  writeSysctl(`net/ipv6/conf/${bridge}/disable_ipv6`, ipv6 === undefined ? '1' : '0')
  if (ipv6 !== undefined) writeSysctl(`net/ipv6/conf/${bridge}/accept_dad`, '0')
}

/** The id of the network a bridge of ours belongs to; undefined for all other links. */
export function networkOfBridge(link: Link): string | undefined {
  return link.kind === 'bridge' && link.alias.startsWith(aliasPrefix) ? link.alias.slice(aliasPrefix.length) : undefined
}

/** Firewall rules of a network as a whole. */
export function rulesOfNetwork(network: NetworkRecord): readonly FirewallRule[] {
  const options = readBridgeOptions(network.spec)
  return ([4, 6] as const).flatMap((family) => {
    const pool = family === 4 ? network.ipv4 : network.ipv6
    if (pool === undefined) return []
    return networkRules({
      family,
      bridge: network.bridge,
      subnet: pool.subnet,
      internal: network.spec.internal === true,
      icc: options.icc,
      masquerade: options.masquerade,
      sourceAddress: options.sourceAddress[family],
      routed: options.routed[family],
    })
  })
}
