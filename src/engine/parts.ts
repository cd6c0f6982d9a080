import type { Descriptor } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import type { ImageConfigFile } from '../oci/image-config.ts'
import type { Reference } from '../oci/reference.ts'
import type * as api from './api.ts'

/*
 * What the engine's parts need of each other: types only. Each part is a factory that takes these as parameters;
 * engine/local-engine.ts is the one place that knows them all.
 */

/** Fixed places; nothing in the environment moves them. Tests mount file systems of their own over them. */
export interface EnginePaths {
  /** Survives reboots: `/var/lib/tscompose`. */
  readonly dataRoot: string
  /** Does not: `/run/tscompose`. */
  readonly runRoot: string
}

/** Where a part says what happened; the engine adds time and fans it out. State is written before the event is emitted. */
export type EmitEvent = (event: Omit<api.EngineEvent, 'timeNano'>) => void

/** An image as containers and builds need it. */
export interface ResolvedImage {
  readonly id: string
  readonly config: ImageConfigFile
  /** chainID of the top layer, '' for an image without layers. */
  readonly chainId: string
  /** Images of other platforms that go by the same name, by ID. */
  readonly variants?: readonly string[]
}

export interface ImageResolver {
  /** By reference, full ID, or unique ID prefix. Rejects IMAGE_NOT_FOUND with a hint. */
  resolve(image: string): Promise<ResolvedImage>
}

/** Overlay directories of one container or build step. */
export interface Rootfs {
  readonly lower: readonly string[]
  readonly upper: string
  readonly work: string
  readonly merged: string
}

export interface Snapshotter {
  /** Read-only directories of a chain, top first. */
  lowers(chainId: string): Promise<readonly string[]>
  /** True when every layer of the chain is committed here. */
  has(chainId: string): boolean
  /**
   * Makes the writable directories over a chain under `key` (a container id). Not mounted yet. Rejects LAYER_MISSING,
   * SNAPSHOT_EXISTS. `volatile`: never flushed to disk, for what is worth nothing after a power loss (build steps).
   */
  prepare(key: string, chainId: string, options?: { readonly volatile?: boolean }): Promise<Rootfs>
  /** Mounts it (idempotent); merged is a mount point afterwards. */
  mount(key: string): Promise<Rootfs>
  unmount(key: string): Promise<void>
  /** Unmounts and deletes. Succeeds if it is already gone. */
  remove(key: string): Promise<void>
  /**
   * Turns the writable directory of `key` into a committed layer on top of its chain and removes `key`.
   * The diffID is the sha256 of the layer's tar stream, made off the event loop.
   */
  commit(key: string): Promise<{ readonly diffId: string; readonly chainId: string; readonly size: number }>
  /** What the writable directory changes of the chain below. */
  changes(key: string): Promise<readonly api.FileChange[]>
  /** Writes the layer tar of the writable directory to a new file. */
  exportWritable(key: string, path: string): Promise<{ readonly diffId: string; readonly size: number }>
  /** Writes a tar of the whole, which must be mounted, to a new file. */
  exportTree(key: string, path: string): Promise<void>
}

/** Bytes by digest: manifests, configs and compressed layers. Nothing is visible here that was not verified. */
export interface ContentStore {
  has(digest: Digest): Promise<boolean>
  /** Where the blob lies, or would lie. */
  path(digest: Digest): string
  /** Where its bytes are gathered; survives restarts, so that a download goes on where it stopped. */
  partialPath(digest: Digest): string
  /** Reads a small blob and checks its digest. Rejects BLOB_MISSING, BLOB_DAMAGED (which is removed). */
  read(digest: Digest, maxBytes: number): Promise<Buffer>
  /** Stores bytes, durably. Idempotent. */
  write(bytes: Uint8Array): Promise<Digest>
  /** Takes over a file on the same file system whose digest the caller has verified. Idempotent. */
  adopt(path: string, digest: Digest): Promise<void>
  /** Succeeds if it is already gone. */
  remove(digest: Digest): Promise<void>
  /** Gives up the partial bytes of a download. */
  discardPartial(digest: Digest): Promise<void>
  /** A new empty directory on the same file system, collected at the next start if it is left behind. */
  scratch(): Promise<string>
  /** Removes blobs for which `isKept` is false when their turn comes, what earlier runs left, partial downloads older than a week. */
  collect(isKept: (digest: string) => boolean): Promise<void>
}

/** Certificates for one registry, PEM. */
export interface TlsFiles {
  /** Trusted besides the system's authorities. */
  readonly ca: readonly string[]
  /** What this client shows, with the keys in the same order. */
  readonly cert: readonly string[]
  readonly key: readonly string[]
}

