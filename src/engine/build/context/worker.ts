import { Worker } from 'node:worker_threads'
import { type ErrorData, errorFromData, TscomposeError } from '../../../base/errors.ts'
import { workerUrl } from '../../../base/worker-url.ts'
import type { TaskName, Tasks } from './tasks.ts'

/** A thread that works on file trees, started with its first request. */
export interface TreeWorker {
  run<K extends TaskName>(task: K, request: Parameters<Tasks[K]>[0]): Promise<Awaited<ReturnType<Tasks[K]>>>
  close(): Promise<void>
}

/** Threads of builds: one each while it runs, kept for a while for the next one. */
export interface TreeWorkers {
  acquire(): TreeWorker
  /** No request may be under way on it any more. */
  release(worker: TreeWorker): void
  close(): Promise<void>
}

interface Pending {
  resolve(result: never): void
  reject(error: unknown): void
}

export function createTreeWorkers({ idleMs = 10_000 }: { readonly idleMs?: number } = {}): TreeWorkers {
  const idle = new Map<TreeWorker, NodeJS.Timeout>()
  const end = async (worker: TreeWorker): Promise<void> => {
    clearTimeout(idle.get(worker))
    idle.delete(worker)
    await worker.close()
  }
  return {
    acquire: () => {
      const [worker] = idle.keys()
      if (worker === undefined) return createTreeWorker()
      clearTimeout(idle.get(worker))
      idle.delete(worker)
      return worker
    },
    release: (worker) => {
      const timer = setTimeout(() => void end(worker), idleMs)
      timer.unref()
      idle.set(worker, timer)
    },
    close: async () => {
      await Promise.all([...idle.keys()].map(end))
    },
  }
}

function createTreeWorker(): TreeWorker {
  const pending = new Map<number, Pending>()
  let worker: Worker | undefined
  let lastId = 0

  function failAll(error: unknown): void {
    for (const { reject } of pending.values()) reject(error)
    pending.clear()
    worker = undefined
  }

  function start(): Worker {
    // Descriptors come from openat2, which Node knows nothing of.
    const started = new Worker(workerUrl('context-worker'), { trackUnmanagedFds: false })
    started.on('message', ({ id, result, error }: { id: number; result?: unknown; error?: ErrorData }) => {
      const waiting = pending.get(id)
      pending.delete(id)
      // Only a thread with work keeps the process alive.
      if (pending.size === 0) started.unref()
      if (error === undefined) waiting?.resolve(result as never)
      else waiting?.reject(errorFromData(error))
    })
    started.on('error', failAll)
    started.on('exit', () => failAll(new TscomposeError('internal', 'BUILD_WORKER_ENDED', 'the thread that reads the build context ended')))
    return started
  }

  return {
    run: (task, request) =>
      new Promise((resolve, reject) => {
        worker ??= start()
        worker.ref()
        lastId++
        pending.set(lastId, { resolve, reject })
        worker.postMessage({ id: lastId, task, request })
      }),
    close: async () => {
      await worker?.terminate()
    },
  }
}
