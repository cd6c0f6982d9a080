/*
 * The project as every later layer sees it: immutable, short forms expanded, maps keyed by name.
 * Attributes keep the names of the compose file, so that a path in a diagnostic, in a rule table, in `config` output
 * and in code is one and the same word. Values are typed: durations are milliseconds, sizes bytes, ports numbers,
 * commands lists of arguments. Absent means "not written and without a default of compose's own".
 */

export interface Project {
  readonly name: string
  /** Absolute project directory; relative paths of the files are resolved already. */
  readonly workingDir: string
  /** Absolute paths of the compose files, in merge order; `-` for standard input. */
  readonly configFiles: readonly string[]
  /** Absolute paths of the `.env` files that were read. */
  readonly envFiles: readonly string[]
  readonly activeProfiles: readonly string[]
  /** Services to work on, keyed by name in alphabetical order. */
  readonly services: Readonly<Record<string, Service>>
  /** Services left out by profiles or by selection. */
  readonly disabledServices: Readonly<Record<string, Service>>
  readonly networks: Readonly<Record<string, Network>>
  readonly volumes: Readonly<Record<string, Volume>>
  readonly configs: Readonly<Record<string, FileObject>>
  readonly secrets: Readonly<Record<string, FileObject>>
  readonly models: Readonly<Record<string, Model>>
  /** Top-level `x-` keys, interpolated. */
  readonly extensions: Readonly<Record<string, unknown>>
}

/** Extension keys are kept where they were written. */
export interface Extensible {
  readonly [extension: `x-${string}`]: unknown
}

export type StringMap = Readonly<Record<string, string>>
/** A null value asks for the variable of the project's environment; what is still null after loading has no value at all. */
export type NullableStringMap = Readonly<Record<string, string | null>>

// ---------------------------------------------------------------- services

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

export interface DeviceMapping extends Extensible {
  readonly source: string
  readonly target?: string
  readonly permissions?: string
}

/** A device asked for by capability (`gpus`, `deploy.resources.reservations.devices`). */
export interface DeviceRequest extends Extensible {
  readonly capabilities?: readonly string[]
  readonly driver?: string
  /** -1 stands for all. */
  readonly count?: number
  readonly device_ids?: readonly string[]
  readonly options?: StringMap
}

export interface BlkioConfig extends Extensible {
  readonly weight?: number
  readonly weight_device?: readonly ({ readonly path: string; readonly weight: number } & Extensible)[]
  readonly device_read_bps?: readonly ThrottleDevice[]
  readonly device_read_iops?: readonly ThrottleDevice[]
  readonly device_write_bps?: readonly ThrottleDevice[]
  readonly device_write_iops?: readonly ThrottleDevice[]
}

export interface ThrottleDevice extends Extensible {
  readonly path: string
  readonly rate: number
}

// ---------------------------------------------------------------- build

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

// ---------------------------------------------------------------- deploy, develop

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

export interface Develop extends Extensible {
  readonly watch?: readonly WatchRule[]
}

export type WatchAction = 'sync' | 'rebuild' | 'restart' | 'sync+restart' | 'sync+exec'

export interface WatchRule extends Extensible {
  /** Absolute. */
  readonly path: string
  readonly action: WatchAction
  readonly target?: string
  readonly ignore?: readonly string[]
  readonly include?: readonly string[]
  readonly initial_sync?: boolean
  readonly exec?: Hook
}

// ---------------------------------------------------------------- networks, volumes, configs, secrets, models

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
