import { type IpAddress, ipFromBytes, ipToBytes, type Subnet } from '../../base/ip.ts'
import { errnoNumber } from '../sys-error.ts'
import {
  type Attribute,
  attributeBytes,
  attributeNest,
  attributeText,
  attributeU8,
  attributeU32,
  decodeAttributes,
  decodeText,
  encodeAttributes,
  type NetlinkRequest,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
} from './codec.ts'
import type { NetlinkSocket } from './socket.ts'

/*
 * rtnetlink requests as values, to be sent together by NetlinkSocket.request, and readers of its tables.
 * Numbers: include/uapi/linux/{rtnetlink,if_link,if_addr,veth}.h.
 */

const RTM_NEWLINK = 16
const RTM_DELLINK = 17
const RTM_GETLINK = 18
const RTM_NEWADDR = 20
const RTM_GETADDR = 22
const RTM_NEWROUTE = 24
const RTM_DELROUTE = 25
const RTM_GETROUTE = 26

const IFLA_ADDRESS = 1
const IFLA_IFNAME = 3
const IFLA_MTU = 4
const IFLA_MASTER = 10
const IFLA_LINKINFO = 18
const IFLA_IFALIAS = 20
const IFLA_AF_SPEC = 26
const IFLA_GROUP = 27
const IFLA_NET_NS_FD = 28
const IFLA_INFO_KIND = 1
const IFLA_INFO_DATA = 2
const IFLA_INFO_SLAVE_KIND = 4
const IFLA_INFO_SLAVE_DATA = 5
const VETH_INFO_PEER = 1
const IFLA_BRPORT_MODE = 4
const IFLA_INET6_ADDR_GEN_MODE = 8
const IFF_UP = 1
const AF_INET = 2
const AF_INET6 = 10
const RTN_UNICAST = 1
const RT_TABLE_MAIN = 254
const RTPROT_STATIC = 4

export interface Link {
  readonly index: number
  readonly name: string
  readonly up: boolean
  readonly mtu: number
  /** `aa:bb:cc:dd:ee:ff`, or '' where it has none. */
  readonly macAddress: string
  /** Index of the bridge it is a port of, 0 for none. */
  readonly master: number
  /** `bridge`, `veth` …; '' for real devices. */
  readonly kind: string
  readonly alias: string
}

export interface RouteEntry {
  /** Absent for the default route. */
  readonly destination: Subnet
  readonly gateway: IpAddress | undefined
  readonly link: number
  readonly table: number
}

/** A bridge, still down. Fails with EEXIST where the name is taken. */
export function createBridge(spec: { readonly name: string; readonly macAddress?: string; readonly mtu?: number }): NetlinkRequest {
  return linkRequest(`create bridge ${spec.name}`, NLM_F_CREATE | NLM_F_EXCL, {
    attributes: [
      attributeText(IFLA_IFNAME, spec.name),
      ...macAttribute(spec.macAddress),
      ...mtuAttribute(spec.mtu),
      attributeNest(IFLA_LINKINFO, [attributeText(IFLA_INFO_KIND, 'bridge')]),
    ],
  })
}

/**
 * A veth pair, both ends down (a peer made up fails with ENOTCONN): `name` here as a port of the bridge `master`, the
 * other end straight in the namespace of the open file `peer.netns`, under its final name and index.
 */
export function createVeth(spec: {
  readonly name: string
  readonly master: number
  readonly mtu?: number
  readonly macAddress?: string
  readonly peer: { readonly name: string; readonly netns: number; readonly index?: number; readonly macAddress?: string }
}): NetlinkRequest {
  const peer = Buffer.concat([
    linkHeader({ index: spec.peer.index ?? 0 }),
    encodeAttributes([
      attributeText(IFLA_IFNAME, spec.peer.name),
      attributeU32(IFLA_NET_NS_FD, spec.peer.netns),
      ...macAttribute(spec.peer.macAddress),
      ...mtuAttribute(spec.mtu),
    ]),
  ])
  return linkRequest(`create veth ${spec.name} with ${spec.peer.name}`, NLM_F_CREATE | NLM_F_EXCL, {
    attributes: [
      attributeText(IFLA_IFNAME, spec.name),
      ...macAttribute(spec.macAddress),
      ...mtuAttribute(spec.mtu),
      ...(spec.master === 0 ? [] : [attributeU32(IFLA_MASTER, spec.master)]),
      attributeNest(IFLA_LINKINFO, [
        attributeText(IFLA_INFO_KIND, 'veth'),
        attributeNest(IFLA_INFO_DATA, [attributeBytes(VETH_INFO_PEER, peer)]),
      ]),
    ],
  })
}

export interface LinkChange {
  readonly up?: boolean
  readonly name?: string
  readonly alias?: string
  readonly mtu?: number
  /** Index of a bridge; 0 takes it out of its bridge. */
  readonly master?: number
  readonly macAddress?: string
  /** No link-local IPv6 address of its own. */
  readonly noLinkLocal?: boolean
  /** A bridge port that may send back to where a frame came from. */
  readonly hairpin?: boolean
}

