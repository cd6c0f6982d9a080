import { closeSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { hasErrno } from '../../../base/errors.ts'
import { workerUrl } from '../../../base/worker-url.ts'
import { shutdownSocket } from '../../../sys/poll.ts'
import { connectSeqpacket } from '../../../sys/sockets.ts'
import type { TakenStdio } from '../exec.ts'
import type { PumpEnd, PumpParams } from './pump.ts'

export interface AttachSession {
  /** Ends when the container does, when the caller detaches, or after `stop`. */
  readonly ended: Promise<PumpEnd>
  readonly stop: () => void
}

/**
 * Connects a caller's files to a running container by a thread of its own, so that neither a slow reader nor the bytes
 * touch the engine's event loop. Owns the descriptors in `stdio` from here on.
 */
export function attachSession(
  socketPath: string,
  { stdio, stdin, detachKeys }: { readonly stdio: TakenStdio; readonly stdin: boolean; readonly detachKeys: readonly number[] },
): AttachSession {
  let socket: number
  try {
    socket = connectSeqpacket(socketPath)
  } catch (error) {
    stdio.close()
    throw error
  }
  const [input, output, errors] = stdio.fds.map((fd) => (fd === 'ignore' ? undefined : fd))
  const stopped = new Int32Array(new SharedArrayBuffer(4))
  const params: PumpParams = { stopped, socket, stdin: stdin ? input : undefined, stdout: output, stderr: errors, detachKeys }
  const worker = new Worker(workerUrl('attach-worker'), { workerData: params, stdin: false })
  let over = false
  const ended = new Promise<PumpEnd>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => resolve('ended'))
  }).finally(() => {
    over = true
    closeSync(socket)
    stdio.close()
  })
  return {
    ended,
    stop: () => {
      if (over) return
      Atomics.store(stopped, 0, 1)
      // Wakes the thread; a connection the container has ended cannot be shut down any more.
      try {
        shutdownSocket(socket, 'both')
      } catch (error) {
        if (!hasErrno(error, 'ENOTCONN')) throw error
      }
    },
  }
}
