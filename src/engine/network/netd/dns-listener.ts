import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { createServer, type Server, type Socket } from 'node:net'
import { requireIp } from '../../../base/ip.ts'
import { bindSocket } from '../../../sys/sockets.ts'
import { failureOf, fitUdp } from './answer.ts'
import { frame } from './upstream.ts'

/** Answers one DNS message; undefined where nothing is to be sent. */
export type Resolve = (query: Buffer, tcp: boolean) => Promise<Buffer | undefined>

export interface DnsListener {
  close(): void
}

const address = requireIp('127.0.0.11', 'resolver')
const maxConnections = 64
const idleMs = 10_000

/** Serves 127.0.0.11 over UDP and TCP inside a network namespace. Throws SysError; then nothing is open. */
export function listenDns({
  netns,
  port,
  resolve,
  onError,
}: {
  readonly netns: string
  readonly port: number
  readonly resolve: Resolve
  readonly onError: (error: unknown) => void
}): DnsListener {
  const udpFd = bindSocket({ protocol: 'udp', address, port, netns })
  const udp = serveUdp(udpFd, { resolve, onError })
  try {
    const tcp = serveTcp(bindSocket({ protocol: 'tcp', address, port, netns, listen: 64 }), { resolve, onError })
    return {
      close: () => {
        udp.close()
        tcp.close()
      },
    }
  } catch (error) {
    udp.close()
    throw error
  }
}

interface Handlers {
  readonly resolve: Resolve
  readonly onError: (error: unknown) => void
}

function serveUdp(fd: number, { resolve, onError }: Handlers): UdpSocket {
  const socket = createSocket('udp4')
  let open = true
  socket.on('error', onError)
  socket.on('close', () => {
    open = false
  })
  socket.on('message', (query, peer) => {
    resolve(query, false)
      .catch((error: unknown) => {
        onError(error)
        return failureOf(query)
      })
      .then((answer) => {
        if (open && answer !== undefined) socket.send(fitUdp(query, answer), peer.port, peer.address)
      })
      .catch(onError)
  })
  socket.bind({ fd })
  return socket
}

function serveTcp(fd: number, handlers: Handlers): { close(): void } {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    serveConnection(socket, handlers)
  })
  server.maxConnections = maxConnections
  server.on('error', handlers.onError)
  server.listen({ fd })
  return {
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

function serveConnection(socket: Socket, { resolve, onError }: Handlers): void {
  let rest: Buffer = Buffer.alloc(0)
  socket.setTimeout(idleMs, () => socket.destroy())
  // A peer that goes away in the middle is not worth a word.
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
      const query = Buffer.from(rest.subarray(2, 2 + rest.readUInt16BE(0)))
      rest = rest.subarray(2 + query.length)
      resolve(query, true)
        .catch((error: unknown) => {
          onError(error)
          return failureOf(query)
        })
        .then((answer) => {
          if (answer !== undefined && !socket.destroyed) socket.write(frame(answer))
        })
        .catch(onError)
    }
  })
}