/** Changes a link, found by index or by name. */
export function setLink(link: number | string, change: LinkChange): NetlinkRequest {
  const byName = typeof link === 'string'
  return linkRequest(`change link ${link}`, 0, {
    index: byName ? 0 : link,
    ...(change.up === undefined ? {} : { flags: change.up ? IFF_UP : 0, change: IFF_UP }),
    attributes: [
      ...(byName ? [attributeText(IFLA_IFNAME, link)] : []),
      ...(byName || change.name === undefined ? [] : [attributeText(IFLA_IFNAME, change.name)]),
      ...(change.alias === undefined ? [] : [attributeBytes(IFLA_IFALIAS, Buffer.from(change.alias))]),
      ...(change.master === undefined ? [] : [attributeU32(IFLA_MASTER, change.master)]),
      ...macAttribute(change.macAddress),
      ...mtuAttribute(change.mtu),
      ...(change.noLinkLocal === true
        ? [attributeNest(IFLA_AF_SPEC, [attributeNest(AF_INET6, [attributeU8(IFLA_INET6_ADDR_GEN_MODE, 1)])])]
        : []),
      ...(change.hairpin === undefined ? [] : [hairpinAttribute(change.hairpin)]),
    ],
  })
}

/** Deletes a link, found by index or by name; of a veth pair both ends go. Fails with ENODEV where it is gone. */
export function deleteLink(link: number | string): NetlinkRequest {
  return {
    name: `delete link ${link}`,
    type: RTM_DELLINK,
    flags: 0,
    header: linkHeader({ index: typeof link === 'number' ? link : 0 }),
    attributes: typeof link === 'number' ? [] : [attributeText(IFLA_IFNAME, link)],
  }
}

/**
 * Deletes several links at once: the kernel waits for its readers once for all of them instead of once for each (about
 * 15 ms). `group` is a number nothing else uses for links. Links that are gone already count as deleted.
 */
export function deleteLinks(names: readonly string[], group: number): readonly NetlinkRequest[] {
  const gone = [errnoNumber('ENODEV')]
  return [
    ...names.map((name) => ({
      ...linkRequest(`mark link ${name}`, 0, { attributes: [attributeText(IFLA_IFNAME, name), attributeU32(IFLA_GROUP, group)] }),
      accept: gone,
    })),
    {
      name: `delete links ${names.join(' ')}`,
      type: RTM_DELLINK,
      flags: 0,
      header: linkHeader({}),
      attributes: [attributeU32(IFLA_GROUP, group)],
      accept: gone,
    },
  ]
}

/** Gives a link an address. IPv6 addresses are usable at once (no duplicate detection). Succeeds if it has it already. */
export function addAddress(link: number, address: IpAddress, prefix: number): NetlinkRequest {
  const bytes = ipToBytes(address)
  const header = Buffer.alloc(8)
  header[0] = address.family === 4 ? AF_INET : AF_INET6
  header[1] = prefix
  header[2] = address.family === 6 ? 2 : 0
  header.writeUInt32LE(link, 4)
  const broadcast = address.family === 4 && prefix < 31 ? [attributeBytes(4, broadcastOf(address, prefix))] : []
  return {
    name: `add address to link ${link}`,
    type: RTM_NEWADDR,
    flags: NLM_F_CREATE | NLM_F_REPLACE,
    header,
    attributes: [attributeBytes(2, bytes), attributeBytes(1, bytes), ...broadcast],
  }
}

export interface RouteSpec {
  readonly destination: Subnet
  readonly gateway?: IpAddress
  readonly link?: number
  readonly metric?: number
}

/** Adds a route to the main table, or replaces the one to the same destination and metric. */
export function setRoute(route: RouteSpec): NetlinkRequest {
  return { ...routeRequest('add route', RTM_NEWROUTE, route), flags: NLM_F_CREATE | NLM_F_REPLACE }
}

/** Fails with ESRCH where there is no such route. */
export function deleteRoute(route: RouteSpec): NetlinkRequest {
  return routeRequest('delete route', RTM_DELROUTE, route)
}

/** All links of the socket's namespace. */
export function listLinks(socket: NetlinkSocket): readonly Link[] {
  return socket.dump({ name: 'list links', type: RTM_GETLINK, flags: 0, header: linkHeader({}) }).map(decodeLink)
}

/** The link of this name, or undefined. */
export function getLink(socket: NetlinkSocket, name: string): Link | undefined {
  try {
    const [answers] = socket.request([
      { name: `look up link ${name}`, type: RTM_GETLINK, flags: 0, header: linkHeader({}), attributes: [attributeText(IFLA_IFNAME, name)] },
    ])
    const answer = answers?.[0]
    return answer === undefined ? undefined : decodeLink(answer)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENODEV') return undefined
    throw error
  }
}

/** Unicast routes of all tables, the default ones too (destination of prefix 0). */
export function listRoutes(socket: NetlinkSocket, family: 4 | 6): readonly RouteEntry[] {
  const header = Buffer.alloc(12)
  header[0] = family === 4 ? AF_INET : AF_INET6
  const rows = socket.dump({ name: 'list routes', type: RTM_GETROUTE, flags: 0, header })
  return rows.filter((row) => row[7] === RTN_UNICAST).map((row) => decodeRoute(row, family))
}

