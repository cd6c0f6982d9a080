import type { ContentStore, EmitEvent, EnginePaths, RegistryClient, SnapshotStore } from '../parts.ts'
import type { ImageConfigs } from './configs.ts'
import type { ImageStore } from './image-store.ts'
import type { LayerSet } from './layer-set.ts'
import type { Pins } from './pins.ts'
import type { WorkerPool } from './work/pool.ts'

/** What the image part's use cases share. */
export interface ImageContext {
  readonly paths: EnginePaths
  readonly content: ContentStore
  readonly registry: RegistryClient
  readonly snapshots: SnapshotStore
  readonly store: ImageStore
  readonly configs: ImageConfigs
  readonly layers: LayerSet
  readonly pool: WorkerPool
  readonly emit: EmitEvent
  readonly now: () => number
  readonly pins: Pins
}
