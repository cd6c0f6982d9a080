import { Worker } from 'node:worker_threads'
import { type ErrorData, errorFromData, TscomposeError } from '../../../base/errors.ts'
import { workerUrl } from '../../../base/worker-url.ts'
import type { SyncResult } from '../../api.ts'
import type { SyncJob } from './apply.ts'

/** To the worker: one job. */
export interface SyncRequest {
  readonly id: number
  readonly job: SyncJob
}

/** From the worker: its end. */
export type SyncReply = { readonly id: number; readonly result: SyncResult } | { readonly id: number; readonly error: ErrorData }

export interface SyncWorker {
  run(job: SyncJob): Promise<SyncResult>
  close(): void
}

/** A watch is often quiet for minutes, and the first save after that should not wait for a thread to start. */
const idleMs = 30 * 60_000

/** One worker thread for the files of containers, started with the first job and ended when it had none for half an hour. */
export function createSyncWorker(): SyncWorker {
  const waiting = new Map<number, PromiseWithResolvers<SyncResult>>()
  let worker: Worker | undefined
  let idle: NodeJS.Timeout | undefined
  let lastId = 0

  const stop = (): void => {
    clearTimeout(idle)
    void worker?.terminate()
    worker = undefined
  }
  const failAll = (error: unknown): void => {
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  const start = (): Worker => {
    const started = new Worker(workerUrl('sync-worker'), {
      name: 'sync',
      // Descriptors come from openat2 too, which Node knows nothing of.
      trackUnmanagedFds: false,
      resourceLimits: { maxOldGenerationSizeMb: 128 },
    })
    started.on('message', (reply: SyncReply) => {
      const job = waiting.get(reply.id)
      waiting.delete(reply.id)
      if ('error' in reply) job?.reject(errorFromData(reply.error))
      else job?.resolve(reply.result)
      if (waiting.size > 0) return
      started.unref()
      idle = setTimeout(stop, idleMs)
      idle.unref()
    })
    started.on('error', (error) => {
      if (worker === started) worker = undefined
      failAll(error)
    })
    return started
  }
  return {
    run: (job) => {
      clearTimeout(idle)
      worker ??= start()
      worker.ref()
      const id = ++lastId
      const done = Promise.withResolvers<SyncResult>()
      waiting.set(id, done)
      worker.postMessage({ id, job } satisfies SyncRequest)
      return done.promise
    },
    close: () => {
      stop()
      failAll(new TscomposeError('canceled', 'CANCELED', 'the engine is stopping'))
    },
  }
}
