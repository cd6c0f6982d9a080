import { Worker } from 'node:worker_threads'
import { createLimiter } from '../../../base/concurrency.ts'
import { errorFromData, TscomposeError } from '../../../base/errors.ts'
import { releaseMemory } from '../../../sys/memory.ts'
import type { Job, JobProgress, JobResults, WorkerReply, WorkerRequest } from './jobs.ts'

export interface RunJobOptions {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: (progress: JobProgress) => void
  readonly reauthorize?: (challenge: string) => Promise<string | undefined>
}

/** Worker threads for the heavy work of images. */
export interface WorkerPool {
  /** Runs a job in a thread of its own, waiting for a free one. Rejects with the job's error, or canceled. */
  run<J extends Job>(job: J, options?: RunJobOptions): Promise<JobResults[J['kind']]>
  close(): Promise<void>
}

export interface WorkerPoolOptions {
  readonly url: URL
  readonly size: number
  /** A thread without work ends after this; its memory goes back. */
  readonly idleMs?: number
}

interface IdleWorker {
  readonly worker: Worker
  readonly timer: NodeJS.Timeout
}

/** At most `size` threads, started when there is work for them. */
export function createWorkerPool({ url, size, idleMs = 3000 }: WorkerPoolOptions): WorkerPool {
  const limit = createLimiter(size)
  const idle: IdleWorker[] = []
  const take = (): Worker => {
    const free = idle.pop()
    if (free === undefined)
      return new Worker(url, { name: 'image-layer', trackUnmanagedFds: false, resourceLimits: { maxOldGenerationSizeMb: 256 } })
    clearTimeout(free.timer)
    free.worker.ref()
    return free.worker
  }
  const giveBack = (worker: Worker): void => {
    worker.unref()
    const timer = setTimeout(() => {
      const index = idle.findIndex((entry) => entry.worker === worker)
      if (index >= 0) idle.splice(index, 1)
      // The thread's memory would stay with the C library, for nobody.
      void worker.terminate().then(() => {
        if (idle.length === 0) releaseMemory()
      })
    }, idleMs)
    timer.unref()
    idle.push({ worker, timer })
  }
  return {
    run: (job, options = {}) =>
      limit(async () => {
        options.signal?.throwIfAborted()
        const worker = take()
        try {
          const result = await runOn(worker, job, options)
          giveBack(worker)
          return result as JobResults[(typeof job)['kind']]
        } catch (error) {
          // The thread has answered, unless it died: then there is nothing to give back.
          if (worker.threadId > 0) giveBack(worker)
          throw error
        }
      }),
    close: async () => {
      const all = idle.splice(0)
      for (const { timer } of all) clearTimeout(timer)
      await Promise.all(all.map(({ worker }) => worker.terminate()))
    },
  }
}

function runOn(worker: Worker, job: Job, { signal, onProgress, reauthorize }: RunJobOptions): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const post = (request: WorkerRequest): void => worker.postMessage(request)
    const cancel = (): void => post({ type: 'cancel' })
    const settle = (finish: () => void): void => {
      // Only our own: the Worker has listeners of its own that feed them.
      worker.off('message', onReply).off('error', onError).off('exit', onExit)
      signal?.removeEventListener('abort', cancel)
      finish()
    }
    const onReply = (reply: WorkerReply): void => {
      switch (reply.type) {
        case 'progress':
          onProgress?.(reply.progress)
          return
        case 'reauthorize':
          void (reauthorize?.(reply.challenge) ?? Promise.resolve(undefined)).then(
            (value) => post({ type: 'authorization', value }),
            () => post({ type: 'authorization', value: undefined }),
          )
          return
        case 'done':
          settle(() => resolve(reply.result))
          return
        case 'failed':
          settle(() => reject(errorFromData(reply.error)))
      }
    }
    worker.on('message', onReply)
    const onError = (error: unknown): void => settle(() => reject(died(error)))
    const onExit = (): void => settle(() => reject(died(undefined)))
    worker.once('error', onError)
    worker.once('exit', onExit)
    signal?.addEventListener('abort', cancel, { once: true })
    post({ type: 'run', job })
  })
}

function died(cause: unknown): TscomposeError {
  const why = cause instanceof Error ? `: ${cause.message}` : ''
  return new TscomposeError('internal', 'WORKER_DIED', `a worker thread of the image store ended unexpectedly${why}`, { cause })
}
