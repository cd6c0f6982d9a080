import { createKeyedLock } from '../../base/concurrency.ts'
import { hasCode, TscomposeError } from '../../base/errors.ts'
import type { Digest } from '../../oci/digest.ts'
import type { BlobSource, ContentStore, LayerStore } from '../parts.ts'
import type { JobProgress, LayerResult } from './work/jobs.ts'
import type { WorkerPool } from './work/pool.ts'

/** One layer that is wanted at its place in a chain. */
export interface LayerRequest {
  readonly chainId: string
  readonly parentChainId: string
  readonly diffId: string
  /** Where the bytes are. A remote blob that is in the content store already is read from there. */
  readonly from: { readonly type: 'remote'; readonly blob: () => BlobSource } | { readonly type: 'blob'; readonly digest: Digest }
  readonly reauthorize?: (challenge: string) => Promise<string | undefined>
}

/** A layer that is unpacked but not yet visible, held by everybody who asked for it. */
export interface HeldLayer {
  /** Makes it visible under its chainID. The file system must have been synced. Idempotent. */
  commit(): Promise<LayerResult>
  /** Lets go; the last one to let go of an uncommitted layer throws it away. */
  release(): void
}

export interface LayerSet {
  /** Unpacks the layer, once however many ask at the same time, and however the others end. */
  hold(
    request: LayerRequest,
    options: { readonly signal: AbortSignal; readonly onProgress: (progress: JobProgress) => void },
  ): Promise<HeldLayer>
}

interface Entry {
  holders: number
  committed: Promise<LayerResult> | undefined
  readonly abort: AbortController
  readonly listeners: Set<(progress: JobProgress) => void>
  readonly staged: Promise<Staged>
}

interface Staged {
  readonly dir: string
  readonly result: LayerResult
}

export interface LayerSetDeps {
  readonly content: ContentStore
  readonly layers: LayerStore
  readonly pool: WorkerPool
}

export function createLayerSet({ content, layers, pool }: LayerSetDeps): LayerSet {
  const entries = new Map<string, Entry>()
  // Two chains may want the same bytes: the second then finds them in the content store.
  const locked = createKeyedLock()

  const unpack = async (request: LayerRequest, abort: AbortSignal, report: (progress: JobProgress) => void): Promise<Staged> => {
    for (let attempt = 1; ; attempt++) {
      const { dir } = await layers.stage()
      try {
        const result = await unpackInto(dir, request, { signal: abort, report })
        layers.describeStaged({ dir, diffId: request.diffId, parentChainId: request.parentChainId, size: result.unpackedSize })
        return { dir, result }
      } catch (error) {
        await layers.discardStaged(dir)
        // Bytes can be damaged on the way once; twice is no accident.
        if (attempt > 1 || !hasCode(error, 'DIGEST_MISMATCH')) throw error
      }
    }
  }
  const unpackInto = async (
    staging: string,
    { from, diffId, reauthorize }: LayerRequest,
    { signal, report }: { readonly signal: AbortSignal; readonly report: (progress: JobProgress) => void },
  ): Promise<LayerResult> => {
    const digest = from.type === 'remote' ? from.blob().digest : from.digest
    const isHere = await content.has(digest)
    const input =
      from.type === 'blob' || isHere
        ? { type: 'file' as const, path: content.path(digest) }
        : { type: 'remote' as const, blob: from.blob(), partial: content.partialPath(digest) }
    try {
      const result = await pool.run(
        { kind: 'layer', staging, input, expected: { digest, diffId } },
        { signal, onProgress: report, ...(reauthorize === undefined ? {} : { reauthorize }) },
      )
      if (input.type === 'remote') await content.adopt(input.partial, digest)
      return result
    } catch (error) {
      if (hasCode(error, 'NO_SPACE')) await content.discardPartial(digest)
      // Damaged on our own disk: a pull can get it again.
      if (input.type === 'file' && from.type === 'remote' && hasCode(error, 'DIGEST_MISMATCH')) await content.remove(digest)
      throw error
    }
  }
  const start = (request: LayerRequest): Entry => {
    const abort = new AbortController()
    const listeners = new Set<(progress: JobProgress) => void>()
    const report = (progress: JobProgress): void => {
      for (const listener of listeners) listener(progress)
    }
    const digest = request.from.type === 'remote' ? request.from.blob().digest : request.from.digest
    const staged = locked(digest, () => {
      abort.signal.throwIfAborted()
      return unpack(request, abort.signal, report)
    })
    const entry: Entry = { holders: 0, committed: undefined, abort, listeners, staged }
    staged.catch(() => forget(request.chainId, entry))
    entries.set(request.chainId, entry)
    return entry
  }
  const forget = (chainId: string, entry: Entry): void => {
    if (entries.get(chainId) === entry) entries.delete(chainId)
  }
  const release = (chainId: string, entry: Entry): void => {
    if (--entry.holders > 0 || entry.committed !== undefined) return
    forget(chainId, entry)
    entry.abort.abort(canceled())
    void entry.staged.then(({ dir }) => layers.discardStaged(dir)).catch(() => undefined)
  }
  const commit = async ({ diffId, parentChainId, chainId }: LayerRequest, entry: Entry): Promise<LayerResult> => {
    const { dir, result } = await entry.staged
    await layers.commitStaged({ dir, diffId, parentChainId, size: result.unpackedSize })
    forget(chainId, entry)
    return result
  }
  return {
    hold: async (request, { signal, onProgress }) => {
      signal.throwIfAborted()
      const entry = entries.get(request.chainId) ?? start(request)
      entry.holders++
      entry.listeners.add(onProgress)
      let isHeld = true
      const letGo = (): void => {
        if (!isHeld) return
        isHeld = false
        entry.listeners.delete(onProgress)
        release(request.chainId, entry)
      }
      try {
        await abortable(entry.staged, signal)
      } catch (error) {
        letGo()
        throw error
      }
      return {
        commit: () => {
          entry.committed ??= commit(request, entry)
          return entry.committed
        },
        release: letGo,
      }
    },
  }
}

/** Settles as `work` does, or rejects when the signal is aborted first; the work itself goes on. */
export function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(canceled())
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}

export function canceled(): TscomposeError {
  return new TscomposeError('canceled', 'CANCELED', 'canceled')
}
