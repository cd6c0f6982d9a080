import type { ImageConfig } from '../../oci/image-config.ts'
import type { ContainerSpec, MountSpec } from './container-spec.ts'

export type ContainerStatus = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead'

export type HealthStatus = 'none' | 'starting' | 'healthy' | 'unhealthy'

export interface ContainerState {
  readonly status: ContainerStatus
  /** Pid of the main process on the host; 0 when it does not run. */
  readonly pid: number
  readonly exitCode: number
  readonly oomKilled: boolean
  /** Why the last start failed, or '' . */
  readonly error: string
  /** 0 where it never happened. */
  readonly startedAt: number
  readonly finishedAt: number
  readonly restartCount: number
  readonly health: HealthStatus
}

export interface ContainerSummary {
  readonly id: string
  readonly name: string
  /** The reference the container was made from, as written. */
  readonly image: string
  readonly imageId: string
  readonly createdAt: number
  /** Entrypoint and command as run. */
  readonly command: readonly string[]
  readonly labels: Readonly<Record<string, string>>
  readonly state: ContainerState
  readonly networks: readonly EndpointInfo[]
  readonly mounts: readonly MountInfo[]
  /** Published ports with the host port really taken, and exposed ones with hostPort 0. */
  readonly ports: readonly BoundPort[]
  readonly networkMode: string
}

export interface ContainerDetails extends ContainerSummary {
  readonly spec: ContainerSpec
  readonly imageConfig: ImageConfig
  readonly healthLog: readonly HealthProbe[]
  readonly failingStreak: number
  readonly logPath: string
  readonly bundle: string
  readonly netns: string
  readonly rootfs: { readonly lower: readonly string[]; readonly upper: string; readonly work: string; readonly merged: string }
  readonly cgroupPath: string
}

export interface HealthProbe {
  readonly start: number
  readonly end: number
  readonly exitCode: number
  readonly output: string
}

export interface ContainerStats {
  readonly time: number
  readonly cpuNanos: number
  readonly systemCpuNanos: number
  readonly onlineCpus: number
  readonly memoryUsage: number
  readonly memoryLimit: number
  readonly pids: number
  readonly networkRx: number
  readonly networkTx: number
  readonly blockRead: number
  readonly blockWrite: number
}

export interface MountInfo {
  readonly type: MountSpec['type']
  /** Volume name, or '' for the other types. */
  readonly name: string
  /** Where it lies on the host. */
  readonly source: string
  readonly target: string
  readonly readOnly: boolean
  readonly anonymous?: boolean
}

export interface BoundPort {
  readonly containerPort: number
  readonly protocol: 'tcp' | 'udp' | 'sctp'
  readonly hostIp: string
  readonly hostPort: number
}

export interface EndpointInfo {
  readonly network: string
  readonly networkId: string
  readonly endpointId: string
  readonly aliases: readonly string[]
  /** '' while it does not run. */
  readonly ipv4Address: string
  readonly ipv4PrefixLength: number
  readonly ipv4Gateway: string
  readonly ipv6Address: string
  readonly ipv6PrefixLength: number
  readonly ipv6Gateway: string
  readonly macAddress: string
}
