import type { EventSink } from '../../base/event.ts'
import type { ContainerSummary } from './container-state.ts'
import type { Containers } from './containers.ts'
import type { ImageSummary, Images } from './images.ts'
import type { NetworkInfo, Networks } from './networks.ts'
import type { VolumeInfo, Volumes } from './volumes.ts'

export interface CallContext {
  /** Aborting cancels the call: what it began is undone or finished, never left half-made. */
  readonly signal?: AbortSignal
  /** Progress of this call, in docker compose's verbs. */
  readonly sink?: EventSink
}

export interface Engine {
  info(params?: Record<string, never>, context?: CallContext): Promise<EngineInfo>
  /** Everything a reconcile needs to know about one project, in one round trip. */
  observe(params: ObserveParams, context?: CallContext): Promise<ObservedState>
  /** What happens from now on (and since `since`, as far as the ring of 256 reaches), in order. */
  events(params: EventFilter, context?: CallContext): AsyncIterable<EngineEvent>
  /** What lies on the disk, each byte counted once. */
  diskUsage(params?: Record<string, never>, context?: CallContext): Promise<DiskUsage>
  /** Ends the daemon; containers go on. */
  shutdown(params?: Record<string, never>, context?: CallContext): Promise<void>
  readonly images: Images
  readonly containers: Containers
  readonly networks: Networks
  readonly volumes: Volumes
}

export interface EngineInfo {
  readonly version: string
  readonly pid: number
  readonly socket: string
  readonly dataRoot: string
  readonly runRoot: string
  readonly startedAt: number
  readonly runtime: { readonly name: string; readonly path: string; readonly version: string }
  readonly cgroup: 'v1' | 'hybrid' | 'v2'
  readonly kernel: string
  readonly firewall: string
  readonly warnings: readonly string[]
  readonly containers: { readonly total: number; readonly running: number }
  readonly images: number
}

export interface DiskUsage {
  readonly images: readonly {
    readonly image: ImageSummary
    /** Bytes other images need too: of layer trees, and of the layers as they came. */
    readonly sharedSize: number
    /** Bytes that go away with it. */
    readonly uniqueSize: number
    readonly containers: number
  }[]
  /** Of all images together. */
  readonly imagesSize: number
  readonly containers: readonly { readonly container: ContainerSummary /** What it has written. */; readonly size: number }[]
  readonly volumes: readonly { readonly volume: VolumeInfo; readonly size: number; readonly containers: number }[]
  /** Layers that nothing but the build cache needs. */
  readonly buildCache: { readonly entries: number; readonly size: number }
}

export interface ObserveParams {
  /** Project name (label com.docker.compose.project); absent: every container the engine has. */
  readonly project?: string
  /** Image references to resolve locally in the same round trip. */
  readonly images?: readonly string[]
  /** Names of networks and volumes to look up though they may not carry the project's label (external ones). */
  readonly networks?: readonly string[]
  readonly volumes?: readonly string[]
}

export interface ObservedState {
  /** Containers in every state, sorted by name. */
  readonly containers: readonly ContainerSummary[]
  readonly networks: readonly NetworkInfo[]
  readonly volumes: readonly VolumeInfo[]
  /** Keyed by the reference asked for; null where there is no such image here. */
  readonly images: Readonly<Record<string, ImageSummary | null>>
}

export interface EventFilter {
  readonly project?: string
  readonly containers?: readonly string[]
  readonly types?: readonly EngineEvent['type'][]
  readonly since?: number
  readonly until?: number
}

/** Docker's event vocabulary: create start die stop kill restart pause unpause destroy rename oom exec_* health_status … */
export interface EngineEvent {
  readonly type: 'container' | 'image' | 'network' | 'volume' | 'daemon'
  readonly action: string
  readonly id: string
  /** Docker's Actor.Attributes: name, image, exitCode, every label … */
  readonly attributes: Readonly<Record<string, string>>
  readonly timeNano: string
}
