import type { ContainerSpec, ContainerSummary, EndpointSpec, MountSpec } from '../engine/api.ts'
import type { Healthcheck, Network, Port, Project, Service, ServiceNetwork, ServiceVolume, Volume } from '../project/model.ts'
import { label, ownLabel, serviceOf } from './labels.ts'
import { compact, nonEmpty } from './spec/compact.ts'

/*
 * The way back: a compose project that asks for containers as there are. What container-spec.ts writes is read here.
 * Files the engine wrote into a container (configs and secrets with content) do not come back: where they came from is
 * not known.
 */

export interface SpecifiedContainer extends Pick<ContainerSummary, 'name' | 'labels'> {
  readonly spec: ContainerSpec
}

/** One service per container, or per service where containers are replicas of one. */
export function projectFromContainers(containers: readonly SpecifiedContainer[], name: string): Project {
  const services = new Map<string, SpecifiedContainer[]>()
  for (const container of containers) {
    const key = serviceOf(container) || container.name
    services.set(key, [...(services.get(key) ?? []), container])
  }
  const entries = [...services].sort(([a], [b]) => (a < b ? -1 : 1))
  const keys = new Map(entries.flatMap(([key, replicas]) => replicas.map((replica) => [replica.name, key] as const)))
  return {
    name,
    ...{ workingDir: '/', configFiles: [], envFiles: [], activeProfiles: [] },
    services: Object.fromEntries(
      entries.map(([key, [first, ...more]]) => [key, serviceOfSpec(key, first as SpecifiedContainer, more.length + 1, keys)]),
    ),
    networks: Object.fromEntries(
      named(containers.flatMap(({ spec }) => endpointsOf(spec).map(({ network }) => network))).map(existingNetwork),
    ),
    volumes: Object.fromEntries(named(containers.flatMap(({ spec }) => (spec.mounts ?? []).flatMap(volumeName))).map(existingVolume)),
    ...{ disabledServices: {}, configs: {}, secrets: {}, models: {}, extensions: {} },
  }
}

function named(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort()
}

/** They are there, and stay when the project made of them goes. */
const existingNetwork = (name: string): readonly [string, Network] => [name, { name, external: true }]
const existingVolume = (name: string): readonly [string, Volume] => [name, { name, external: true }]

function endpointsOf({ network }: ContainerSpec): readonly EndpointSpec[] {
  return network.kind === 'networks' ? network.endpoints : []
}

function volumeName(mount: MountSpec): readonly string[] {
  return mount.type === 'volume' && mount.source !== undefined ? [mount.source] : []
}

type Keys = ReadonlyMap<string, string>

function serviceOfSpec(name: string, { spec, labels }: SpecifiedContainer, replicas: number, keys: Keys): Service {
  const mounts = spec.mounts ?? []
  return {
    name,
    command: spec.command ?? null,
    entrypoint: spec.entrypoint ?? null,
    ...compact({
      image: spec.image,
      platform: spec.platform,
      ...(replicas > 1 ? { scale: replicas } : {}),
      environment: nonEmptyMap(spec.env),
      working_dir: spec.workingDir,
      user: spec.user,
      group_add: spec.groupAdd,
      hostname: spec.hostname,
      domainname: spec.domainname,
      labels: nonEmptyMap(userLabels({ ...labels, ...spec.labels })),
      annotations: spec.annotations,
      tty: spec.tty,
      stdin_open: spec.openStdin,
      init: spec.init,
      stop_signal: spec.stopSignal,
      stop_grace_period: spec.stopTimeoutMs,
      restart: restartOf(spec),
      healthcheck: healthcheckOf(spec),
      volumes: nonEmpty(mounts.map(volumeOf)),
      expose: spec.expose,
      ports: nonEmpty((spec.ports ?? []).map(portOf)),
      dns: spec.dns,
      dns_search: spec.dnsSearch,
      dns_opt: spec.dnsOptions,
      extra_hosts: extraHostsOf(spec.extraHosts),
      logging: spec.logging,
      ...networkOf(spec, name, keys),
      ...isolationOf(spec, keys),
      ...limitsOf(spec),
    }),
  }
}

function nonEmptyMap<T extends object>(map: T | undefined): T | undefined {
  return map === undefined || Object.keys(map).length === 0 ? undefined : map
}

function userLabels(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const ours: readonly string[] = [...Object.values(label), ...Object.values(ownLabel)]
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !ours.includes(key) && !key.startsWith('com.docker.compose.')))
}

function restartOf({ restart }: ContainerSpec): string | undefined {
  if (restart === undefined || restart.name === 'no') return undefined
  return restart.name === 'on-failure' && (restart.maximumRetries ?? 0) > 0 ? `on-failure:${restart.maximumRetries}` : restart.name
}

const nanosPerMilli = 1_000_000

function healthcheckOf({ healthcheck }: ContainerSpec): Healthcheck | undefined {
  if (healthcheck === undefined) return undefined
  const { Test: test, Interval, Timeout, StartPeriod, StartInterval, Retries: retries } = healthcheck
  const millis = (nanos: number | undefined): number | undefined => (nanos === undefined ? undefined : nanos / nanosPerMilli)
  const [kind, first = '', second = ''] = test ?? []
  return compact({
    ...(kind === 'TCP' ? { 'x-tcp': first } : kind === 'HTTP' ? { 'x-http': `${first}${second}` } : { test }),
    interval: millis(Interval),
    timeout: millis(Timeout),
    start_period: millis(StartPeriod),
    start_interval: millis(StartInterval),
    retries,
  })
}

