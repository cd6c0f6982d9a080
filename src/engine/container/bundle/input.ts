import type { ImageConfig } from '../../../oci/image-config.ts'
import type { RuntimeSeccomp } from '../../../oci/runtime-spec.ts'
import type { ContainerSpec } from '../../api.ts'

/** What the host can do; read once when the engine starts (host-facts.ts). */
export interface HostFacts {
  readonly architecture: string
  readonly cgroup: 'v1' | 'hybrid' | 'v2'
  /** The engine's own bounding set, `CAP_…`. */
  readonly capabilities: readonly string[]
  /** Hard limits the engine itself runs under, by ulimit name; none is Infinity. Raising them takes CAP_SYS_RESOURCE. */
  readonly hardLimits: Readonly<Record<string, number>>
  readonly seccomp: boolean
  readonly apparmor: boolean
  /** Kernel >= 5.12: read-only bind mounts can be made read-only all the way down. */
  readonly recursiveReadOnly: boolean
  /** The memory controller counts swap. */
  readonly swapAccounting: boolean
  /** Numbers of the processors and of the memory nodes that are online. */
  readonly cpus: readonly number[]
  readonly memoryNodes: readonly number[]
  /** Block devices can be shared out by weight. */
  readonly blockWeight: boolean
  /** Existing `…/cpuN/thermal_throttle` directories: they tell neighbours apart, so they are masked. */
  readonly thermalPaths: readonly string[]
}

export interface ResolvedUser {
  readonly uid: number
  readonly gid: number
  readonly additionalGids: readonly number[]
  readonly home: string
}

/** A user's mount with its host path found; order is the order they were written in. */
export type ResolvedMount =
  | {
      readonly type: 'bind' | 'volume' | 'image'
      readonly source: string
      readonly target: string
      readonly readOnly: boolean
      /** Of a volume: the directory in it that is meant, found at each start. */
      readonly subpath?: string
      readonly propagation?: string
      readonly recursive?: 'enabled' | 'disabled' | 'writable' | 'readonly'
      /** The source is no directory. */
      readonly file?: boolean
    }
  | {
      readonly type: 'tmpfs'
      readonly target: string
      readonly readOnly: boolean
      readonly size?: number
      readonly mode?: number
      readonly options?: readonly string[]
    }

export interface ResolvedDevice {
  readonly path: string
  readonly type: 'c' | 'b'
  readonly major: number
  readonly minor: number
  readonly fileMode: number
  readonly uid: number
  readonly gid: number
  readonly permissions: string
}

export interface DeviceNumber {
  readonly major: number
  readonly minor: number
}

/** `new`: one of its own; `host`: the host's; a path joins that one. */
export type NamespaceChoice = 'new' | 'host' | { readonly path: string }

/** Everything the runtime-spec depends on. Nothing is looked up while it is built. */
export interface BundleInput {
  readonly id: string
  readonly spec: ContainerSpec
  readonly image: ImageConfig
  readonly host: HostFacts
  readonly user: ResolvedUser
  readonly rootfs: string
  readonly hostname: string
  readonly mounts: readonly ResolvedMount[]
  /** Files of the engine mounted over /etc/hosts and its like, and injected ones. */
  readonly files: readonly { readonly source: string; readonly target: string; readonly readOnly: boolean }[]
  /** Static init on the host; set where the container wants one. */
  readonly initPath?: string
  readonly devices: readonly ResolvedDevice[]
  /** Numbers of the block devices named in the resources, by path. */
  readonly blockDevices: Readonly<Record<string, DeviceNumber>>
  readonly namespaces: {
    readonly network: NamespaceChoice
    readonly pid: NamespaceChoice
    readonly ipc: NamespaceChoice
    readonly uts: NamespaceChoice
    readonly cgroup: NamespaceChoice
  }
  /** Host directory mounted at /dev/shm instead of a tmpfs of its own; null for none at all. */
  readonly shm?: string | null
  /** A user's own filter, or none at all. Absent: the default. */
  readonly seccomp?: RuntimeSeccomp | 'unconfined'
  readonly cgroupsPath: string
}
