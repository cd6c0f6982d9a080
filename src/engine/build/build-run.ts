import type { Platform } from '../../oci/descriptor.ts'
import type * as api from '../api.ts'

import type { CachedStep } from './cache-transfer.ts'
import type { TreeRequest } from './context/tasks.ts'
import type { TreeWorker } from './context/worker.ts'
import type { BuilderDeps } from './deps.ts'
import type { DockerfileSource } from './dockerfile/source.ts'
import type { MountedChains } from './mounted-chains.ts'
import type { BuildProgress } from './progress.ts'
import type { StageOptions, StagePlan } from './stages.ts'

/** Everything the steps of one build share. */
export interface BuildRun {
  readonly deps: BuilderDeps
  readonly spec: api.BuildSpec
  readonly plan: StagePlan
  readonly options: StageOptions
  readonly source: DockerfileSource
  readonly platform: Platform
  /** Words in front of the step number: `shop-web`. */
  readonly label: string
  readonly contextTree: TreeRequest
  readonly worker: TreeWorker
  readonly chains: MountedChains
  /** SOURCE_DATE_EPOCH in seconds: no time in config and layers is later. */
  readonly epoch: number | undefined

  /** Steps with an equal key run one after another, in all builds: the second finds the first one's layer. */
  readonly lock: <T>(key: string, job: () => Promise<T>) => Promise<T>
  readonly limit: <T>(job: () => Promise<T>) => Promise<T>
  /** Names of private cache mounts that a step of any build uses now. */
  readonly cachesInUse: Set<string>
  /** Chains of this build that nothing else names yet. */
  readonly retain: (chainId: string) => void
  /** Every step with a layer so far, found or made. */
  readonly trail: CachedStep[]
  /** Chains that this build made, not found. */
  readonly made: Set<string>
  readonly progress: BuildProgress
  /** A directory for this build alone, gone with it. */
  readonly scratch: () => Promise<string>
  readonly signal: AbortSignal
  readonly context: api.CallContext
}
