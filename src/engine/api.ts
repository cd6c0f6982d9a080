import type { EventSink } from '../base/event.ts'
import type { Healthcheck, ImageConfig, ImageConfigFile } from '../oci/image-config.ts'

/*
 * The container engine as its users see it: types only.
 * Two implementations: LocalEngine (engine/local-engine.ts) and EngineClient (daemon/client.ts, the same over a socket),
 * so every parameter and result is plain JSON. Every method takes one parameter object and an optional CallContext.
 * Times are milliseconds since the epoch, durations milliseconds, sizes bytes, unless a name says otherwise.
 */

export interface CallContext {
  /** Aborting cancels the call: what it began is undone or finished, never left half-made. */
  readonly signal?: AbortSignal
  /** Progress of this call, in docker compose's verbs. */
  readonly sink?: EventSink
}

export interface Engine {
  info(params?: Record<string, never>, context?: CallContext): Promise<EngineInfo>
  /** Everything a reconcile needs to know about one project, in one round trip. */
  observe(params: ObserveParams, context?: CallContext): Promise<ObservedState>
  /** What happens from now on (and since `since`, as far as the ring of 256 reaches), in order. */
  events(params: EventFilter, context?: CallContext): AsyncIterable<EngineEvent>
  /** What lies on the disk, each byte counted once. */
  diskUsage(params?: Record<string, never>, context?: CallContext): Promise<DiskUsage>
  /** Ends the daemon; containers go on. */
  shutdown(params?: Record<string, never>, context?: CallContext): Promise<void>
  readonly images: Images
  readonly containers: Containers
  readonly networks: Networks
  readonly volumes: Volumes
}

export interface EngineInfo {
  readonly version: string
  readonly pid: number
  readonly socket: string
  readonly dataRoot: string
  readonly runRoot: string
  readonly startedAt: number
  readonly runtime: { readonly name: string; readonly path: string; readonly version: string }
  readonly cgroup: 'v1' | 'hybrid' | 'v2'
  readonly kernel: string
  readonly firewall: string
  readonly warnings: readonly string[]
  readonly containers: { readonly total: number; readonly running: number }
  readonly images: number
}

export interface DiskUsage {
  readonly images: readonly {
    readonly image: ImageSummary
    /** Bytes other images need too: of layer trees, and of the layers as they came. */
    readonly sharedSize: number
    /** Bytes that go away with it. */
    readonly uniqueSize: number
    readonly containers: number
  }[]
  /** Of all images together. */
  readonly imagesSize: number
  readonly containers: readonly { readonly container: ContainerSummary /** What it has written. */; readonly size: number }[]
  readonly volumes: readonly { readonly volume: VolumeInfo; readonly size: number; readonly containers: number }[]
  /** Layers that nothing but the build cache needs. */
  readonly buildCache: { readonly entries: number; readonly size: number }
}

// ---------------------------------------------------------------- observation

export interface ObserveParams {
  /** Project name (label com.docker.compose.project); absent: every container the engine has. */
  readonly project?: string
  /** Image references to resolve locally in the same round trip. */
  readonly images?: readonly string[]
  /** Names of networks and volumes to look up though they may not carry the project's label (external ones). */
  readonly networks?: readonly string[]
  readonly volumes?: readonly string[]
}

export interface ObservedState {
  /** Containers in every state, sorted by name. */
  readonly containers: readonly ContainerSummary[]
  readonly networks: readonly NetworkInfo[]
  readonly volumes: readonly VolumeInfo[]
  /** Keyed by the reference asked for; null where there is no such image here. */
  readonly images: Readonly<Record<string, ImageSummary | null>>
}

export interface EventFilter {
  readonly project?: string
  readonly containers?: readonly string[]
  readonly types?: readonly EngineEvent['type'][]
  readonly since?: number
  readonly until?: number
}

/** Docker's event vocabulary: create start die stop kill restart pause unpause destroy rename oom exec_* health_status … */
export interface EngineEvent {
  readonly type: 'container' | 'image' | 'network' | 'volume' | 'daemon'
  readonly action: string
  readonly id: string
  /** Docker's Actor.Attributes: name, image, exitCode, every label … */
  readonly attributes: Readonly<Record<string, string>>
  readonly timeNano: string
}

// ---------------------------------------------------------------- containers