/** URLs of proxies, '' for none; `none` lists what is reached without (NO_PROXY). */
export interface ProxySettings {
  readonly http: string
  readonly https: string
  readonly none: string
}

/** How a registry is reached, as data. */
export interface Connection {
  /** Certificates are not checked. */
  readonly insecureTls: boolean
  /** Only for the host it was kept for. */
  readonly tls?: TlsFiles
  readonly proxies?: ProxySettings
}

/** A layer's bytes at a registry, as data that can be handed to a worker thread. */
export interface BlobSource extends Connection {
  readonly url: string
  readonly digest: Digest
  readonly size: number
  /** Absent for places that must not see credentials. */
  readonly authorization?: string
}

/** Where a layer's bytes go at a registry, as data that can be handed to a worker thread. */
export interface BlobTarget extends Connection {
  /** Where uploads begin. */
  readonly url: string
  readonly digest: Digest
  readonly size: number
  readonly authorization?: string
}

/** One repository of a registry, for one pull or push. It stays with the endpoint (mirror, scheme) that answered first. */
export interface Repository {
  /** By tag or digest; the bytes are checked against a digest that was asked for. Rejects IMAGE_NOT_FOUND, UNAUTHORIZED, REGISTRY_UNAVAILABLE. */
  manifest(
    tagOrDigest: string,
    signal?: AbortSignal,
  ): Promise<{ readonly bytes: Buffer; readonly mediaType: string; readonly digest: Digest }>
  /** A small blob, verified. */
  blob(descriptor: Descriptor, maxBytes: number, signal?: AbortSignal): Promise<Buffer>
  source(descriptor: Descriptor): BlobSource
  /** Authorization after a 401 in the middle of a download; undefined where there is none to be had. */
  reauthorize(challenge: string): Promise<string | undefined>
  hasBlob(digest: Digest, signal?: AbortSignal): Promise<boolean>
  /** Makes a blob of another repository of this registry one of this one's; false where the registry does not. */
  mountBlob(digest: Digest, from: string, signal?: AbortSignal): Promise<boolean>
  /** For an upload in a worker thread; asked after the first request, so that the endpoint is known. */
  target(descriptor: Descriptor): BlobTarget
  /** Uploads a file from this thread: for small ones. */
  uploadFile(path: string, descriptor: Descriptor, signal?: AbortSignal): Promise<void>
  putManifest(tagOrDigest: string, bytes: Buffer, mediaType: string, signal?: AbortSignal): Promise<void>
}

export interface RegistryClient {
  repository(
    reference: Reference,
    options?: {
      readonly credentials?: api.RegistryCredentials
      readonly push?: boolean
      /** Repositories of the same registry that blobs may be mounted from. */
      readonly mountFrom?: readonly string[]
    },
  ): Promise<Repository>
}

/** One committed, read-only layer. */
export interface LayerInfo {
  readonly chainId: string
  readonly diffId: string
  /** '' for the lowest layer. */
  readonly parentChainId: string
  /** Bytes of its files. */
  readonly size: number
  /** Milliseconds since the epoch. */
  readonly createdAt: number
}

/** Layers by chainID, as the image part fills and empties them. */
export interface LayerStore {
  /** A new empty directory for a layer's tree in overlayfs form; thrown away at the next start if it is not committed. */
  stage(): Promise<{ readonly dir: string }>
  /** Throws a staged directory away. Succeeds if it is already gone. */
  discardStaged(dir: string): Promise<void>
  /**
   * Writes down what a staged directory is to become, so that one flush of the file system covers it too: an empty
   * description after a power loss would cost the layer.
   */
  describeStaged(params: { readonly dir: string; readonly diffId: string; readonly parentChainId: string; readonly size: number }): void
  /**
   * Turns a staged directory into the layer `diffId` on top of `parentChainId` ('' for none; it need not be there yet).
   * By rename: at once or not at all. If the layer is there already the staged one is thrown away.
   * Durable only if the file system was synced before.
   */
  commitStaged(params: {
    readonly dir: string
    readonly diffId: string
    readonly parentChainId: string
    readonly size: number
  }): Promise<{ readonly chainId: string }>
  /** The layer alone; `Snapshotter.has` asks for the whole chain. */
  layer(chainId: string): LayerInfo | undefined
  listLayers(): readonly LayerInfo[]
  /** Succeeds if it is already gone; rejects LAYER_IN_USE under another layer or a container. */
  removeLayer(chainId: string): Promise<void>
  /**
   * Removes every layer that is in none of these chains and under no container. The caller names what it is about to
   * use as well (pulls that are under way).
   */
  gc(keepChainIds: readonly string[]): Promise<{ readonly removed: readonly string[]; readonly bytes: number }>
  /** Writes the layer's tar to a new file; the same bytes each time, for layers made here those of the diffID. */
  exportLayer(chainId: string, path: string): Promise<{ readonly diffId: string; readonly size: number }>
}

