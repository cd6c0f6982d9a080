import type { DeviceRequest } from './devices.ts'
import type { Extensible, StringMap } from './extensible.ts'

export interface Deploy extends Extensible {
  readonly mode?: string
  readonly replicas?: number
  readonly endpoint_mode?: string
  readonly labels?: StringMap
  readonly placement?: Placement
  readonly resources?: {
    readonly limits?: ResourceLimits
    readonly reservations?: ResourceLimits & {
      readonly devices?: readonly DeviceRequest[]
      readonly generic_resources?: readonly GenericResource[]
    }
  } & Extensible
  readonly restart_policy?: {
    readonly condition?: string
    readonly delay?: number
    readonly max_attempts?: number
    readonly window?: number
  } & Extensible
  readonly update_config?: UpdateConfig
  readonly rollback_config?: UpdateConfig
}

export interface ResourceLimits extends Extensible {
  readonly cpus?: number
  readonly memory?: number
  readonly pids?: number
}

export interface GenericResource extends Extensible {
  readonly discrete_resource_spec?: { readonly kind?: string; readonly value?: number } & Extensible
}

export interface UpdateConfig extends Extensible {
  readonly parallelism?: number
  readonly delay?: number
  readonly failure_action?: string
  readonly monitor?: number
  readonly max_failure_ratio?: number
  readonly order?: string
}

export interface Placement extends Extensible {
  readonly constraints?: readonly string[]
  readonly preferences?: readonly ({ readonly spread?: string } & Extensible)[]
  readonly max_replicas_per_node?: number
}
