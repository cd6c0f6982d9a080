import type { EndpointSpec } from './container-spec.ts'
import type { ContainerRef } from './containers.ts'
import type { CallContext } from './engine.ts'

export interface Networks {
  /** Rejects NETWORK_EXISTS where the name is taken. */
  create(params: { readonly spec: NetworkSpec }, context?: CallContext): Promise<NetworkInfo>
  /** Succeeds if it is already gone; rejects NETWORK_IN_USE while containers run in it. */
  remove(params: { readonly network: string }, context?: CallContext): Promise<void>
  list(params?: { readonly project?: string; readonly labels?: readonly string[] }, context?: CallContext): Promise<readonly NetworkInfo[]>
  inspect(params: { readonly network: string }, context?: CallContext): Promise<NetworkInfo>
  connect(params: ContainerRef & { readonly endpoint: EndpointSpec }, context?: CallContext): Promise<void>
  disconnect(params: ContainerRef & { readonly network: string }, context?: CallContext): Promise<void>
}

export interface NetworkSpec {
  readonly name: string
  readonly driver?: string
  readonly driverOptions?: Readonly<Record<string, string>>
  readonly internal?: boolean
  readonly attachable?: boolean
  readonly enableIpv4?: boolean
  readonly enableIpv6?: boolean
  readonly ipam?: {
    readonly driver?: string
    readonly options?: Readonly<Record<string, string>>
    readonly config?: readonly IpamConfig[]
  }
  readonly labels: Readonly<Record<string, string>>
}

export interface IpamConfig {
  readonly subnet?: string
  readonly ipRange?: string
  readonly gateway?: string
  readonly auxAddresses?: Readonly<Record<string, string>>
}

export interface NetworkInfo extends NetworkSpec {
  readonly id: string
  readonly createdAt: number
  readonly bridge: string
  /** Subnets and gateways as given out. */
  readonly pools: readonly { readonly subnet: string; readonly gateway: string }[]
  /** Containers with a live endpoint. */
  readonly containers: readonly {
    readonly id: string
    readonly name: string
    readonly ipv4Address: string
    readonly ipv6Address: string
    readonly macAddress: string
  }[]
}
