import { closeSync, openSync } from 'node:fs'
import { requireIp, requireSubnet } from '../../base/ip.ts'
import type { NetlinkRequest } from '../../sys/netlink/codec.ts'
import { addAddress, createVeth, deleteRoute, setLink, setRoute } from '../../sys/netlink/route.ts'
import { type NetlinkSocket, openNetlink } from '../../sys/netlink/socket.ts'
import { createNetns, withNetns } from '../../sys/netns.ts'
import { readBridgeOptions } from './options.ts'
import type { EndpointRecord, NetworkRecord } from './record.ts'
import { writeSysctl } from './sysctl.ts'

/** The inside of one container's network. Everything is synchronous: a few milliseconds for a whole container. */

const loopbackIndex = 1

/** An endpoint with its network and the index of that network's bridge. */
export interface PlacedEndpoint {
  readonly endpoint: EndpointRecord
  readonly network: NetworkRecord
  readonly bridgeIndex: number
}

/** Makes the namespace with loopback up and no other link. Returns a socket inside, to be closed by the caller. */
export function createSandbox(netnsPath: string): NetlinkSocket {
  const inside = createNetns(netnsPath, () => {
    // Links get IPv6 only where their network has it; those made later take this over.
    writeSysctl('net/ipv6/conf/default/disable_ipv6', '1')
    writeSysctl('net/ipv6/conf/default/accept_dad', '0')
    return openNetlink()
  })
  inside.request([setLink(loopbackIndex, { up: true })])
  return inside
}

/** A socket inside a namespace that is there, to be closed by the caller. */
export function openSandbox(netnsPath: string): NetlinkSocket {
  return withNetns(netnsPath, () => openNetlink())
}

/** Connects a namespace to networks: veth pairs and addresses. The default route is a matter of its own. */
export function plugEndpoints(
  placed: readonly PlacedEndpoint[],
  { host, inside, netnsPath }: { readonly host: NetlinkSocket; readonly inside: NetlinkSocket; readonly netnsPath: string },
): void {
  if (placed.length === 0) return
  const netns = openSync(netnsPath, 'r')
  try {
    host.request(placed.flatMap((item) => hostRequests(item, netns)))
  } finally {
    closeSync(netns)
  }
  const ipv6 = placed.filter(({ endpoint }) => endpoint.ipv6 !== '')
  if (ipv6.length > 0) {
    withNetns(netnsPath, () => {
      for (const { endpoint } of ipv6) writeSysctl(`net/ipv6/conf/${endpoint.interfaceName}/disable_ipv6`, '0')
      return undefined
    })
  }
  inside.request(placed.flatMap(insideRequests))
}

function hostRequests({ endpoint, network, bridgeIndex }: PlacedEndpoint, netns: number): readonly NetlinkRequest[] {
  const { mtu } = readBridgeOptions(network.spec)
  return [
    createVeth({
      name: endpoint.link,
      master: bridgeIndex,
      ...(mtu === undefined ? {} : { mtu }),
      peer: { name: endpoint.interfaceName, index: endpoint.interfaceIndex, netns, macAddress: endpoint.macAddress },
    }),
    setLink(endpoint.link, { up: true, noLinkLocal: true, hairpin: true }),
  ]
}

function insideRequests({ endpoint, network }: PlacedEndpoint): readonly NetlinkRequest[] {
  const index = endpoint.interfaceIndex
  const own = [
    { address: endpoint.ipv4, pool: network.ipv4 },
    { address: endpoint.ipv6, pool: network.ipv6 },
  ].flatMap(({ address, pool }) =>
    address === '' || pool === undefined
      ? []
      : [addAddress(index, requireIp(address, 'endpoint'), requireSubnet(pool.subnet, 'pool').prefix)],
  )
  const linkLocal = (endpoint.spec.linkLocalIps ?? []).map((text) => {
    const address = requireIp(text, `network ${endpoint.spec.network}: link_local_ips`)
    return addAddress(index, address, address.family === 4 ? 16 : 64)
  })
  return [...own, ...linkLocal, setLink(index, { up: true })]
}

/** Where packets for the outside go; undefined: nowhere. */
export interface DefaultRoute {
  readonly interfaceIndex: number
  readonly gateway: string
}

/** Makes `next` the namespace's default routes, one for each address family that is given. */
export function routeSandbox(inside: NetlinkSocket, next: readonly DefaultRoute[], previous: readonly DefaultRoute[] = []): void {
  const same = (a: DefaultRoute, b: DefaultRoute): boolean => a.gateway === b.gateway && a.interfaceIndex === b.interfaceIndex
  const added = next.filter((route) => !previous.some((old) => same(old, route)))
  const removed = previous.filter((route) => !next.some((kept) => same(kept, route)))
  inside.request([
    // The kernel dropped it already if its link went.
    ...removed.map((route) => ({ ...deleteRoute(routeSpec(route)), accept: [ESRCH] })),
    ...added.map((route) => setRoute(routeSpec(route))),
  ])
}

const ESRCH = 3

function routeSpec({ gateway, interfaceIndex }: DefaultRoute): Parameters<typeof setRoute>[0] {
  const address = requireIp(gateway, 'gateway')
  return { destination: { family: address.family, value: 0n, prefix: 0 }, gateway: address, link: interfaceIndex }
}
