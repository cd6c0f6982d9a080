import type { Healthcheck } from '../../oci/image-config.ts'

/** Everything the engine needs to make one container. Short forms are expanded; absent means the image's or the engine's default. */
export interface ContainerSpec {
  readonly name: string
  /** Reference or image ID; must be here already (images.pull is a separate operation). */
  readonly image: string
  readonly platform?: string
  /** Absent: the image's. Empty: none. */
  readonly entrypoint?: readonly string[]
  /** Absent: the image's, unless `entrypoint` is set. */
  readonly command?: readonly string[]
  /** Over the image's; null takes the image's variable away. */
  readonly env?: Readonly<Record<string, string | null>>
  readonly workingDir?: string
  readonly user?: string
  readonly groupAdd?: readonly string[]
  readonly hostname?: string
  readonly domainname?: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly tty?: boolean
  readonly openStdin?: boolean
  /** With `openStdin`: it ends for the process when the first caller's does. */
  readonly stdinOnce?: boolean
  readonly init?: boolean
  readonly stopSignal?: string
  readonly stopTimeoutMs?: number
  readonly restart?: RestartPolicy
  /** Merged field by field over the image's. */
  readonly healthcheck?: Partial<Healthcheck>
  readonly mounts?: readonly MountSpec[]
  /** Containers whose volumes are taken over: `id[:ro]`. */
  readonly volumesFrom?: readonly string[]
  readonly files?: readonly InjectedFile[]
  readonly network: NetworkMode
  readonly ports?: readonly PortSpec[]
  /** `80/tcp`, besides the image's. */
  readonly expose?: readonly string[]
  readonly dns?: readonly string[]
  readonly dnsSearch?: readonly string[]
  readonly dnsOptions?: readonly string[]
  /** `name=address`; the address may be `host-gateway`. */
  readonly extraHosts?: readonly string[]
  /** Names that resolve to other containers by id, docker's `links`: alias -> container id. */
  readonly links?: Readonly<Record<string, string>>
  readonly resources?: Resources
  readonly privileged?: boolean
  readonly capAdd?: readonly string[]
  readonly capDrop?: readonly string[]
  readonly securityOpt?: readonly string[]
  readonly readOnlyRootfs?: boolean
  readonly usernsMode?: string
  /** `host`, `private`, `shareable`, `none`, `container:<id>`; absent: private. */
  readonly ipc?: string
  readonly pid?: string
  readonly uts?: string
  readonly cgroup?: string
  readonly sysctls?: Readonly<Record<string, string>>
  readonly ulimits?: Readonly<Record<string, { readonly soft: number; readonly hard: number }>>
  readonly shmSize?: number
  readonly devices?: readonly DeviceSpec[]
  readonly deviceCgroupRules?: readonly string[]
  readonly storageOpt?: Readonly<Record<string, string>>
  readonly runtime?: string
  readonly logging?: { readonly driver: string; readonly options: Readonly<Record<string, string>> }
  readonly autoRemove?: boolean
}

export interface RestartPolicy {
  readonly name: 'no' | 'always' | 'on-failure' | 'unless-stopped'
  /** For on-failure; 0 is without limit. */
  readonly maximumRetries?: number
}

export type MountSpec =
  | {
      readonly type: 'volume' /** Absent: anonymous. */
      readonly source?: string
      readonly target: string
      readonly readOnly?: boolean
      readonly noCopy?: boolean
      readonly subpath?: string
      readonly labels?: Readonly<Record<string, string>>
    }
  | {
      readonly type: 'bind'
      readonly source: string
      readonly target: string
      readonly readOnly?: boolean
      readonly propagation?: string
      readonly createHostPath?: boolean
      readonly recursive?: 'enabled' | 'disabled' | 'writable' | 'readonly'
    }
  | {
      readonly type: 'tmpfs'
      readonly target: string
      readonly readOnly?: boolean
      readonly size?: number
      readonly mode?: number /** Raw options, `noexec,uid=…`. */
      readonly options?: readonly string[]
    }
  | { readonly type: 'image'; readonly source: string; readonly target: string; readonly subpath?: string }

/** A file the engine writes for the container (configs, secrets with content); never part of the image or of a volume. */
export interface InjectedFile {
  readonly target: string
  readonly contentBase64: string
  readonly uid?: number
  readonly gid?: number
  readonly mode?: number
}

export type NetworkMode =
  | { readonly kind: 'networks'; readonly endpoints: readonly EndpointSpec[] }
  | { readonly kind: 'none' }
  | { readonly kind: 'host' }
  | { readonly kind: 'container'; readonly container: string }

export interface EndpointSpec {
  /** Network name. */
  readonly network: string
  /** Besides the container's name and short id: service name, aliases. */
  readonly aliases?: readonly string[]
  readonly ipv4Address?: string
  readonly ipv6Address?: string
  readonly linkLocalIps?: readonly string[]
  readonly macAddress?: string
  readonly interfaceName?: string
  readonly priority?: number
  readonly gatewayPriority?: number
  readonly driverOptions?: Readonly<Record<string, string>>
}

export interface PortSpec {
  readonly containerPort: number
  readonly protocol: 'tcp' | 'udp' | 'sctp'
  readonly hostIp?: string
  /** `8080`, a range to pick from `8000-8010`, or absent / `0` for any free one. */
  readonly hostPort?: string
}

export interface Resources {
  /** Number of CPUs, such as 1.5. */
  readonly cpus?: number
  readonly cpuShares?: number
  readonly cpuPeriod?: number
  readonly cpuQuota?: number
  readonly cpuRealtimePeriod?: number
  readonly cpuRealtimeRuntime?: number
  readonly cpusetCpus?: string
  readonly cpusetMems?: string
  readonly memory?: number
  readonly memoryReservation?: number
  /** Memory plus swap; -1 is without limit. */
  readonly memorySwap?: number
  readonly memorySwappiness?: number
  readonly oomKillDisable?: boolean
  readonly oomScoreAdj?: number
  readonly pidsLimit?: number
  readonly blkioWeight?: number
  readonly blkioWeightDevices?: readonly { readonly path: string; readonly weight: number }[]
  readonly blkioDeviceReadBps?: readonly { readonly path: string; readonly rate: number }[]
  readonly blkioDeviceWriteBps?: readonly { readonly path: string; readonly rate: number }[]
  readonly blkioDeviceReadIops?: readonly { readonly path: string; readonly rate: number }[]
  readonly blkioDeviceWriteIops?: readonly { readonly path: string; readonly rate: number }[]
  readonly cgroupParent?: string
}

export interface DeviceSpec {
  readonly source: string
  readonly target: string
  /** Subset of `rwm`. */
  readonly permissions: string
}