export interface Containers {
  /** Makes a container: rootfs snapshot, volumes (filled from the image), bundle, record. Undone whole on failure. */
  create(
    params: { readonly spec: ContainerSpec },
    context?: CallContext,
  ): Promise<{ readonly id: string; readonly warnings: readonly string[] }>
  /**
   * Idempotent: a running container stays as it is. Resolves when the process runs. With `portsFrom` its published ports
   * stay with that container, if it runs, until `takePorts`.
   */
  start(params: ContainerRef & { readonly portsFrom?: string }, context?: CallContext): Promise<void>
  /**
   * Leads published ports from one running container to another without a refused connection, then waits (5 s at most)
   * until the connections of the old one have ended. Idempotent.
   */
  takePorts(params: ContainerRef & { readonly from: string }, context?: CallContext): Promise<void>
  /** Stop signal, then SIGKILL after the grace period. Idempotent. Cancelling the call does not cancel the stop. */
  stop(params: ContainerRef & { readonly timeoutMs?: number; readonly signal?: string }, context?: CallContext): Promise<void>
  restart(params: ContainerRef & { readonly timeoutMs?: number }, context?: CallContext): Promise<void>
  kill(params: ContainerRef & { readonly signal: string }, context?: CallContext): Promise<void>
  pause(params: ContainerRef, context?: CallContext): Promise<void>
  unpause(params: ContainerRef, context?: CallContext): Promise<void>
  /** Succeeds if it is already gone. `force` kills first; `volumes` removes its anonymous volumes too. */
  remove(params: ContainerRef & { readonly force?: boolean; readonly volumes?: boolean }, context?: CallContext): Promise<void>
  rename(params: ContainerRef & { readonly name: string }, context?: CallContext): Promise<void>
  list(params: ContainerFilter, context?: CallContext): Promise<readonly ContainerSummary[]>
  inspect(params: ContainerRef, context?: CallContext): Promise<ContainerDetails>
  /** Resolves when the condition holds; rejects with DEPENDENCY_FAILED where it can no longer hold, saying why. */
  await(
    params: ContainerRef & { readonly until: AwaitCondition; readonly timeoutMs?: number },
    context?: CallContext,
  ): Promise<{ readonly exitCode: number | null }>
  /**
   * Runs a process in a running container. The files of `stdio` are the caller's own (pid + fd numbers, taken over
   * by pidfd_getfd), so the bytes never pass the engine. Resolves with the exit code, or with 0 at once if detached.
   */
  exec(
    params: ContainerRef & { readonly process: ExecSpec; readonly stdio?: CallerStdio },
    context?: CallContext,
  ): Promise<{ readonly exitCode: number }>
  /** Connects the caller's files to the container's main process until it exits or the caller detaches (signal). */
  attach(
    params: ContainerRef & { readonly stdio: CallerStdio; readonly detachKeys?: string; readonly stdin: boolean; readonly logs?: boolean },
    context?: CallContext,
  ): Promise<{ readonly exitCode: number | null; readonly detached: boolean }>
  /** Sets the terminal size of the main process, or of a running exec session of this connection. */
  resize(
    params: ContainerRef & { readonly columns: number; readonly rows: number; readonly session?: string },
    context?: CallContext,
  ): Promise<void>
  /** Log entries in order; with `follow` goes on until the container is removed, or exits for good. */
  logs(params: ContainerRef & LogOptions, context?: CallContext): AsyncIterable<readonly LogEntry[]>
  /** What the container has written over its image, by path. */
  diff(params: ContainerRef, context?: CallContext): Promise<readonly FileChange[]>
  /** Writes its root file system (without volumes and other mounts) as a tar to `path`; running containers go on. */
  export(params: ContainerRef & { readonly path: string }, context?: CallContext): Promise<void>
  top(
    params: ContainerRef,
    context?: CallContext,
  ): Promise<{ readonly titles: readonly string[]; readonly processes: readonly (readonly string[])[] }>
  stats(params: ContainerRef, context?: CallContext): Promise<ContainerStats>
  /**
   * Makes paths in the container equal to paths of the host: what is there is written (each file at once or not at all),
   * what is gone is removed. Volumes below are written to as the container would; nothing in the image is needed, and
   * stopped containers are changed too. One path's failure does not keep the others from being done.
   */
  sync(params: ContainerRef & SyncParams, context?: CallContext): Promise<SyncResult>
}

export interface SyncParams {
  /** In order: a directory stands before what is in it. Empty: only gets ready for more. */
  readonly paths: readonly SyncPath[]
  /** `user[:group]` of the container that owns what is written; absent: the one it runs as. */
  readonly owner?: string
  /** Leaves alone what has the same content already, and removes nothing. */
  readonly compare?: boolean
}

