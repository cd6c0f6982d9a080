import type { Extensible, NullableStringMap, StringMap } from './extensible.ts'
import type { FileGrant, Ulimit } from './service.ts'

export interface Build extends Extensible {
  /** Absolute directory, or a remote context as written; absent only with `dockerfile_inline`. */
  readonly context?: string
  readonly dockerfile?: string
  readonly dockerfile_inline?: string
  readonly additional_contexts?: StringMap
  readonly args?: NullableStringMap
  readonly cache_from?: readonly string[]
  readonly cache_to?: readonly string[]
  readonly entitlements?: readonly string[]
  readonly extra_hosts?: Readonly<Record<string, readonly string[]>>
  readonly isolation?: string
  readonly labels?: StringMap
  readonly network?: string
  readonly no_cache?: boolean
  readonly no_cache_filter?: readonly string[]
  readonly platforms?: readonly string[]
  readonly privileged?: boolean
  readonly provenance?: string
  readonly pull?: boolean
  readonly sbom?: string
  readonly secrets?: readonly FileGrant[]
  readonly shm_size?: number
  /** Key id -> path of the agent socket or key; '' for the default agent. */
  readonly ssh?: StringMap
  readonly tags?: readonly string[]
  readonly target?: string
  readonly ulimits?: Readonly<Record<string, Ulimit>>
}
