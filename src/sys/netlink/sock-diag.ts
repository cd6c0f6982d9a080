import { decodeAttributes } from './codec.ts'
import type { NetlinkSocket } from './socket.ts'

/* TCP connections of the namespace a socket was opened in, as the kernel's sock_diag tells of them (linux/inet_diag.h). */

const sockDiagByFamily = 20
const TCP = 6
const INET_DIAG_INFO = 2
const families = [2, 10]
const established = 1
const idBytes = 48
const messageBytes = 72

export interface TcpConnection {
  readonly localPort: number
  /** Bytes the process has not read, or the other side has not acknowledged. */
  readonly pending: number
  /** Milliseconds since data was last sent, and since it was last received. */
  readonly sentMs: number
  readonly receivedMs: number
}

/** Established connections over IPv4 and IPv6. The socket is one of family `sock-diag`. Throws SysError. */
export function listConnections(socket: NetlinkSocket): readonly TcpConnection[] {
  return families.flatMap((family) => {
    const header = Buffer.alloc(8 + idBytes)
    header.writeUInt8(family, 0)
    header.writeUInt8(TCP, 1)
    header.writeUInt8(1 << (INET_DIAG_INFO - 1), 2)
    header.writeUInt32LE(1 << established, 4)
    return socket.dump({ name: 'list connections', type: sockDiagByFamily, flags: 0, header }).flatMap(decodeConnection)
  })
}

function decodeConnection(payload: Buffer): readonly TcpConnection[] {
  if (payload.length < messageBytes) return []
  const info = decodeAttributes(payload, messageBytes).get(INET_DIAG_INFO)
  // Fields of struct tcp_info up to last_data_recv, which every kernel has.
  if (info === undefined || info.length < 56) return []
  return [
    {
      localPort: payload.readUInt16BE(4),
      pending: payload.readUInt32LE(56) + payload.readUInt32LE(60) + info.readUInt32LE(24),
      sentMs: info.readUInt32LE(44),
      receivedMs: info.readUInt32LE(52),
    },
  ]
}