export interface SnapshotStore extends Snapshotter, LayerStore {
  /** Keys of all prepared root file systems. */
  keys(): readonly string[]
  /** Bytes the container has written. */
  usage(key: string): Promise<number>
  close(): Promise<void>
}

export interface ImageCommitter {
  /** Stores a config over layers already committed, tags it; returns the image ID. */
  put(params: {
    readonly config: ImageConfigFile
    readonly tags: readonly string[]
    readonly labels?: Readonly<Record<string, string>>
    /** Images of other platforms that go by the same tags, by ID. */
    readonly variants?: readonly string[]
  }): Promise<api.ImageSummary>
}

export interface VolumeProvider {
  /** Makes the volume where it is missing (never when it exists with another spec). */
  ensure(spec: api.VolumeSpec & { readonly anonymous?: boolean }): Promise<api.VolumeInfo>
  inspect(name: string): Promise<api.VolumeInfo>
  /** Mounts driver-backed volumes (`o=bind`, nfs, tmpfs) and returns the host path; reference counted by `user`. */
  acquire(name: string, user: string): Promise<string>
  release(name: string, user: string): Promise<void>
  remove(name: string): Promise<void>
}

/** Everything the network part does for one container. */
export interface ContainerNetwork {
  readonly containerId: string
  readonly containerName: string
  readonly hostname: string
  readonly netnsPath: string
  readonly endpoints: readonly api.EndpointSpec[]
  readonly ports: readonly api.PortSpec[]
  /** Container that has these ports as long as it runs; they are claimed by `takePorts`. */
  readonly portsFrom?: string
  /** `53/udp`: ports the container's programs are known to listen on, published or not. */
  readonly expose?: readonly string[]
  readonly links?: Readonly<Record<string, string>>
  readonly sysctls?: Readonly<Record<string, string>>
  readonly dns?: readonly string[]
  readonly dnsSearch?: readonly string[]
  readonly dnsOptions?: readonly string[]
}

export interface NetworkSetup {
  readonly endpoints: readonly api.EndpointInfo[]
  readonly ports: readonly api.BoundPort[]
  /** Content of /etc/resolv.conf. */
  readonly resolvConf: string
  /** Addresses for /etc/hosts: `address -> names`, the container's own ones. */
  readonly hosts: readonly { readonly address: string; readonly names: readonly string[] }[]
  /** Address `host-gateway` stands for. */
  readonly hostGateway: string
}

export interface NetworkProvider {
  /**
   * Claims addresses and ports, makes netns, veth, addresses, routes, firewall rules, DNS records. All or nothing.
   * Calls that arrive together share one firewall transaction.
   */
  setup(container: ContainerNetwork): Promise<NetworkSetup>
  /** Undoes setup. Succeeds for what is already gone. */
  teardown(containerId: string): Promise<void>
  connect(containerId: string, endpoint: api.EndpointSpec): Promise<NetworkSetup>
  disconnect(containerId: string, network: string): Promise<NetworkSetup>
  /** Live endpoints, from memory. */
  endpoints(containerId: string): readonly api.EndpointInfo[]
  rename(containerId: string, name: string): Promise<void>
  /**
   * Leads the published ports of one running container to another without a moment in which nobody answers; ports the
   * giver does not have are claimed. Returns what each has afterwards. Idempotent.
   */
  takePorts(containerId: string, from: string): Promise<{ readonly own: readonly api.BoundPort[]; readonly left: readonly api.BoundPort[] }>
  /** After a daemon start: keeps what belongs to these containers and is still there, removes the rest. */
  restore(running: readonly string[]): Promise<void>
}

export interface NetworkStore extends api.Networks {
  close(): Promise<void>
}

/** Runs a build step's process; the container part's runtime behind a small interface. */
export interface StepRunner {
  run(params: {
    readonly key: string
    readonly rootfs: string
    readonly args: readonly string[]
    readonly env: readonly string[]
    readonly workingDir: string
    readonly user: string
    readonly network: string
    readonly hostname?: string
    readonly extraHosts?: readonly string[]
    readonly shmSize?: number
    readonly ulimits?: api.ContainerSpec['ulimits']
    readonly mounts?: readonly {
      readonly source: string
      readonly target: string
      readonly readOnly: boolean
      readonly type?: 'bind' | 'tmpfs'
    }[]
    readonly privileged?: boolean
    readonly onOutput: (chunk: { readonly stream: 'stdout' | 'stderr'; readonly data: Uint8Array }) => void
    readonly signal?: AbortSignal
  }): Promise<{ readonly exitCode: number }>
  /** Takes away what it keeps for the next step. */
  close(): Promise<void>
}
