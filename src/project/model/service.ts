import type { Build } from './build.ts'
import type { Deploy } from './deploy.ts'
import type { Develop } from './develop.ts'
import type { BlkioConfig, DeviceMapping, DeviceRequest } from './devices.ts'
import type { Extensible, NullableStringMap, StringMap } from './extensible.ts'

export interface Service extends Extensible {
  readonly name: string
  readonly annotations?: StringMap
  readonly attach?: boolean
  readonly blkio_config?: BlkioConfig
  readonly build?: Build
  readonly cap_add?: readonly string[]
  readonly cap_drop?: readonly string[]
  readonly cgroup?: string
  readonly cgroup_parent?: string
  /** Arguments after shell-words splitting; null: the image's. */
  readonly command: readonly string[] | null
  readonly configs?: readonly FileGrant[]
  readonly container_name?: string
  readonly cpu_count?: number
  readonly cpu_percent?: number
  readonly cpu_period?: number
  readonly cpu_quota?: number
  readonly cpu_rt_period?: number
  readonly cpu_rt_runtime?: number
  readonly cpu_shares?: number
  readonly cpus?: number
  readonly cpuset?: string
  readonly credential_spec?: CredentialSpec
  /** Written and implied (links, network_mode: service:x, volumes_from …). */
  readonly depends_on?: Readonly<Record<string, Dependency>>
  readonly deploy?: Deploy
  readonly develop?: Develop
  readonly device_cgroup_rules?: readonly string[]
  readonly devices?: readonly DeviceMapping[]
  readonly dns?: readonly string[]
  readonly dns_opt?: readonly string[]
  readonly dns_search?: readonly string[]
  readonly domainname?: string
  readonly entrypoint: readonly string[] | null
  readonly env_file?: readonly EnvFile[]
  /** With env_file merged in. A variable without value anywhere is null: it is not set in the container. */
  readonly environment?: NullableStringMap
  readonly expose?: readonly string[]
  readonly external_links?: readonly string[]
  /** Host name -> addresses (`host-gateway` is one of the possible addresses). */
  readonly extra_hosts?: Readonly<Record<string, readonly string[]>>
  readonly gpus?: readonly DeviceRequest[]
  readonly group_add?: readonly string[]
  readonly healthcheck?: Healthcheck
  readonly hostname?: string
  readonly image?: string
  readonly init?: boolean
  readonly ipc?: string
  readonly isolation?: string
  readonly label_file?: readonly string[]
  /** With label_file merged in. */
  readonly labels?: StringMap
  readonly links?: readonly string[]
  readonly logging?: Logging
  readonly mac_address?: string
  readonly mem_limit?: number
  readonly mem_reservation?: number
  readonly mem_swappiness?: number
  /** -1 is without limit. */
  readonly memswap_limit?: number
  readonly models?: Readonly<Record<string, ModelGrant | null>>
  readonly network_mode?: string
  /** Keyed by the network's key in `Project.networks`; null where nothing more is said. */
  readonly networks?: Readonly<Record<string, ServiceNetwork | null>>
  readonly oom_kill_disable?: boolean
  readonly oom_score_adj?: number
  readonly pid?: string
  readonly pids_limit?: number
  readonly platform?: string
  readonly ports?: readonly Port[]
  readonly post_start?: readonly Hook[]
  readonly pre_start?: readonly Hook[]
  readonly pre_stop?: readonly Hook[]
  readonly privileged?: boolean
  readonly profiles?: readonly string[]
  readonly provider?: Provider
  readonly pull_policy?: string
  /** Milliseconds after which `pull_policy: refresh` pulls again. */
  readonly pull_refresh_after?: number
  readonly read_only?: boolean
  readonly restart?: string
  readonly runtime?: string
  readonly scale?: number
  readonly secrets?: readonly FileGrant[]
  readonly security_opt?: readonly string[]
  readonly shm_size?: number
  readonly stdin_open?: boolean
  readonly stop_grace_period?: number
  readonly stop_signal?: string
  readonly storage_opt?: StringMap
  readonly sysctls?: StringMap
  readonly tmpfs?: readonly string[]
  readonly tty?: boolean
  readonly ulimits?: Readonly<Record<string, Ulimit>>
  readonly use_api_socket?: boolean
  readonly user?: string
  readonly userns_mode?: string
  readonly uts?: string
  readonly volumes?: readonly ServiceVolume[]
  readonly volumes_from?: readonly string[]
  readonly working_dir?: string
}