function volumeOf(mount: MountSpec): ServiceVolume {
  const readOnly = 'readOnly' in mount && mount.readOnly === true ? { read_only: true } : {}
  const common = { type: mount.type, target: mount.target, ...readOnly }
  switch (mount.type) {
    case 'bind': {
      const { propagation, createHostPath: create_host_path, recursive } = mount
      return { ...common, ...compact({ source: mount.source, bind: nonEmptyMap(compact({ propagation, create_host_path, recursive })) }) }
    }
    case 'volume': {
      const { noCopy: nocopy, subpath, labels } = mount
      return { ...common, ...compact({ source: mount.source, volume: nonEmptyMap(compact({ nocopy, subpath, labels })) }) }
    }
    case 'tmpfs':
      return { ...common, ...compact({ tmpfs: nonEmptyMap(compact({ size: mount.size, mode: mount.mode })) }) }
    case 'image':
      return { ...common, source: mount.source, ...compact({ image: nonEmptyMap(compact({ subpath: mount.subpath })) }) }
  }
}

function portOf({ containerPort, protocol, hostIp, hostPort }: NonNullable<ContainerSpec['ports']>[number]): Port {
  return compact({ mode: 'ingress', target: containerPort, protocol, host_ip: hostIp, published: hostPort })
}

function extraHostsOf(hosts: readonly string[] | undefined): Service['extra_hosts'] {
  if (hosts === undefined) return undefined
  const byName = Map.groupBy(hosts, (host) => host.split('=')[0] ?? '')
  return Object.fromEntries([...byName].map(([name, lines]) => [name, lines.map((line) => line.slice(name.length + 1))]))
}

function networkOf({ network, links }: ContainerSpec, name: string, keys: Keys): Partial<Service> {
  const linked = nonEmpty(Object.entries(links ?? {}).map(([alias, target]) => `${target}:${alias}`))
  const external = linked === undefined ? {} : { external_links: linked }
  if (network.kind === 'container') return { network_mode: sharedWith(network.container, keys), ...external }
  if (network.kind !== 'networks') return { network_mode: network.kind, ...external }
  const [only] = network.endpoints
  // Docker's own bridge is no network a file can name.
  if (only?.network === 'bridge' && network.endpoints.length === 1) return { network_mode: 'bridge', ...external }
  return { networks: Object.fromEntries(network.endpoints.map((endpoint) => [endpoint.network, endpointOf(endpoint, name)])), ...external }
}

/** Its own service's name a container gets in any case. */
function endpointOf(endpoint: EndpointSpec, name: string): ServiceNetwork | null {
  const found = compact({
    aliases: nonEmpty(endpoint.aliases?.filter((alias) => alias !== name)),
    ipv4_address: endpoint.ipv4Address,
    ipv6_address: endpoint.ipv6Address,
    link_local_ips: endpoint.linkLocalIps,
    mac_address: endpoint.macAddress,
    interface_name: endpoint.interfaceName,
    priority: endpoint.priority,
    gw_priority: endpoint.gatewayPriority,
    driver_opts: endpoint.driverOptions,
  })
  return Object.keys(found).length === 0 ? null : found
}

/** `service:KEY` where the other container is a part of the project, `container:NAME` elsewhere. */
function sharedWith(container: string, keys: Keys): string {
  const key = keys.get(container)
  return key === undefined ? `container:${container}` : `service:${key}`
}

function isolationOf(spec: ContainerSpec, keys: Keys): Partial<Service> {
  const namespace = (mode: string | undefined): string | undefined =>
    mode?.startsWith('container:') === true ? sharedWith(mode.slice('container:'.length), keys) : mode
  return compact({
    privileged: spec.privileged,
    cap_add: spec.capAdd,
    cap_drop: spec.capDrop,
    security_opt: spec.securityOpt,
    read_only: spec.readOnlyRootfs,
    userns_mode: spec.usernsMode,
    ipc: namespace(spec.ipc),
    pid: namespace(spec.pid),
    uts: namespace(spec.uts),
    cgroup: namespace(spec.cgroup),
    sysctls: spec.sysctls,
    ulimits: spec.ulimits,
    shm_size: spec.shmSize,
    devices: spec.devices?.map(({ source, target, permissions }) => ({ source, target, permissions })),
    device_cgroup_rules: spec.deviceCgroupRules,
    storage_opt: spec.storageOpt,
    runtime: spec.runtime,
    volumes_from: spec.volumesFrom?.map((source) => `container:${source}`),
  })
}

function limitsOf({ resources = {} }: ContainerSpec): Partial<Service> {
  return compact({
    cpus: resources.cpus,
    cpu_shares: resources.cpuShares,
    cpu_period: resources.cpuPeriod,
    cpu_quota: resources.cpuQuota,
    cpu_rt_period: resources.cpuRealtimePeriod,
    cpu_rt_runtime: resources.cpuRealtimeRuntime,
    cpuset: resources.cpusetCpus,
    mem_limit: resources.memory,
    mem_reservation: resources.memoryReservation,
    memswap_limit: resources.memorySwap,
    mem_swappiness: resources.memorySwappiness,
    oom_kill_disable: resources.oomKillDisable,
    oom_score_adj: resources.oomScoreAdj,
    pids_limit: resources.pidsLimit,
    cgroup_parent: resources.cgroupParent,
    blkio_config: nonEmptyMap(
      compact({
        weight: resources.blkioWeight,
        weight_device: resources.blkioWeightDevices,
        device_read_bps: resources.blkioDeviceReadBps,
        device_write_bps: resources.blkioDeviceWriteBps,
        device_read_iops: resources.blkioDeviceReadIops,
        device_write_iops: resources.blkioDeviceWriteIops,
      }),
    ),
  })
}
