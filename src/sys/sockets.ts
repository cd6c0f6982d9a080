import { closeSync } from 'node:fs'
import { formatIp, type IpAddress, ipToBytes } from '../base/ip.ts'
import { checked, koffi, libc } from './ffi/libc.ts'
import { recv, SOL_SOCKET, send, setsockopt, socket } from './ffi/socket-calls.ts'
import { withNetns } from './netns.ts'

const AF_UNIX = 1
const AF_INET = 2
const AF_INET6 = 10
const SOCK_STREAM = 1
const SOCK_DGRAM = 2
const SOCK_SEQPACKET = 5
const SOCK_FLAGS = 0x80000 | 0x800 // close-on-exec, non-blocking
const SO_REUSEADDR = 2
const SO_PEERCRED = 17
const SO_ATTACH_FILTER = 26
const IPPROTO_IP = 0
const IP_FREEBIND = 15
const IPPROTO_IPV6 = 41
const IPV6_V6ONLY = 26
const IPPROTO_SCTP = 132
const MSG_DONTWAIT = 0x40
const MSG_NOSIGNAL = 0x4000

const getsockopt = libc('int getsockopt(int fd, int level, int name, void *value, void *length)')
const getsockname = libc('int getsockname(int fd, void *address, void *length)')
const bind = libc('int bind(int fd, const void *address, uint32_t length)')
const listen = libc('int listen(int fd, int backlog)')
const connect = libc('int connect(int fd, const void *address, uint32_t length)')

export interface BindOptions {
  readonly protocol: 'tcp' | 'udp' | 'sctp'
  readonly address: IpAddress
  /** 0 lets the kernel choose; see boundPort. */
  readonly port: number
  /** Path of the network namespace to open it in; absent: the thread's. */
  readonly netns?: string
  /** The address need not be there yet. */
  readonly freebind?: boolean
  /** Length of the queue of connections; absent: bound only. */
  readonly listen?: number
  /** Nothing that arrives reaches the socket: it only keeps others from taking the port. */
  readonly discard?: boolean
}

/**
 * A bound non-blocking socket, for `dgram.bind({fd})` or `net.listen({fd})`, or to be kept. IPv6 sockets take IPv6 only.
 * SysError EADDRINUSE where somebody has the port.
 */
export function bindSocket(options: BindOptions): number {
  return options.netns === undefined ? bindHere(options) : withNetns(options.netns, () => bindHere(options))
}

function bindHere(options: BindOptions): number {
  const { address, protocol, port } = options
  const subject = `${protocol} ${formatIp(address)} port ${port}`
  const type = protocol === 'udp' ? SOCK_DGRAM : SOCK_STREAM
  const domain = address.family === 4 ? AF_INET : AF_INET6
  const fd = checked('socket', socket(domain, type | SOCK_FLAGS, protocol === 'sctp' ? IPPROTO_SCTP : 0), subject)
  try {
    // For TCP: connections of an earlier listener that are still winding up do not count as taken. For UDP it would
    // let two sockets share the port.
    if (protocol !== 'udp') setOption(fd, SOL_SOCKET, SO_REUSEADDR, 1)
    if (address.family === 6) setOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1)
    if (options.freebind === true) setOption(fd, IPPROTO_IP, IP_FREEBIND, 1)
    if (options.discard === true) discardAll(fd)
    const name = socketAddress(address, port)
    checked('bind', bind(fd, name, name.length), subject)
    if (options.listen !== undefined) checked('listen', listen(fd, options.listen), subject)
    return fd
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

/** Port a bound socket has. */
export function boundPort(fd: number): number {
  const name = Buffer.alloc(128)
  checked('getsockname', getsockname(fd, name, lengthCell(name.length)))
  return name.readUInt16BE(2)
}

/** Who is at the other end of a unix socket: as it was when the connection was made. */
export function peerCredentials(fd: number): { readonly pid: number; readonly uid: number; readonly gid: number } {
  const value = Buffer.alloc(12)
  checked('getsockopt', getsockopt(fd, SOL_SOCKET, SO_PEERCRED, value, lengthCell(12)), 'SO_PEERCRED')
  return { pid: value.readInt32LE(0), uid: value.readUInt32LE(4), gid: value.readUInt32LE(8) }
}

/** Connects to a unix packet socket. Paths longer than a socket address (107 bytes) must be given through /proc/self/fd. */
export function connectSeqpacket(path: string): number {
  const fd = checked('socket', socket(AF_UNIX, SOCK_SEQPACKET | SOCK_FLAGS, 0), path)
  try {
    const name = Buffer.alloc(110)
    name.writeUInt16LE(AF_UNIX, 0)
    const length = 2 + name.write(path, 2, 107) + 1
    checked('connect', connect(fd, name, length), path)
    return fd
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

/** Sends one packet. SysError EAGAIN where the other side's queue is full, EPIPE where it is gone. */
export function sendPacket(fd: number, data: Uint8Array): void {
  checked('send', send(fd, data, data.length, MSG_DONTWAIT | MSG_NOSIGNAL))
}

/** Receives one packet into `buffer` and returns its length; 0 at the end of the stream. SysError EAGAIN where there is none now. */
export function recvPacket(fd: number, buffer: Uint8Array): number {
  return checked('recv', recv(fd, buffer, buffer.length, MSG_DONTWAIT))
}

/** A TCP socket over IPv4, not connected yet. It stays in the network namespace it was made in, wherever it is connected from. */
export function createTcpSocket(): number {
  return checked('socket', socket(AF_INET, SOCK_STREAM | SOCK_FLAGS, 0), 'tcp')
}

export function closeFd(fd: number): void {
  closeSync(fd)
}

function setOption(fd: number, level: number, name: number, value: number): void {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  checked('setsockopt', setsockopt(fd, level, name, bytes, 4), `${level}/${name}`)
}

/** A socket filter of one instruction: return 0, keep nothing. */
function discardAll(fd: number): void {
  const k = koffi()
  const instruction = Buffer.from([0x06, 0, 0, 0, 0, 0, 0, 0])
  const program = Buffer.alloc(16)
  program.writeUInt16LE(1, 0)
  program.writeBigUInt64LE(BigInt(k.address(instruction)), 8)
  checked('setsockopt', setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, program, 16), 'SO_ATTACH_FILTER')
}

function socketAddress(address: IpAddress, port: number): Buffer {
  const bytes = Buffer.alloc(address.family === 4 ? 16 : 28)
  bytes.writeUInt16LE(address.family === 4 ? AF_INET : AF_INET6, 0)
  bytes.writeUInt16BE(port, 2)
  bytes.set(ipToBytes(address), address.family === 4 ? 4 : 8)
  return bytes
}

function lengthCell(length: number): Buffer {
  const cell = Buffer.alloc(4)
  cell.writeUInt32LE(length)
  return cell
}
