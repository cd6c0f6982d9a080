import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram'
import { connect, createServer, isIPv6, type Socket } from 'node:net'

/** Where what arrives is passed on to; a change holds for what arrives after it. */
export interface ProxyTarget {
  address: string
  port: number
}

const udpIdleMs = 90_000
const maxUdpPeers = 1024

/** Passes TCP connections of a listening socket on, half-closed ones too. Returns how to end it, with all connections. */
export function proxyTcp(fd: number, target: ProxyTarget, onError: (error: unknown) => void): () => void {
  const open = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ host: target.address, port: target.port, allowHalfOpen: true })
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(from)
      from.on('close', () => {
        open.delete(from)
        to.destroySoon()
      })
      // The other side hears of it by the close.
      from.on('error', () => from.destroy())
      from.pipe(to)
    }
  })
  server.on('error', onError)
  server.listen({ fd })
  return () => {
    server.close()
    for (const socket of open) socket.destroy()
  }
}

/** Passes datagrams on: one socket towards the container per peer, until nothing comes for 90 s. */
export function proxyUdp(fd: number, target: ProxyTarget, onError: (error: unknown) => void): () => void {
  const peers = new Map<string, { readonly socket: UdpSocket; timer: NodeJS.Timeout }>()
  const front = createSocket('udp6')
  const drop = (key: string): void => {
    const peer = peers.get(key)
    if (peer === undefined) return
    peers.delete(key)
    clearTimeout(peer.timer)
    peer.socket.close()
  }
  const open = (key: string, info: RemoteInfo): UdpSocket | undefined => {
    if (peers.size >= maxUdpPeers) return undefined
    const socket = createSocket(isIPv6(target.address) ? 'udp6' : 'udp4')
    socket.on('error', () => drop(key))
    socket.on('message', (message) => {
      peers.get(key)?.timer.refresh()
      front.send(message, info.port, info.address)
    })
    peers.set(key, { socket, timer: setTimeout(() => drop(key), udpIdleMs) })
    return socket
  }
  front.on('error', onError)
  front.on('message', (message, info) => {
    const key = `${info.address} ${info.port}`
    peers.get(key)?.timer.refresh()
    const socket = peers.get(key)?.socket ?? open(key, info)
    socket?.send(message, target.port, target.address)
  })
  front.bind({ fd })
  return () => {
    for (const key of peers.keys()) drop(key)
    front.close()
  }
}