export interface Dependency extends Extensible {
  readonly condition: 'service_started' | 'service_healthy' | 'service_completed_successfully'
  readonly required: boolean
  readonly restart?: boolean
}

export interface Port extends Extensible {
  readonly name?: string
  readonly mode?: string
  readonly host_ip?: string
  readonly target: number
  /** One port or a range to pick from (`8000-8010`); absent: any free one. */
  readonly published?: string
  readonly protocol?: string
  readonly app_protocol?: string
}

export type MountType = 'volume' | 'bind' | 'tmpfs' | 'image' | 'npipe' | 'cluster'

export interface ServiceVolume extends Extensible {
  readonly type: MountType
  /** Key in `Project.volumes` (type volume), absolute host path (bind), image (image); absent: anonymous volume. */
  readonly source?: string
  readonly target: string
  readonly read_only?: boolean
  readonly consistency?: string
  readonly bind?: {
    readonly selinux?: string
    readonly propagation?: string
    readonly create_host_path?: boolean
    readonly recursive?: string
  } & Extensible
  readonly volume?: { readonly labels?: StringMap; readonly nocopy?: boolean; readonly subpath?: string } & Extensible
  readonly tmpfs?: { readonly size?: number; readonly mode?: number } & Extensible
  readonly image?: { readonly subpath?: string } & Extensible
}

/** One config or secret given to a service (or a secret given to a build). */
export interface FileGrant extends Extensible {
  /** Key in `Project.configs` or `Project.secrets`. */
  readonly source: string
  readonly target?: string
  readonly uid?: string
  readonly gid?: string
  /** Permission bits, such as 0o440. */
  readonly mode?: number
}

export interface EnvFile {
  readonly path: string
  readonly required: boolean
  readonly format?: string
}

export interface Healthcheck extends Extensible {
  /** `[NONE]`, `[CMD, …]` or `[CMD-SHELL, command]`. */
  readonly test?: readonly string[]
  readonly interval?: number
  readonly timeout?: number
  readonly retries?: number
  readonly start_period?: number
  readonly start_interval?: number
  readonly disable?: boolean
}

export interface ServiceNetwork extends Extensible {
  readonly aliases?: readonly string[]
  readonly driver_opts?: StringMap
  readonly gw_priority?: number
  readonly interface_name?: string
  readonly ipv4_address?: string
  readonly ipv6_address?: string
  readonly link_local_ips?: readonly string[]
  readonly mac_address?: string
  readonly priority?: number
}

export interface Logging extends Extensible {
  readonly driver?: string
  readonly options?: StringMap
}

export interface Ulimit extends Extensible {
  /** Both limits at once, where one number was written; then `soft` and `hard` are absent. */
  readonly single?: number
  readonly soft?: number
  readonly hard?: number
}

export interface Hook extends Extensible {
  readonly command?: readonly string[] | null
  readonly user?: string
  readonly privileged?: boolean
  readonly working_dir?: string
  readonly environment?: NullableStringMap
  /** pre_start only. */
  readonly image?: string
  readonly per_replica?: boolean
}

export interface Provider extends Extensible {
  readonly type: string
  readonly options?: Readonly<Record<string, readonly string[]>>
}

export interface ModelGrant extends Extensible {
  readonly endpoint_var?: string
  readonly model_var?: string
}

export interface CredentialSpec extends Extensible {
  readonly config?: string
  readonly file?: string
  readonly registry?: string
}
