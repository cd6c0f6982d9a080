import { networkInterfaces } from 'node:os'
import { type IpFamily, ipToBytes, parseIp } from '../../base/ip.ts'
import { deleteFlow, listFlows, type TrackedFlow } from '../../sys/netlink/netfilter.ts'
import { openNetlink } from '../../sys/netlink/socket.ts'
import type { BoundPort } from '../api.ts'

/** Addresses of one container; '' where it has none of a family. */
interface Addresses {
  readonly ipv4: string
  readonly ipv6: string
}

/*
 * The kernel remembers where the first packet of a flow was led and sends the others there too, whatever the rules say by
 * now: for UDP as long as a peer goes on sending, for TCP until a connection that gets no answer is given up (two minutes).
 */

/**
 * Makes the kernel forget UDP flows to published ports that lead elsewhere than to the container that has the ports now.
 * TCP connections stay with the container they were made to, until it goes.
 */
export function forgetFlowsElsewhere(ports: readonly BoundPort[], container: Addresses): void {
  forget(
    ports.filter(({ protocol }) => protocol === 'udp'),
    container,
    (leadsHere) => !leadsHere,
  )
}

/** Makes the kernel forget flows to published ports of a container that goes: the next packet starts anew. */
export function forgetFlowsTo(ports: readonly BoundPort[], container: Addresses): void {
  forget(ports, container, (leadsHere) => leadsHere)
}

function forget(ports: readonly BoundPort[], container: Addresses, isStale: (leadsHere: boolean) => boolean): void {
  if (ports.length === 0) return
  const socket = openNetlink('netfilter')
  try {
    const stale = ports.flatMap((port) => {
      const family = parseIp(port.hostIp)?.family ?? 4
      const address = bytesOf(family === 4 ? container.ipv4 : container.ipv6)
      // Without an address of the family the port is proxied: its flows end on this host.
      if (address === undefined || port.protocol === 'sctp') return []
      const here = addressesOf(port, family)
      return listFlows(socket, { family, protocol: port.protocol, port: port.hostPort }).filter((flow) => {
        const leadsHere = flow.answering.equals(address) && flow.answeringPort === port.containerPort
        return isSentTo(flow, here) && isStale(leadsHere)
      })
    })
    socket.request(stale.map(deleteFlow))
  } finally {
    socket.close()
  }
}

/** Where packets to a published port arrive: one address, or all of this host. Others are somebody's way through it. */
function addressesOf({ hostIp }: BoundPort, family: IpFamily): readonly Buffer[] {
  const isAny = hostIp === '0.0.0.0' || hostIp === '::'
  const texts = isAny ? Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address)) : [hostIp]
  return texts.flatMap((text) => (parseIp(text)?.family === family ? (bytesOf(text) ?? []) : []))
}

function isSentTo({ destination }: TrackedFlow, addresses: readonly Buffer[]): boolean {
  return addresses.some((address) => address.equals(destination))
}

function bytesOf(text: string): Buffer | undefined {
  const address = parseIp(text)
  return address === undefined ? undefined : Buffer.from(ipToBytes(address))
}