export interface SyncPath {
  /** Absolute, on the host. A link is copied as a link, a directory without what is in it. */
  readonly source: string
  /** Absolute, in the container; links on the way are followed inside it. */
  readonly target: string
}

export interface SyncResult {
  readonly written: number
  readonly removed: number
  readonly unchanged: number
  readonly failures: readonly { readonly target: string; readonly message: string }[]
}

export interface FileChange {
  readonly kind: 'added' | 'changed' | 'deleted'
  /** Absolute path in the container. */
  readonly path: string
}

/** A container by full id, unique id prefix (>= 4) or name. */
export interface ContainerRef {
  readonly container: string
}

/** The caller's own open files: pid of the calling process (checked against the socket's peer) and fd numbers there. */
export interface CallerStdio {
  readonly pid: number
  readonly stdin?: number
  readonly stdout?: number
  readonly stderr?: number
  /** Size of the caller's terminal, where the process gets one. */
  readonly columns?: number
  readonly rows?: number
}

export interface ExecSpec {
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly workingDir?: string
  readonly user?: string
  readonly tty?: boolean
  readonly detach?: boolean
  readonly privileged?: boolean
  /** Names the session for `resize`. */
  readonly session?: string
}

export type AwaitCondition = 'started' | 'running' | 'healthy' | 'running-or-healthy' | 'completed' | 'exited' | 'removed'

export interface LogOptions {
  readonly follow?: boolean
  /** Last N lines; absent: all. */
  readonly tail?: number
  readonly since?: number
  readonly until?: number
}

export interface LogEntry {
  readonly stream: 'stdout' | 'stderr'
  /** RFC 3339 with nanoseconds, as the monitor wrote it. */
  readonly time: string
  /** One line without its newline; `partial` where the process has not ended it yet. */
  readonly text: string
  readonly partial?: boolean
}

export interface ContainerFilter {
  readonly all?: boolean
  readonly project?: string
  /** `key` or `key=value`, all of them must match. */
  readonly labels?: readonly string[]
  readonly names?: readonly string[]
}

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

