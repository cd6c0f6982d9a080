import { sha256, stableJson } from '../base/hash.ts'
import type { ContainerSpec, MountSpec, NetworkMode, NetworkSpec, PortSpec, VolumeSpec } from '../engine/api.ts'

/*
 * The config hash is taken over an explicit list of fields, never over "whatever is left": a field added to the spec
 * changes no hash until it is listed here. Keys are the compose file's attributes, for they are shown to people.
 * Left out on purpose: the name (replicas share a hash), compose's own labels, depends_on, profiles, scale, build.
 */
type FieldTable<S> = Readonly<Record<string, (spec: S) => unknown>>

const containerFields: FieldTable<ContainerSpec> = {
  image: (spec) => spec.image,
  platform: (spec) => spec.platform,
  entrypoint: (spec) => spec.entrypoint,
  command: (spec) => spec.command,
  environment: (spec) => spec.env,
  working_dir: (spec) => spec.workingDir,
  user: (spec) => spec.user,
  group_add: (spec) => spec.groupAdd,
  hostname: (spec) => spec.hostname,
  domainname: (spec) => spec.domainname,
  labels: (spec) => userLabels(spec.labels),
  annotations: (spec) => spec.annotations,
  tty: (spec) => spec.tty,
  stdin_open: (spec) => spec.openStdin,
  init: (spec) => spec.init,
  stop_signal: (spec) => spec.stopSignal,
  stop_grace_period: (spec) => spec.stopTimeoutMs,
  restart: (spec) => spec.restart,
  healthcheck: (spec) => spec.healthcheck,
  volumes: (spec) => spec.mounts?.map(mountText),
  volumes_from: (spec) => spec.volumesFrom,
  // Content counts too: a container reads its configs and secrets when it starts.
  files: (spec) =>
    spec.files &&
    Object.fromEntries(
      spec.files.map(({ target, contentBase64, ...rest }) => [target, { content: sha256(contentBase64).slice(0, 12), ...rest }]),
    ),
  network_mode: (spec) => networkText(spec.network),
  networks: (spec) => (spec.network.kind === 'networks' ? endpointsByNetwork(spec.network) : undefined),
  ports: (spec) => spec.ports?.map(portText),
  expose: (spec) => spec.expose,
  dns: (spec) => spec.dns,
  dns_search: (spec) => spec.dnsSearch,
  dns_opt: (spec) => spec.dnsOptions,
  extra_hosts: (spec) => spec.extraHosts,
  links: (spec) => spec.links,
  resources: (spec) => spec.resources,
  privileged: (spec) => spec.privileged,
  cap_add: (spec) => spec.capAdd,
  cap_drop: (spec) => spec.capDrop,
  security_opt: (spec) => spec.securityOpt,
  read_only: (spec) => spec.readOnlyRootfs,
  userns_mode: (spec) => spec.usernsMode,
  ipc: (spec) => spec.ipc,
  pid: (spec) => spec.pid,
  uts: (spec) => spec.uts,
  cgroup: (spec) => spec.cgroup,
  sysctls: (spec) => spec.sysctls,
  ulimits: (spec) => spec.ulimits,
  shm_size: (spec) => spec.shmSize,
  devices: (spec) => spec.devices?.map((device) => `${device.source}:${device.target}:${device.permissions}`),
  device_cgroup_rules: (spec) => spec.deviceCgroupRules,
  storage_opt: (spec) => spec.storageOpt,
  runtime: (spec) => spec.runtime,
  logging: (spec) => spec.logging,
}

const networkFields: FieldTable<NetworkSpec> = {
  driver: (spec) => spec.driver ?? 'bridge',
  driver_opts: (spec) => spec.driverOptions,
  internal: (spec) => spec.internal ?? false,
  attachable: (spec) => spec.attachable ?? false,
  enable_ipv4: (spec) => spec.enableIpv4 ?? true,
  enable_ipv6: (spec) => spec.enableIpv6 ?? false,
  ipam: (spec) => spec.ipam,
  labels: (spec) => userLabels(spec.labels),
}

