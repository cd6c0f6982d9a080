import { withCleanup } from '../../base/cleanup.ts'
import { TscomposeError } from '../../base/errors.ts'
import type { Rootfs } from '../parts.ts'
import type { BuildRun } from './build-run.ts'
import { layerKey } from './cache.ts'
import { exportsCache } from './cache-transfer.ts'
import { buildKey } from './mounted-chains.ts'
import type { LayerResult, StageState } from './state.ts'

export interface LayerWork {
  /** Names of the result, cheapest first; later ones are only asked for when the earlier ones are not known. */
  readonly keys: readonly (() => string | Promise<string>)[]
  /** The change goes to the layer's own directory, and nothing is mounted. */
  readonly detached?: boolean
  /** Changes the mounted root; what it returns runs after the unmount, before the commit. */
  readonly change: (rootfs: Rootfs, key: string) => Promise<(() => void) | undefined>
}

/** Finds the step's layer in the cache, or makes it on top of the stage. */
export async function makeLayer(run: BuildRun, state: StageState, work: LayerWork): Promise<LayerResult & { readonly cached: boolean }> {
  throwIfCanceled(run.signal)
  const [firstKey] = work.keys
  if (firstKey === undefined) throw new TscomposeError('internal', 'BUILD_NO_KEY', 'a build step has no cache key')
  const keyed = (key: string): string => (run.epoch === undefined ? key : layerKey({ key, epoch: run.epoch }))
  const first = keyed(await firstKey())
  return run.lock(first, async () => {
    const keys = [first]
    for (let index = 0; ; index++) {
      const found = run.spec.noCache === true ? undefined : findLayer(run, keys[index] ?? '')
      if (found !== undefined) {
        for (const key of keys.slice(0, index)) run.deps.records.write(key, found)
        // Elsewhere another of its names may be the one that is found.
        if (exportsCache(run.spec)) for (const more of work.keys.slice(keys.length)) keys.push(keyed(await more()))
        run.trail.push({ keys, diffIds: [...state.diffIds, found.diffId], layer: found })
        return { ...found, cached: true }
      }
      const next = work.keys[index + 1]
      if (next === undefined) break
      keys.push(keyed(await next()))
    }
    const layer = await run.limit(() => commitChange(run, state, work))
    for (const key of keys) run.deps.records.write(key, layer)
    run.trail.push({ keys, diffIds: [...state.diffIds, layer.diffId], layer })
    return { ...layer, cached: false }
  })
}

function findLayer(run: BuildRun, key: string): LayerResult | undefined {
  const found = readRecord(run, key)
  if (found === undefined) return undefined
  // Held before it is looked at: a collection between the two would take the layer away.
  run.retain(found.chainId)
  return run.deps.snapshots.has(found.chainId) ? found : undefined
}

/** A damaged record is put aside by the store and counts as missing. */
function readRecord(run: BuildRun, key: string): LayerResult | undefined {
  try {
    return run.deps.records.read(key)
  } catch {
    return undefined
  }
}

async function commitChange(run: BuildRun, state: StageState, work: LayerWork): Promise<LayerResult> {
  const { snapshots, now = Date.now } = run.deps
  throwIfCanceled(run.signal)
  return withCleanup(async (cleanup) => {
    const key = buildKey()
    cleanup.push(() => snapshots.remove(key))
    const prepared = await snapshots.prepare(key, state.chainId, { volatile: true })
    const rootfs = work.detached === true ? prepared : await snapshots.mount(key)
    const finish = await work.change(rootfs, key)
    throwIfCanceled(run.signal)
    await snapshots.unmount(key)
    finish?.()
    if (run.epoch !== undefined) await run.worker.run('clampTimes', { path: rootfs.upper, epoch: run.epoch })
    const layer = await snapshots.commit(key)
    run.retain(layer.chainId)
    run.made.add(layer.chainId)
    return { ...layer, created: new Date(run.epoch === undefined ? now() : run.epoch * 1000).toISOString() }
  })
}

export function throwIfCanceled(signal: AbortSignal): void {
  if (signal.aborted) throw new TscomposeError('canceled', 'CANCELED', 'the build was canceled')
}