export interface BoundPort {
  readonly containerPort: number
  readonly protocol: 'tcp' | 'udp' | 'sctp'
  readonly hostIp: string
  readonly hostPort: number
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

// ---------------------------------------------------------------- networks

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

// ---------------------------------------------------------------- volumes

export interface Volumes {
  /** Idempotent for an equal spec; rejects VOLUME_EXISTS where it differs. */
  create(params: { readonly spec: VolumeSpec }, context?: CallContext): Promise<VolumeInfo>
  /** Succeeds if it is already gone; rejects VOLUME_IN_USE naming the containers. */
  remove(params: { readonly volume: string; readonly force?: boolean }, context?: CallContext): Promise<void>
  list(params?: { readonly project?: string; readonly labels?: readonly string[] }, context?: CallContext): Promise<readonly VolumeInfo[]>
  inspect(params: { readonly volume: string }, context?: CallContext): Promise<VolumeInfo>
}

export interface VolumeSpec {
  readonly name: string
  readonly driver?: string
  readonly driverOptions?: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
}

export interface VolumeInfo extends VolumeSpec {
  readonly createdAt: number
  readonly mountpoint: string
  readonly anonymous: boolean
}

// ---------------------------------------------------------------- images

export interface Images {
  /** Layers come as child events of the image's. Single flight: one download however many ask. */
  pull(params: PullParams, context?: CallContext): Promise<ImageSummary>
  push(
    params: { readonly reference: string; readonly credentials?: RegistryCredentials },
    context?: CallContext,
  ): Promise<{ readonly digest: string }>
  build(params: BuildSpec, context?: CallContext): Promise<ImageSummary>
  /** Checks the Dockerfile and builds nothing. `failing`: the file asks for warnings to count as errors. */
  checkBuild(params: BuildSpec, context?: CallContext): Promise<{ readonly warnings: readonly BuildWarning[]; readonly failing: boolean }>
  /** Deletes layers, downloads and cache mounts that builds keep for later, `unusedFor` milliseconds and longer. */
  pruneBuildCache(
    params: { readonly unusedFor?: number },
    context?: CallContext,
  ): Promise<{ readonly removed: number; readonly bytes: number }>
  /** `path` is a docker-archive or OCI layout tar, plain or compressed. */
  load(params: { readonly path: string }, context?: CallContext): Promise<readonly ImageSummary[]>
  save(params: { readonly references: readonly string[]; readonly path: string }, context?: CallContext): Promise<void>
  /** Makes a one-layer image of a root file system tar; `changes` are Dockerfile lines (`CMD ["sh"]`). */
  import(
    params: {
      readonly path: string
      readonly reference?: string
      readonly changes?: readonly string[]
      readonly message?: string
      readonly platform?: string
    },
    context?: CallContext,
  ): Promise<ImageSummary>
  /** Makes a base image from the distribution's own packages (debootstrap). */
  bootstrap(
    params: { readonly reference: string; readonly suite?: string; readonly packages?: readonly string[] },
    context?: CallContext,
  ): Promise<ImageSummary>
  /** Makes an image of a container: its image and what it has written. `changes` as for import; it stands still meanwhile unless `pause` is false. */
  commit(
    params: {
      readonly container: string
      readonly reference?: string
      readonly author?: string
      readonly message?: string
      readonly changes?: readonly string[]
      readonly pause?: boolean
    },
    context?: CallContext,
  ): Promise<ImageSummary>
  /** Removes images without a name that no container is of; with `all` every image that no container is of. */
  prune(
    params: {
      readonly all?: boolean
      /** Only images made before, milliseconds since the epoch. */
      readonly until?: number
      /** `key` or `key=value`, all of them must match. */
      readonly labels?: readonly string[]
    },
    context?: CallContext,
  ): Promise<{ readonly lines: readonly string[]; readonly bytes: number }>
  tag(params: { readonly image: string; readonly reference: string }, context?: CallContext): Promise<void>
  /** Untags; deletes when the last name is gone. Rejects IMAGE_IN_USE unless forced. Returns docker's `Untagged:`/`Deleted:` lines. */
  remove(params: { readonly image: string; readonly force?: boolean }, context?: CallContext): Promise<readonly string[]>
  list(params?: Record<string, never>, context?: CallContext): Promise<readonly ImageSummary[]>
  inspect(params: { readonly image: string }, context?: CallContext): Promise<ImageDetails>
}

export interface RegistryCredentials {
  readonly username?: string
  readonly password?: string
  readonly identityToken?: string
}

export interface PullParams {
  readonly reference: string
  /** `linux/arm64/v8`; absent: the host's. */
  readonly platform?: string
  readonly credentials?: RegistryCredentials
}

export interface ImageSummary {
  /** `sha256:…`, digest of the config. */
  readonly id: string
  /** `nginx:1.27`, familiar form; empty for a dangling image. */
  readonly tags: readonly string[]
  /** `nginx@sha256:…`. */
  readonly digests: readonly string[]
  readonly createdAt: number
  /** When it was last pulled, built or tagged here; absent: as old as `createdAt`. */
  readonly taggedAt?: number
  /** Bytes of all unpacked layers. */
  readonly size: number
  readonly labels: Readonly<Record<string, string>>
  readonly platform: string
}

export interface ImageDetails extends ImageSummary {
  readonly config: ImageConfig
  /** The whole config: history, layers' diffIDs, platform. */
  readonly configFile: ImageConfigFile
  /** Unpacked bytes of each layer, bottom first. */
  readonly layerSizes?: readonly number[]
  readonly containers: readonly string[]
  readonly author: string
  readonly comment: string
}

export interface BuildSpec {
  /** Absolute directory. */
  readonly context: string
  /** Relative to the context, or absolute. Absent: `Dockerfile`. */
  readonly dockerfile?: string
  readonly dockerfileInline?: string
  readonly args?: Readonly<Record<string, string>>
  readonly target?: string
  readonly tags: readonly string[]
  readonly labels?: Readonly<Record<string, string>>
  readonly noCache?: boolean
  /** Look for newer base images though they are here. */
  readonly pull?: boolean
  /** `default`, `none`, `host`. */
  readonly network?: string
  readonly extraHosts?: readonly string[]
  readonly shmSize?: number
  readonly ulimits?: ContainerSpec['ulimits']
  readonly platform?: string
  readonly additionalContexts?: Readonly<Record<string, string>>
  readonly secrets?: readonly { readonly id: string; readonly path?: string; readonly env?: string; readonly value?: string }[]
  /** SSH agents' sockets, or private keys, by id; `default` also serves git. */
  readonly ssh?: readonly { readonly id: string; readonly path: string }[]
  /** Where layers of earlier builds may be found, and where this one's are to go: docker's `type=…,…` texts. */
  readonly cacheFrom?: readonly string[]
  readonly cacheTo?: readonly string[]
  readonly credentials?: Readonly<Record<string, RegistryCredentials>>
}

export interface BuildWarning {
  /** Name of the rule, as Docker's checks have it. */
  readonly rule: string
  readonly detail: string
  readonly file: string
  readonly line: number
}
