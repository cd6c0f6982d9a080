import type { IpFamily } from '../../base/ip.ts'
import { attributeBytes, attributeNest, attributeU8, attributeU32, decodeAttributes, type NetlinkRequest } from './codec.ts'
import type { NetlinkSocket } from './socket.ts'

/*
 * What the packet filter knows, over a socket of the family `netfilter`: flows that are tracked, and whether somebody
 * changed its tables. Layout: include/uapi/linux/netfilter/nfnetlink_conntrack.h and nf_tables.h. Numbers in attributes
 * are in network byte order.
 */

const conntrackGet = 0x101
const conntrackDelete = 0x102
const nftablesGetGeneration = 0xa10
const addressFamilies: Readonly<Record<IpFamily, number>> = { 4: 2, 6: 10 }

const TUPLE_ORIGINAL = 1
const TUPLE_REPLY = 2
const ZONE = 18
const FILTER = 25
const TUPLE_IP = 1
const TUPLE_PROTOCOL = 2
const PROTOCOL_NUMBER = 1
const DESTINATION_PORT = 3
const FILTER_ORIGINAL_FLAGS = 1
const filterByProtocol = 0x08
const filterByDestinationPort = 0x20
const protocols = { tcp: 6, udp: 17 } as const
const ENOENT = 2

/** A flow of packets the kernel remembers, and with it where they are led. */
export interface TrackedFlow {
  readonly family: IpFamily
  /** Raw bytes of the address the first packet was sent to, and of the one that answers. */
  readonly destination: Buffer
  readonly destinationPort: number
  readonly answering: Buffer
  readonly answeringPort: number
  /** What names the flow to the kernel: its original tuple and zone, as it gave them. */
  readonly key: readonly { readonly type: number; readonly value: Buffer }[]
}

export interface FlowFilter {
  readonly family: IpFamily
  readonly protocol: keyof typeof protocols
  /** The port the first packet was sent to. */
  readonly port: number
}

/** Tracked flows to a port (kernels before 5.8 answer with all of them: what does not match is left out here). */
export function listFlows(socket: NetlinkSocket, { family, protocol, port }: FlowFilter): readonly TrackedFlow[] {
  const portBytes = Buffer.alloc(2)
  portBytes.writeUInt16BE(port)
  const payloads = socket.dump({
    name: 'list tracked flows',
    type: conntrackGet,
    flags: 0,
    header: header(family),
    attributes: [
      attributeNest(TUPLE_ORIGINAL, [
        attributeNest(TUPLE_PROTOCOL, [attributeU8(PROTOCOL_NUMBER, protocols[protocol]), attributeBytes(DESTINATION_PORT, portBytes)]),
      ]),
      attributeNest(FILTER, [attributeU32(FILTER_ORIGINAL_FLAGS, filterByProtocol | filterByDestinationPort)]),
    ],
  })
  return payloads.flatMap((payload) => decodeFlow(family, protocols[protocol], payload)).filter((flow) => flow.destinationPort === port)
}

/** Makes the kernel forget a flow: its next packet is looked at as the first one. Done already counts as done. */
export function deleteFlow({ family, key }: TrackedFlow): NetlinkRequest {
  const attributes = key.map(({ type, value }) => attributeBytes(type, value))
  return { name: 'forget a tracked flow', type: conntrackDelete, flags: 0, header: header(family), attributes, accept: [ENOENT] }
}

/** Counts the changes of nftables' tables, which iptables-nft keeps its rules in; undefined where the kernel has none. */
export function readGeneration(socket: NetlinkSocket): number | undefined {
  const request: NetlinkRequest = { name: 'read the generation', type: nftablesGetGeneration, flags: 0, header: Buffer.alloc(4) }
  try {
    const [answer] = socket.request([request])[0] ?? []
    return answer === undefined ? undefined : decodeAttributes(answer, 4).get(1)?.readUInt32BE(0)
  } catch {
    return undefined
  }
}

function header(family: IpFamily): Buffer {
  return Buffer.from([addressFamilies[family], 0, 0, 0])
}

function decodeFlow(family: IpFamily, protocol: number, payload: Buffer): readonly TrackedFlow[] {
  const attributes = decodeAttributes(payload, 4)
  const original = attributes.get(TUPLE_ORIGINAL)
  const zone = attributes.get(ZONE)
  const sent = decodeTuple(family, original)
  const answer = decodeTuple(family, attributes.get(TUPLE_REPLY))
  if (original === undefined || sent?.protocol !== protocol || answer === undefined) return []
  return [
    {
      family,
      destination: sent.destination,
      destinationPort: sent.destinationPort,
      answering: answer.source,
      answeringPort: answer.sourcePort,
      key: [{ type: TUPLE_ORIGINAL | 0x8000, value: original }, ...(zone === undefined ? [] : [{ type: ZONE, value: zone }])],
    },
  ]
}

interface Tuple {
  readonly source: Buffer
  readonly destination: Buffer
  readonly protocol: number
  readonly sourcePort: number
  readonly destinationPort: number
}

function decodeTuple(family: IpFamily, bytes: Buffer | undefined): Tuple | undefined {
  const parts = bytes === undefined ? undefined : decodeAttributes(bytes)
  const addresses = decodeAttributes(parts?.get(TUPLE_IP) ?? Buffer.alloc(0))
  const protocol = decodeAttributes(parts?.get(TUPLE_PROTOCOL) ?? Buffer.alloc(0))
  const [source, destination] = family === 4 ? [addresses.get(1), addresses.get(2)] : [addresses.get(3), addresses.get(4)]
  const [sourcePort, destinationPort] = [protocol.get(2), protocol.get(DESTINATION_PORT)]
  if (source === undefined || destination === undefined || sourcePort === undefined || destinationPort === undefined) return undefined
  return {
    source,
    destination,
    protocol: protocol.get(PROTOCOL_NUMBER)?.[0] ?? 0,
    sourcePort: sourcePort.readUInt16BE(0),
    destinationPort: destinationPort.readUInt16BE(0),
  }
}