/** Addresses of the namespace's links. */
export function listAddresses(
  socket: NetlinkSocket,
): readonly { readonly link: number; readonly address: IpAddress; readonly prefix: number }[] {
  const rows = socket.dump({ name: 'list addresses', type: RTM_GETADDR, flags: 0, header: Buffer.alloc(8) })
  return rows.flatMap((row) => {
    const attributes = decodeAttributes(row, 8)
    const bytes = attributes.get(2) ?? attributes.get(1)
    return bytes === undefined ? [] : [{ link: row.readUInt32LE(4), address: ipFromBytes(bytes), prefix: row[1] ?? 0 }]
  })
}

function decodeLink(payload: Buffer): Link {
  const attributes = decodeAttributes(payload, 16)
  const info = attributes.get(IFLA_LINKINFO)
  const kind = info === undefined ? undefined : decodeAttributes(info).get(IFLA_INFO_KIND)
  const text = (value: Buffer | undefined): string => (value === undefined ? '' : decodeText(value))
  return {
    index: payload.readInt32LE(4),
    name: text(attributes.get(IFLA_IFNAME)),
    up: (payload.readUInt32LE(8) & IFF_UP) !== 0,
    mtu: attributes.get(IFLA_MTU)?.readUInt32LE(0) ?? 0,
    macAddress: attributes.get(IFLA_ADDRESS)?.toString('hex').match(/../g)?.join(':') ?? '',
    master: attributes.get(IFLA_MASTER)?.readUInt32LE(0) ?? 0,
    kind: text(kind),
    alias: text(attributes.get(IFLA_IFALIAS)),
  }
}

function decodeRoute(row: Buffer, family: 4 | 6): RouteEntry {
  const attributes = decodeAttributes(row, 12)
  const destination = attributes.get(1)
  const gateway = attributes.get(5)
  return {
    destination: { family, prefix: row[1] ?? 0, value: destination === undefined ? 0n : ipFromBytes(destination).value },
    gateway: gateway === undefined ? undefined : ipFromBytes(gateway),
    link: attributes.get(4)?.readUInt32LE(0) ?? 0,
    table: attributes.get(15)?.readUInt32LE(0) ?? row[4] ?? 0,
  }
}

function routeRequest(verb: string, type: number, { destination, gateway, link, metric }: RouteSpec): NetlinkRequest {
  const header = Buffer.alloc(12)
  header[0] = destination.family === 4 ? AF_INET : AF_INET6
  header[1] = destination.prefix
  header[4] = RT_TABLE_MAIN
  header[5] = RTPROT_STATIC
  header[6] = gateway === undefined ? 253 : 0
  header[7] = RTN_UNICAST
  return {
    name: `${verb} ${destination.prefix === 0 ? 'default' : `/${destination.prefix}`}`,
    type,
    flags: 0,
    header,
    attributes: [
      ...(destination.prefix === 0 ? [] : [attributeBytes(1, ipToBytes(destination))]),
      ...(link === undefined ? [] : [attributeU32(4, link)]),
      ...(gateway === undefined ? [] : [attributeBytes(5, ipToBytes(gateway))]),
      ...(metric === undefined ? [] : [attributeU32(6, metric)]),
    ],
  }
}

function linkRequest(
  name: string,
  flags: number,
  link: { readonly index?: number; readonly flags?: number; readonly change?: number; readonly attributes: readonly Attribute[] },
): NetlinkRequest {
  return { name, type: RTM_NEWLINK, flags, header: linkHeader(link), attributes: link.attributes }
}

function linkHeader({ index = 0, flags = 0, change = 0 }: { index?: number; flags?: number; change?: number }): Buffer {
  const header = Buffer.alloc(16)
  header.writeInt32LE(index, 4)
  header.writeUInt32LE(flags, 8)
  header.writeUInt32LE(change, 12)
  return header
}

function hairpinAttribute(on: boolean): Attribute {
  return attributeNest(IFLA_LINKINFO, [
    attributeText(IFLA_INFO_SLAVE_KIND, 'bridge'),
    attributeNest(IFLA_INFO_SLAVE_DATA, [attributeU8(IFLA_BRPORT_MODE, on ? 1 : 0)]),
  ])
}

function macAttribute(macAddress: string | undefined): readonly Attribute[] {
  return macAddress === undefined ? [] : [attributeBytes(IFLA_ADDRESS, Buffer.from(macAddress.replaceAll(':', ''), 'hex'))]
}

function mtuAttribute(mtu: number | undefined): readonly Attribute[] {
  return mtu === undefined ? [] : [attributeU32(IFLA_MTU, mtu)]
}

function broadcastOf({ value }: IpAddress, prefix: number): Uint8Array {
  return ipToBytes({ family: 4, value: value | ((1n << BigInt(32 - prefix)) - 1n) })
}
