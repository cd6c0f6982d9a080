import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { run as runCommand } from '../../sys/process.ts'
import type { BuilderDeps } from './deps.ts'
import type { LayerResult } from './state.ts'

interface PruneParams {
  /** Milliseconds; absent: everything. */
  readonly unusedFor?: number
  readonly inUse: ReadonlySet<string>
  readonly now: () => number
}

/**
 * Forgets layers, downloads, repositories and cache mounts of earlier builds. Layers that an image or a build under way
 * stands on stay; the others are given back by the next collection.
 */
export async function pruneBuildCache(
  deps: BuilderDeps,
  { unusedFor = 0, inUse, now }: PruneParams,
): Promise<{ readonly removed: number; readonly bytes: number }> {
  const before = now() - unusedFor
  const layers = new Map<string, number>()
  let records = 0
  for (const id of deps.records.ids()) {
    const record = readRecord(deps, id)
    if (record !== undefined && Date.parse(record.created) > before) continue
    if (record !== undefined) layers.set(record.chainId, record.size)
    deps.records.remove(id)
    records++
  }
  const root = join(deps.paths.dataRoot, 'build-cache')
  const removed = await Promise.all(['mounts', 'http', 'git', 'stat'].map((name) => pruneDirectory(join(root, name), { before, inUse })))
  const files = removed.reduce((total, { count }) => total + count, 0)
  await deps.collectGarbage()
  const freed = [...layers].filter(([chainId]) => !deps.snapshots.has(chainId)).reduce((total, [, size]) => total + size, 0)
  return { removed: records + files, bytes: removed.reduce((total, { bytes }) => total + bytes, freed) }
}

/** A damaged record is put aside by the store. */
function readRecord({ records }: BuilderDeps, id: string): LayerResult | undefined {
  try {
    return records.read(id)
  } catch {
    return undefined
  }
}

async function pruneDirectory(
  directory: string,
  { before, inUse }: { readonly before: number; readonly inUse: ReadonlySet<string> },
): Promise<{ readonly count: number; readonly bytes: number }> {
  const names = (await readdir(directory).catch(() => [])).filter((name) => !inUse.has(name))
  let count = 0
  let bytes = 0
  for (const name of names) {
    const path = join(directory, name)
    const found = await stat(path).catch(() => undefined)
    if (found === undefined || found.mtimeMs > before) continue
    bytes += Number(/^\d+/.exec((await runCommand('du', ['-s', '-B1', path], { accept: 'any' })).stdout)?.[0] ?? 0)
    await rm(path, { recursive: true, force: true })
    count++
  }
  return { count, bytes }
}
