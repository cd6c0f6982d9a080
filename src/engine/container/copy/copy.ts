import { Worker } from 'node:worker_threads'
import { type ErrorData, errorFromData, TscomposeError } from '../../../base/errors.ts'
import { workerUrl } from '../../../base/worker-url.ts'
import type { CallContext, CopyParams } from '../../api.ts'
import type { ContainerDeps } from '../deps.ts'
import type { Entry } from '../entry.ts'
import type { Lifecycle } from '../lifecycle.ts'
import { withFiles } from '../sync/sync.ts'
import type { CopyJob } from './job.ts'

/** To the worker: its one job, and a flag that tells it to stop. */
export interface CopyRequest {
  readonly job: CopyJob
  readonly stop: Int32Array
}

/** From the worker: its end. */
export type CopyReply = { readonly error?: ErrorData }

export interface CopyTools {
  readonly lifecycle: Pick<Lifecycle, 'alone'>
  readonly context?: CallContext | undefined
}

/** Copies between the host and a container; see api.Containers.copy. */
export async function copyFiles(
  deps: ContainerDeps,
  entry: Entry,
  { params, lifecycle, context }: CopyTools & { readonly params: CopyParams },
): Promise<void> {
  const { direction, hostPath, path, tar = false, followLink = false, archive = false } = params
  checkPaths(params)
  const user = entry.record.spec.user ?? entry.record.imageConfig.User ?? ''
  const owner = archive && direction === 'in' ? { owner: user } : {}
  await withFiles(deps, entry, lifecycle, (root) =>
    inWorker({ root, direction, hostPath, path, tar, followLink, keepIds: archive, ...owner }, context?.signal),
  )
}

function checkPaths({ hostPath, path }: CopyParams): void {
  if (hostPath.startsWith('/') && path.startsWith('/') && !`${hostPath}${path}`.includes('\0')) return
  throw new TscomposeError('invalid', 'INVALID_COPY_PATH', `cannot copy between ${JSON.stringify(hostPath)} and ${JSON.stringify(path)}`, {
    hint: 'both have to be absolute paths',
  })
}

/** A thread for each copy: a large one holds up nobody, and its memory goes with it. */
function inWorker(job: CopyJob, signal: AbortSignal | undefined): Promise<void> {
  const stop = new Int32Array(new SharedArrayBuffer(4))
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const worker = new Worker(workerUrl('copy-worker'), {
    name: 'copy',
    workerData: { job, stop } satisfies CopyRequest,
    // Descriptors come from openat2 too, which Node knows nothing of.
    trackUnmanagedFds: false,
    resourceLimits: { maxOldGenerationSizeMb: 128 },
  })
  // Asked to stop and not ended, so that it closes its files and removes the unfinished one.
  const onAbort = (): void => void Atomics.store(stop, 0, 1)
  if (signal?.aborted === true) onAbort()
  signal?.addEventListener('abort', onAbort, { once: true })
  worker.on('message', ({ error }: CopyReply) => {
    if (error === undefined) resolve()
    else reject(errorFromData(error))
  })
  worker.on('error', reject)
  worker.on('exit', () => reject(new TscomposeError('internal', 'COPY_WORKER', 'the thread that copies ended without an answer')))
  return promise.finally(() => signal?.removeEventListener('abort', onAbort))
}
