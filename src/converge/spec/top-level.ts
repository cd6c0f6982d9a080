import { TscomposeError } from '../../base/errors.ts'
import type { BuildSpec, NetworkSpec, VolumeSpec } from '../../engine/api.ts'
import { formatPlatform, hostPlatform, parsePlatform, platformDistance } from '../../oci/platform.ts'
import type { Build, Network, Project, Service, Volume } from '../../project/model.ts'
import { hashNetwork, hashVolume } from '../config-hash.ts'
import { composeVersion, label } from '../labels.ts'
import { imageReference } from '../names.ts'
import { compact, nonEmpty } from './compact.ts'
import { textOf } from './files.ts'
import { extraHostsOf } from './network.ts'
import { ulimitsOf } from './resources.ts'

/** The network a project asks for, labelled with its hash. Not for external ones. */
export function networkSpec(project: Project, key: string, network: Network): NetworkSpec {
  const spec: NetworkSpec = compact({
    name: network.name,
    driver: network.driver,
    driverOptions: network.driver_opts,
    internal: network.internal,
    attachable: network.attachable,
    enableIpv4: network.enable_ipv4,
    enableIpv6: network.enable_ipv6,
    ipam:
      network.ipam === undefined
        ? undefined
        : compact({
            driver: network.ipam.driver,
            options: network.ipam.options,
            config: nonEmpty(
              network.ipam.config?.map((pool) =>
                compact({ subnet: pool.subnet, ipRange: pool.ip_range, gateway: pool.gateway, auxAddresses: pool.aux_addresses }),
              ),
            ),
          }),
    labels: network.labels ?? {},
  })
  return { ...spec, labels: { ...spec.labels, ...objectLabels(project, hashNetwork(spec)), [label.network]: key } }
}

/** The volume a project asks for, labelled with its hash. Not for external ones. */
export function volumeSpec(project: Project, key: string, volume: Volume): VolumeSpec {
  const spec: VolumeSpec = compact({
    name: volume.name,
    driver: volume.driver,
    driverOptions: volume.driver_opts,
    labels: volume.labels ?? {},
  })
  return { ...spec, labels: { ...spec.labels, ...objectLabels(project, hashVolume(spec)), [label.volume]: key } }
}

function objectLabels(project: Project, hash: string): Readonly<Record<string, string>> {
  return { [label.project]: project.name, [label.configHash]: hash, [label.version]: composeVersion }
}

export interface BuildOptions {
  readonly noCache?: boolean
  readonly pull?: boolean
  /** Over the file's arguments; null: the Dockerfile's own value, whatever the file has. */
  readonly args?: Readonly<Record<string, string | null>>
  /** Over the file's: id -> socket or key, '' for the caller's agent. */
  readonly ssh?: Readonly<Record<string, string>>
  /** Of the caller's SSH agent. */
  readonly sshSocket?: string
  /** All of `build.platforms`; else only the one to run. */
  readonly everyPlatform?: boolean
}

/** What the engine builds for a service with a `build` section. */
export function buildSpec(project: Project, service: Service, build: Build, options: BuildOptions = {}): BuildSpec {
  return compact({
    context: build.context ?? project.workingDir,
    dockerfile: build.dockerfile,
    dockerfileInline: build.dockerfile_inline,
    args: withoutNulls({ ...build.args, ...options.args }),
    target: build.target,
    tags: [imageReference(project, service), ...(build.tags ?? [])],
    labels: { ...build.labels, [label.project]: project.name, [label.service]: service.name, [label.version]: composeVersion },
    noCache: options.noCache ?? build.no_cache,
    pull: options.pull ?? build.pull,
    network: build.network,
    entitlements: nonEmpty([...(build.entitlements ?? []), ...(build.privileged === true ? ['security.insecure'] : [])]),
    noCacheFilter: nonEmpty(build.no_cache_filter),
    extraHosts: extraHostsOf(build.extra_hosts),
    shmSize: build.shm_size,
    ulimits: ulimitsOf(build.ulimits),
    platforms: targetPlatforms(service, build, options),
    additionalContexts: build.additional_contexts && additionalContexts(project, build.additional_contexts),
    ssh: nonEmpty(sshAgents(build.ssh, options)),
    cacheFrom: nonEmpty(build.cache_from),
    cacheTo: nonEmpty(build.cache_to),
    secrets: nonEmpty(build.secrets?.map((grant) => buildSecret(project, service, grant.source, grant.target))),
  })
}

/** What runs here needs one platform only: the service's own, else the host's where it is among those of the build. */
function targetPlatforms(service: Service, { platforms = [] }: Build, { everyPlatform = false }: BuildOptions): BuildSpec['platforms'] {
  const own = service.platform === undefined ? undefined : [service.platform]
  if (platforms.length === 0 || (!everyPlatform && own !== undefined)) return own
  if (everyPlatform) return platforms
  const host = hostPlatform(process.arch)
  return [platforms.find((text) => platformDistance(parsePlatform(text), host) === 0) ?? platforms[0] ?? formatPlatform(host)]
}

/** Agents and keys by id; those without a path are the caller's agent, and left out where there is none. */
function sshAgents(inFile: Build['ssh'] = {}, { ssh = {}, sshSocket }: BuildOptions): NonNullable<BuildSpec['ssh']> {
  return Object.entries({ ...inFile, ...ssh }).flatMap(([id, given]) => {
    const path = given === '' ? sshSocket : given
    return path === undefined ? [] : [{ id, path }]
  })
}

/** `service:x` is the image of service x. */
function additionalContexts(project: Project, contexts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(contexts).map(([name, value]) => {
      const other = value.startsWith('service:') ? project.services[value.slice('service:'.length)] : undefined
      return [name, other === undefined ? value : `docker-image://${imageReference(project, other)}`]
    }),
  )
}

/** Services whose image must be built before this one's. */
export function buildDependencies(build: Build): readonly string[] {
  return Object.values(build.additional_contexts ?? {})
    .filter((value) => value.startsWith('service:'))
    .map((value) => value.slice('service:'.length))
}

function buildSecret(project: Project, service: Service, source: string, target = source): NonNullable<BuildSpec['secrets']>[number] {
  const secret = project.secrets[source]
  if (secret === undefined) {
    throw new TscomposeError('invalid', 'UNDEFINED_REFERENCE', `services.${service.name}.build refers to undefined secret ${source}`)
  }
  return secret.file === undefined ? { id: target, value: textOf(secret, `build secret ${source}`) } : { id: target, path: secret.file }
}

function withoutNulls(map: Readonly<Record<string, string | null>> = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(map).filter((entry): entry is [string, string] => entry[1] !== null))
}
