import type { EnginePaths, SnapshotStore } from '../parts.ts'
import { createLayers } from './layers.ts'
import { createSnapshots } from './snapshots.ts'
import { createTarJobs } from './tar-jobs.ts'

export interface SnapshotStoreOptions {
  readonly paths: EnginePaths
  readonly warn: (text: string) => void
  /** Milliseconds since the epoch. */
  readonly now?: () => number
}

/**
 * Layers and root file systems below the data root, as the disk has them now. Leftovers of crashes are deleted before
 * the promise resolves. The caller holds the engine lock.
 */
export async function createSnapshotStore({ paths, warn, now = Date.now }: SnapshotStoreOptions): Promise<SnapshotStore> {
  const jobs = createTarJobs()
  const layers = createLayers({ root: `${paths.dataRoot}/overlay2`, inUse: () => snapshots.chainIds(), warn, now })
  const snapshots = createSnapshots({ root: `${paths.dataRoot}/rootfs`, layers, jobs })
  await Promise.all([layers.collect(), snapshots.collect()])
  const { commitStaged, describeStaged, discardStaged, gc, has, layer, listLayers, removeLayer, stage } = layers
  const { changes, commit, exportTree, exportWritable, keys, mount, prepare, remove, unmount, usage } = snapshots
  return {
    ...{ commitStaged, describeStaged, discardStaged, gc, has, layer, listLayers, removeLayer, stage },
    ...{ changes, commit, exportTree, exportWritable, keys, mount, prepare, remove, unmount, usage },
    lowers: async (chainId) => snapshots.lowers(chainId),
    exportLayer: async (chainId, path) => {
      layers.chain(chainId)
      const { diffId, tarSize } = await jobs.run({ kind: 'export', directory: layers.directory(chainId), path })
      return { diffId, size: tarSize }
    },
    close: () => jobs.close(),
  }
}
