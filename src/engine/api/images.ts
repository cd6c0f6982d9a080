import type { LabelFilter } from '../../base/labels.ts'
import type { ImageConfig, ImageConfigFile } from '../../oci/image-config.ts'
import type { ContainerSpec } from './container-spec.ts'
import type { CallContext } from './engine.ts'

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
    params: LabelFilter & {
      readonly all?: boolean
      /** Only images made before, milliseconds since the epoch. */
      readonly until?: number
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
  /** The image gets no tag: for one of another platform, whose name stays with the host's. */
  readonly unnamed?: boolean
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
  /** Images of other platforms under the same name, by ID. */
  readonly variants?: readonly string[]
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
  /** Names of stages that are built without the cache. */
  readonly noCacheFilter?: readonly string[]
  /** Look for newer base images though they are here. */
  readonly pull?: boolean
  /** `default`, `none`, `host`. */
  readonly network?: string
  readonly extraHosts?: readonly string[]
  readonly shmSize?: number
  readonly ulimits?: ContainerSpec['ulimits']
  /** One image for each, under the same names: `linux/arm64/v8`. Absent: the host's. */
  readonly platforms?: readonly string[]
  readonly additionalContexts?: Readonly<Record<string, string>>
  readonly secrets?: readonly { readonly id: string; readonly path?: string; readonly env?: string; readonly value?: string }[]
  /** SSH agents' sockets, or private keys, by id; `default` also serves git. */
  readonly ssh?: readonly { readonly id: string; readonly path: string }[]
  /** Where layers of earlier builds may be found, and where this one's are to go: docker's `type=…,…` texts. */
  readonly cacheFrom?: readonly string[]
  readonly cacheTo?: readonly string[]
  /** What RUN may ask for beyond its sandbox: `network.host`, `security.insecure`. */
  readonly entitlements?: readonly string[]
  readonly credentials?: Readonly<Record<string, RegistryCredentials>>
}

export interface BuildWarning {
  /** Name of the rule, as Docker's checks have it. */
  readonly rule: string
  readonly detail: string
  readonly file: string
  readonly line: number
}
