import type { CgroupLayout } from '../../sys/cgroup/layout.ts'
import type { EmitEvent, EnginePaths, ImageResolver, NetworkProvider, Snapshotter, VolumeProvider } from '../parts.ts'
import type { Runtime } from '../runtime/runtime.ts'
import type { HostFacts } from './bundle/input.ts'
import type { ReadyFilter } from './ready-filter.ts'
import type { ContainerRecord } from './record.ts'
import type { ContainerStore } from './store.ts'

/** Wall clock for records, monotonic one for durations. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Milliseconds that never jump. */
  monotonic(): number
}

/** Copies what the image has at `target` into an empty volume; the volume part knows how. */
export type PopulateVolume = (params: {
  readonly rootfsMergedPath: string
  readonly target: string
  readonly mountpoint: string
}) => Promise<unknown>

/** What the steps of a container's life work with. */
export interface ContainerDeps {
  readonly paths: EnginePaths
  readonly images: ImageResolver
  readonly snapshots: Snapshotter
  readonly volumes: VolumeProvider
  readonly populateVolume: PopulateVolume
  readonly network: NetworkProvider
  readonly runtime: Runtime
  readonly cgroups: CgroupLayout
  readonly host: HostFacts
  readonly filter: ReadyFilter
  readonly store: ContainerStore
  readonly emit: EmitEvent
  readonly clock: Clock
  /** Tells people what is odd but no failure. */
  readonly warn: (text: string) => void
}

/** Docker's attributes of a container event: name, image and every label. */
export function eventAttributes(record: ContainerRecord, extra: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return { ...record.spec.labels, image: record.spec.image, name: record.name, ...extra }
}

export function emitContainer(
  deps: Pick<ContainerDeps, 'emit'>,
  record: ContainerRecord,
  action: string,
  extra: Readonly<Record<string, string>> = {},
): void {
  deps.emit({ type: 'container', action, id: record.id, attributes: eventAttributes(record, extra) })
}
