import type { BuildOptions } from '../spec/top-level.ts'

export type RecreateRule = 'diverged' | 'force' | 'never'

/** Everything a person may say about an `up`; defaults are set by the command. */
export interface UpRules {
  /** Services named on the command line; absent: all of them. */
  readonly services?: readonly string[]
  readonly recreate: RecreateRule
  /** For services that are only here because others depend on them. */
  readonly recreateDependencies: RecreateRule
  readonly renewAnonymousVolumes: boolean
  /** False: containers are made and not started. */
  readonly start: boolean
  readonly removeOrphans: boolean
  readonly ignoreOrphans: boolean
  /** Stop time-out over the containers' own. */
  readonly timeoutMs?: number
  readonly images: ImageRules
  readonly wait: boolean
  readonly waitTimeoutMs?: number
  /** True when losing the data of changed volumes was agreed to. */
  readonly recreateVolumes: boolean
  /** Services this `up` brought to their place already, and whether it made containers of them: they stay as they are. */
  readonly settled?: ReadonlyMap<string, 'kept' | 'remade'>
}

export interface ImageRules {
  /** Over every service's own policy: `always`, `missing`, `never`, `build` … */
  readonly pull?: string
  readonly build: boolean
  readonly noBuild: boolean
  readonly buildOptions?: BuildOptions
  /** Time the policies daily, weekly and every_… are measured against. */
  readonly now: number
  /** References that were brought up to date already. */
  readonly settled: ReadonlySet<string>
}
