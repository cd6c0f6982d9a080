import { closeSync } from 'node:fs'
import { checked, libcAsync } from '../ffi/libc.ts'
import { recv, SOL_SOCKET, send, setsockopt, socket } from '../ffi/socket-calls.ts'
import { errnoNumber, SysError } from '../sys-error.ts'
import { decodeAck, decodeMessages, encodeRequest, type NetlinkRequest, NLM_F_ACK, NLM_F_DUMP, NLMSG_DONE, NLMSG_ERROR } from './codec.ts'

const AF_NETLINK = 16
const SOCK_RAW_CLOEXEC = 3 | 0x80000
const SO_RCVTIMEO = 20
const SO_RCVBUF = 8
const SOL_NETLINK = 270
const NETLINK_CAP_ACK = 10
const NETLINK_EXT_ACK = 11
const NETLINK_GET_STRICT_CHK = 12

const sendAsync = libcAsync('long send(int fd, const void *data, size_t length, int flags)')

/** A netlink socket. Opened inside a network namespace it stays there, wherever the thread goes next. */
export interface NetlinkSocket {
  /**
   * Sends all requests in one call and waits for every acknowledgement. The kernel works through them in order and goes
   * on after a failing one; then the first failure is thrown as SysError. Returns the answers of each request.
   */
  request(requests: readonly NetlinkRequest[]): readonly (readonly Buffer[])[]
  /**
   * The same with the kernel's work on a pool thread, for what it does slowly (deleting links takes it tens of
   * milliseconds). One call at a time, and no other call of this socket meanwhile.
   */
  requestAsync(requests: readonly NetlinkRequest[]): Promise<readonly (readonly Buffer[])[]>
  /** Payloads of a whole table. */
  dump(request: NetlinkRequest): readonly Buffer[]
  close(): void
}

export type NetlinkFamily = 'route' | 'sock-diag' | 'netfilter'

const protocols: Readonly<Record<NetlinkFamily, number>> = { route: 0, 'sock-diag': 4, netfilter: 12 }

/** Opens a socket in the network namespace the calling thread is in now. All calls are synchronous. */
export function openNetlink(family: NetlinkFamily = 'route'): NetlinkSocket {
  const fd = checked('socket', socket(AF_NETLINK, SOCK_RAW_CLOEXEC, protocols[family]), 'netlink')
  configure(fd)
  const buffer = Buffer.alloc(64 * 1024)
  let sequence = 0
  const receive = (): ReturnType<typeof decodeMessages> => {
    const length = checked('recv', recv(fd, buffer, buffer.length, 0), 'netlink')
    return decodeMessages(Buffer.from(buffer.subarray(0, length)))
  }
  const encode = (requests: readonly NetlinkRequest[], flags: number): Buffer =>
    Buffer.concat(
      requests.map((request) => {
        sequence++
        return encodeRequest({ ...request, flags: request.flags | flags }, sequence)
      }),
    )
  const transmit = (requests: readonly NetlinkRequest[], flags: number): number => {
    const first = sequence + 1
    const bytes = encode(requests, flags)
    checked('send', send(fd, bytes, bytes.length, 0), 'netlink')
    return first
  }
  return {
    request: (requests) => {
      if (requests.length === 0) return []
      const first = transmit(requests, NLM_F_ACK)
      return collectAcks(requests, first, receive)
    },
    requestAsync: async (requests) => {
      if (requests.length === 0) return []
      const first = sequence + 1
      const bytes = encode(requests, NLM_F_ACK)
      const sent = await sendAsync(fd, bytes, bytes.length, 0)
      if (sent < 0) throw new SysError('send', errnoNumber('EIO'), 'netlink')
      return collectAcks(requests, first, receive)
    },
    dump: (request) => {
      const first = transmit([request], NLM_F_DUMP)
      return collectDump(request, first, receive)
    },
    close: () => closeSync(fd),
  }
}

function configure(fd: number): void {
  const one = Buffer.from([1, 0, 0, 0])
  // Old kernels lack some of these; then errors have no text and dumps are not filtered, nothing worse.
  for (const option of [NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK]) setsockopt(fd, SOL_NETLINK, option, one, 4)
  const size = Buffer.alloc(4)
  size.writeInt32LE(1 << 20)
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, size, 4)
  // Answers are there when send returns; the limit only keeps a kernel surprise from hanging the engine.
  const timeout = Buffer.alloc(16)
  timeout.writeBigInt64LE(10n)
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, timeout, 16)
}

function collectAcks(
  requests: readonly NetlinkRequest[],
  first: number,
  receive: () => ReturnType<typeof decodeMessages>,
): readonly (readonly Buffer[])[] {
  const answers: Buffer[][] = requests.map(() => [])
  let open = requests.length
  let failure: SysError | undefined
  while (open > 0) {
    for (const message of receive()) {
      const index = message.sequence - first
      const request = requests[index]
      if (request === undefined) continue
      if (message.type !== NLMSG_ERROR) {
        answers[index]?.push(message.payload)
        continue
      }
      open--
      const ack = decodeAck(message)
      if (ack.errno !== 0 && request.accept?.includes(ack.errno) !== true) failure ??= netlinkError(request, ack.errno, ack.text)
    }
  }
  if (failure !== undefined) throw failure
  return answers
}

function collectDump(request: NetlinkRequest, sequence: number, receive: () => ReturnType<typeof decodeMessages>): readonly Buffer[] {
  const payloads: Buffer[] = []
  for (;;) {
    for (const message of receive()) {
      if (message.sequence !== sequence) continue
      if (message.type === NLMSG_DONE) return payloads
      if (message.type === NLMSG_ERROR) {
        const ack = decodeAck(message)
        throw netlinkError(request, ack.errno, ack.text)
      }
      payloads.push(message.payload)
    }
  }
}

function netlinkError(request: NetlinkRequest, errno: number, text: string): SysError {
  return new SysError('netlink', errno, text === '' ? request.name : `${request.name} (${text})`)
}
