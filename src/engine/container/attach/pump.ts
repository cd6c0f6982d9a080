import { readSync, writeSync } from 'node:fs'
import { hasErrno } from '../../../base/errors.ts'
import { pollFds, shutdownSocket } from '../../../sys/poll.ts'
import { recvPacket, sendPacket } from '../../../sys/sockets.ts'
import { createDetachScanner, type DetachScanner } from './detach-keys.ts'

/** Everything as descriptor numbers: the pump runs in a worker thread of the engine's process. */
export interface PumpParams {
  /** Connection to the monitor's attach socket. */
  readonly socket: number
  readonly stdin: number | undefined
  readonly stdout: number | undefined
  readonly stderr: number | undefined
  readonly detachKeys: readonly number[]
  /** Not 0: the caller is gone. */
  readonly stopped: Int32Array
}

export type PumpEnd = 'ended' | 'detached'

interface Outlet {
  readonly fd: number
  queue: Buffer[]
  size: number
  dropped: boolean
}

/** A pipe that polls as writable takes this much without blocking (PIPE_BUF). */
const writeUnit = 4096
/** What a reader that has stopped may be behind; the container must not wait for it, so the rest is dropped. */
const backlogCap = 8 << 20
const stdoutTag = 2
/** After the container's end nothing but the caller's own files wakes the thread, so it looks for a stop now and then. */
const lingerMs = 500

/**
 * Moves bytes between a container's monitor and a caller's files until one of them ends. Blocks its thread in poll(2), and
 * never in a write: the monitor is always drained.
 */
export function pumpAttach({ socket, stdin, stdout, stderr, detachKeys, stopped }: PumpParams): PumpEnd {
  const packet = Buffer.alloc(8193)
  const outlets = { out: outlet(stdout), err: outlet(stderr) }
  const scanner = createDetachScanner(detachKeys)
  let input = stdin
  let open = true
  while (open || pending(outlets.out) || pending(outlets.err)) {
    const [fromSocket, fromInput, toOut, toErr] = waitForAny({ socket, input, open, outlets })
    if (Atomics.load(stopped, 0) !== 0) return 'detached'
    if (fromSocket) open = receive(socket, packet, outlets)
    if (open && fromInput && input !== undefined) {
      const state = forwardInput(socket, input, scanner)
      if (state === 'detached') return 'detached'
      if (state === 'end') input = undefined
    }
    if (toOut) flush(outlets.out)
    if (toErr) flush(outlets.err)
  }
  return 'ended'
}

interface Outlets {
  readonly out: Outlet
  readonly err: Outlet
}

interface Interest {
  readonly socket: number
  readonly input: number | undefined
  readonly open: boolean
  readonly outlets: Outlets
}

/** Which of socket, input, stdout and stderr have something to do; a broken one does, so that its call can say so. */
function waitForAny({ socket, input, open, outlets }: Interest): readonly boolean[] {
  const requests = [
    { fd: open ? socket : -1, read: true },
    { fd: open ? (input ?? -1) : -1, read: true },
    { fd: pending(outlets.out) ? outlets.out.fd : -1, write: true },
    { fd: pending(outlets.err) ? outlets.err.fd : -1, write: true },
  ]
  return pollFds(requests, open ? -1 : lingerMs).map(({ readable, writable, broken }) => readable || writable || broken)
}

function outlet(fd: number | undefined): Outlet {
  return { fd: fd ?? -1, queue: [], size: 0, dropped: fd === undefined }
}

function pending(each: Outlet): boolean {
  return each.size > 0
}

/** One packet: a tag byte, then output. False at the end. */
function receive(socket: number, packet: Buffer, outlets: Outlets): boolean {
  let length: number
  try {
    length = recvPacket(socket, packet)
  } catch (error) {
    return hasErrno(error, 'EAGAIN')
  }
  if (length === 0) return false
  enqueue(packet[0] === stdoutTag ? outlets.out : outlets.err, Buffer.from(packet.subarray(1, length)))
  return true
}

function enqueue(each: Outlet, data: Buffer): void {
  if (each.dropped || each.size + data.length > backlogCap) return
  each.queue.push(data)
  each.size += data.length
}

function flush(each: Outlet): void {
  const [first, ...rest] = each.queue
  if (first === undefined) return
  try {
    const written = writeSync(each.fd, first, 0, Math.min(first.length, writeUnit))
    each.size -= written
    each.queue = written === first.length ? rest : [first.subarray(written), ...rest]
  } catch (error) {
    if (hasErrno(error, 'EAGAIN')) return
    // Nobody reads any more: the container goes on all the same.
    Object.assign(each, { queue: [], size: 0, dropped: true })
  }
}

function forwardInput(socket: number, fd: number, scanner: DetachScanner): 'more' | 'end' | 'detached' {
  const buffer = Buffer.alloc(writeUnit)
  let length: number
  try {
    length = readSync(fd, buffer, 0, buffer.length, null)
  } catch (error) {
    if (hasErrno(error, 'EAGAIN')) return 'more'
    length = 0
  }
  if (length === 0) {
    shutdownSocket(socket, 'write')
    return 'end'
  }
  const { output, detached } = scanner.push(buffer.subarray(0, length))
  if (output.length > 0) send(socket, output)
  return detached ? 'detached' : 'more'
}

/** Waits while the monitor cannot take it: that only holds up the caller's own input. */
function send(socket: number, data: Buffer): void {
  for (;;) {
    try {
      sendPacket(socket, data)
      return
    } catch (error) {
      if (!hasErrno(error, 'EAGAIN')) return
      pollFds([{ fd: socket, write: true }], 1000)
    }
  }
}
