import type { Extensible, StringMap } from './extensible.ts'

export interface Network extends Extensible {
  /** Name in the engine: `<project>_<key>` unless written or external. */
  readonly name: string
  readonly driver?: string
  readonly driver_opts?: StringMap
  readonly ipam?: Ipam
  readonly external?: boolean
  readonly internal?: boolean
  readonly attachable?: boolean
  readonly labels?: StringMap
  readonly enable_ipv4?: boolean
  readonly enable_ipv6?: boolean
}

export interface Ipam extends Extensible {
  readonly driver?: string
  readonly config?: readonly IpamPool[]
  readonly options?: StringMap
}

export interface IpamPool extends Extensible {
  readonly subnet?: string
  readonly gateway?: string
  readonly ip_range?: string
  readonly aux_addresses?: StringMap
}

export interface Volume extends Extensible {
  readonly name: string
  readonly driver?: string
  readonly driver_opts?: StringMap
  readonly external?: boolean
  readonly labels?: StringMap
}

/** A config or a secret. */
export interface FileObject extends Extensible {
  readonly name?: string
  /** Absolute path. */
  readonly file?: string
  /** Name of the variable of the project's environment it comes from. */
  readonly environment?: string
  /** Text: written as `content`, or taken from `environment`. */
  readonly content?: string
  readonly external?: boolean
  readonly labels?: StringMap
  readonly driver?: string
  readonly driver_opts?: StringMap
  readonly template_driver?: string
}

export interface Model extends Extensible {
  readonly name?: string
  readonly model?: string
  readonly context_size?: number
  readonly runtime_flags?: readonly string[]
}
