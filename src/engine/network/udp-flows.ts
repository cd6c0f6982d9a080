import { networkInterfaces } from 'node:os'
import { type IpFamily, ipToBytes, parseIp } from '../../base/ip.ts'
import { deleteFlow, listUdpFlows, type TrackedFlow } from '../../sys/netlink/netfilter.ts'
import { openNetlink } from '../../sys/netlink/socket.ts'
import type { BoundPort } from '../api.ts'

/** Addresses of one container; '' where it has none of a family. */
interface Addresses {
  readonly ipv4: string
  readonly ipv6: string
}

/**
 * Makes the kernel forget UDP flows to published ports. It remembers where the first packet of a flow was led and sends
 * the others there too, whatever the rules say by now, for as long as a peer goes on sending. `others`: flows that lead
 * elsewhere than to the container that has the ports now; `own`: flows that lead to a container that goes.
 */
export function forgetUdpFlows(ports: readonly BoundPort[], container: Addresses, which: 'others' | 'own'): void {
  const udp = ports.filter(({ protocol }) => protocol === 'udp')
  if (udp.length === 0) return
  const socket = openNetlink('netfilter')
  try {
    const stale = udp.flatMap((port) => {
      const family = parseIp(port.hostIp)?.family ?? 4
      const address = bytesOf(family === 4 ? container.ipv4 : container.ipv6)
      // Without an address of the family the port is proxied: its flows end on this host.
      if (address === undefined) return []
      const here = addressesOf(port, family)
      return listUdpFlows(socket, family, port.hostPort).filter((flow) => {
        const leadsHere = flow.answering.equals(address) && flow.answeringPort === port.containerPort
        return isSentTo(flow, here) && leadsHere === (which === 'own')
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
