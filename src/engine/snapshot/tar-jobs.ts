import { Worker } from 'node:worker_threads'
import { type ErrorData, errorFromData, TscomposeError } from '../../base/errors.ts'
import { workerUrl } from '../../base/worker-url.ts'
import type { FileChange } from '../api.ts'
import type { TarSummary } from './layer-tar.ts'

/** Work on whole trees, done in the worker thread. */
export type TarJob =
  | { readonly kind: 'digest'; readonly directory: string }
  | {
      readonly kind: 'export'
      readonly directory: string
      readonly path: string /** A container's writable directory. */
      readonly writable?: boolean
    }
  | { readonly kind: 'usage'; readonly directory: string }
  | { readonly kind: 'changes'; readonly directory: string; readonly lowers: readonly string[] }

export interface TarJobResults {
  readonly digest: TarSummary
  readonly export: TarSummary
  readonly usage: number
  readonly changes: readonly FileChange[]
}

/** To the worker: one job. */
export interface TarRequest {
  readonly id: number
  readonly job: TarJob
}

/** From the worker: its end. */
export type TarReply =
  | { readonly id: number; readonly result: TarJobResults[TarJob['kind']] }
  | { readonly id: number; readonly error: ErrorData }

export interface TarJobs {
  run<K extends TarJob['kind']>(job: Extract<TarJob, { kind: K }>): Promise<TarJobResults[K]>
  /** Jobs that are under way fail. */
  close(): Promise<void>
}

interface Waiting {
  readonly resolve: (result: never) => void
  readonly reject: (error: unknown) => void
}

/** Long enough for the next step of a build to find the thread still there. */
const idleMs = 10_000

/** One worker thread, started with the first job and ended when it has had none for ten seconds. It keeps no process alive. */
export function createTarJobs(): TarJobs {
  const waiting = new Map<number, Waiting>()
  let worker: Worker | undefined
  let idle: NodeJS.Timeout | undefined
  let lastId = 0

  const stop = async (): Promise<void> => {
    clearTimeout(idle)
    const ending = worker
    worker = undefined
    await ending?.terminate()
  }
  const failAll = (error: unknown): void => {
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  const start = (): Worker => {
    const started = new Worker(workerUrl('snapshot-worker'))
    started.on('message', (reply: TarReply) => {
      const job = waiting.get(reply.id)
      waiting.delete(reply.id)
      if ('error' in reply) job?.reject(errorFromData(reply.error))
      else job?.resolve(reply.result as never)
      if (waiting.size > 0) return
      started.unref()
      idle = setTimeout(() => void stop(), idleMs)
      idle.unref()
    })
    started.on('error', (error) => {
      if (worker === started) worker = undefined
      failAll(error)
    })
    return started
  }
  return {
    run: (job) =>
      new Promise((resolve, reject) => {
        clearTimeout(idle)
        worker ??= start()
        worker.ref()
        const id = ++lastId
        waiting.set(id, { resolve, reject })
        worker.postMessage({ id, job } satisfies TarRequest)
      }),
    close: async () => {
      await stop()
      failAll(new TscomposeError('canceled', 'CANCELED', 'the engine is stopping'))
    },
  }
}