const volumeFields: FieldTable<VolumeSpec> = {
  driver: (spec) => spec.driver ?? 'local',
  driver_opts: (spec) => spec.driverOptions,
  labels: (spec) => userLabels(spec.labels),
}

export const hashSpec = (spec: ContainerSpec): string => hashFields(spec, containerFields)
export const hashNetwork = (spec: NetworkSpec): string => hashFields(spec, networkFields)
export const hashVolume = (spec: VolumeSpec): string => hashFields(spec, volumeFields)

/** What changed, attribute by attribute: `environment.DEBUG "0" -> "1"`. Empty when the hashed fields are equal. */
export const containerChanges = (before: ContainerSpec, after: ContainerSpec): readonly string[] => changes(before, after, containerFields)
export const networkChanges = (before: NetworkSpec, after: NetworkSpec): readonly string[] => changes(before, after, networkFields)
export const volumeChanges = (before: VolumeSpec, after: VolumeSpec): readonly string[] => changes(before, after, volumeFields)

function hashFields<S>(spec: S, table: FieldTable<S>): string {
  return sha256(stableJson(Object.fromEntries(Object.entries(table).map(([name, read]) => [name, read(spec)]))))
}

function changes<S>(before: S, after: S, table: FieldTable<S>): readonly string[] {
  return Object.entries(table).flatMap(([name, read]) => difference(name, read(before), read(after)))
}

function difference(path: string, before: unknown, after: unknown): readonly string[] {
  if (stableJson([before]) === stableJson([after])) return []
  if (isList(before) && isList(after) && isSetLike(path)) return [setDifference(path, before, after)]
  if (isMap(before) || isMap(after)) return mapDifference(path, before, after)
  if (isSensitive(path)) return [`${path} changed`]
  return [`${path} ${show(before)} -> ${show(after)}`]
}

function mapDifference(path: string, before: unknown, after: unknown): readonly string[] {
  const from = isMap(before) ? before : {}
  const to = isMap(after) ? after : {}
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort()
  return keys.flatMap((key) => difference(`${path}.${key}`, from[key], to[key]))
}

function setDifference(path: string, before: readonly unknown[], after: readonly unknown[]): string {
  const removed = before.filter((item) => !after.includes(item)).map((item) => `-${show(item)}`)
  const added = after.filter((item) => !before.includes(item)).map((item) => `+${show(item)}`)
  return removed.length + added.length === 0 ? `${path} in another order` : `${path} ${[...removed, ...added].join(' ')}`
}

/** Lists whose members count one by one; a command is one value. */
const isSetLike = (path: string): boolean => !['command', 'entrypoint', 'healthcheck.Test'].includes(path)
const isSensitive = (path: string): boolean =>
  path.startsWith('environment.') && /pass|secret|token|private|credential|api_?key/i.test(path)
const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value)
const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const shownLength = 80

function show(value: unknown): string {
  if (value === undefined || value === null) return '(none)'
  const text = JSON.stringify(value)
  return text.length > shownLength ? `${text.slice(0, shownLength)}…` : text
}

function userLabels(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !key.startsWith('com.docker.compose.')))
}

/** Names the engine gives to volumes that have none. */
export const isAnonymousName = (name: string | undefined): boolean => name === undefined || /^[0-9a-f]{64}$/.test(name)

function mountText(mount: MountSpec): string {
  const { type, target, ...rest } = mount
  const { source, ...options } = rest as { readonly source?: string }
  const from = type === 'volume' && isAnonymousName(source) ? '' : `${source ?? ''}:`
  const details = Object.keys(options).length === 0 ? '' : ` ${stableJson(options)}`
  return `${type} ${from}${target}${details}`
}

function portText(port: PortSpec): string {
  return `${port.hostIp === undefined ? '' : `${port.hostIp}:`}${port.hostPort ?? ''}:${port.containerPort}/${port.protocol}`
}

function networkText(network: NetworkMode): string | undefined {
  if (network.kind === 'networks') return undefined
  return network.kind === 'container' ? `container:${network.container}` : network.kind
}

function endpointsByNetwork(network: Extract<NetworkMode, { kind: 'networks' }>): unknown {
  return Object.fromEntries(network.endpoints.map(({ network: name, ...rest }) => [name, rest]))
}
