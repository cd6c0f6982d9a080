import { constants } from 'node:os'
import { checked, errno, koffi, lazyType, libc } from './ffi/libc.ts'
import { SysError } from './sys-error.ts'

/*
 * poll(2) as it is: it blocks its thread, so it is for worker threads. The event loop has koffi's poll (sockets.ts).
 */

const pollType = lazyType((k) => k.struct({ fd: 'int', events: 'short', revents: 'short' }))
const pollCall = libc('int poll(void *fds, unsigned long count, int timeout)')
const shutdownCall = libc('int shutdown(int fd, int how)')

const POLLIN = 1
const POLLOUT = 4
const POLLERR = 8
const POLLHUP = 16
const POLLNVAL = 32

export interface PollRequest {
  readonly fd: number
  readonly read?: boolean
  readonly write?: boolean
}

export interface PollResult {
  /** There is something to read, or the end. */
  readonly readable: boolean
  readonly writable: boolean
  /** The other side is gone. */
  readonly broken: boolean
}

/** Waits until one of the descriptors is ready, or the time (milliseconds, -1: for ever) is over. Results in the order asked. */
export function pollFds(requests: readonly PollRequest[], timeoutMs: number): readonly PollResult[] {
  const size = koffi().sizeof(pollType())
  const buffer = Buffer.alloc(size * requests.length)
  requests.forEach(({ fd, read = false, write = false }, index) => {
    buffer.writeInt32LE(fd, index * size)
    buffer.writeInt16LE((read ? POLLIN : 0) | (write ? POLLOUT : 0), index * size + 4)
  })
  if (pollCall(buffer, requests.length, timeoutMs) < 0) {
    const code = errno()
    if (code !== constants.errno.EINTR) throw new SysError('poll', code)
    return requests.map(() => ({ readable: false, writable: false, broken: false }))
  }
  return requests.map((_request, index) => {
    const events = buffer.readInt16LE(index * size + 6)
    return {
      readable: (events & (POLLIN | POLLHUP)) !== 0,
      writable: (events & POLLOUT) !== 0,
      broken: (events & (POLLERR | POLLNVAL)) !== 0 || ((events & POLLHUP) !== 0 && (events & POLLIN) === 0),
    }
  })
}

/** Ends one direction of a socket, or both; whoever waits on it in another thread wakes up. */
export function shutdownSocket(fd: number, direction: 'write' | 'both'): void {
  checked('shutdown', shutdownCall(fd, direction === 'write' ? 1 : 2), String(fd))
}
