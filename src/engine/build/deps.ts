import type * as api from '../api.ts'
import type { EnginePaths, ImageCommitter, ImageResolver, ProxySettings, SnapshotStore, Snapshotter, StepRunner } from '../parts.ts'
import type { LayerRecords } from './cache.ts'

/** What the builder needs of the other parts. */
export interface BuilderDeps {
  readonly paths: EnginePaths
  readonly images: ImageResolver & ImageCommitter & Pick<api.Images, 'pull' | 'push' | 'save' | 'load' | 'remove'>
  readonly snapshots: Snapshotter & Pick<SnapshotStore, 'keys'>
  readonly runner: StepRunner
  /** Records under `build-cache/layers` of the data root, read by `parseLayerRecord`. */
  readonly records: LayerRecords
  /** Deletes layers that no image, container or build needs. */
  readonly collectGarbage: () => Promise<void>
  /** For what ADD and contexts get from elsewhere; asked for each build. */
  readonly proxies: () => Promise<ProxySettings>
  /** RFC 3339 comes from here. */
  readonly now?: () => number
}
