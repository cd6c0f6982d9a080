import type { BoundPort, ContainerDetails, ContainerState, ContainerSummary, EndpointInfo } from '../api.ts'
import type { EnginePaths } from '../parts.ts'
import type { Entry } from './entry.ts'
import { containerPlaces } from './places.ts'
import { type ContainerRecord, isRunning } from './record.ts'

export function describeState({ record, health }: Entry): ContainerState {
  const { state } = record
  return {
    status: state.status,
    pid: isRunning(state) ? (state.process?.pid ?? 0) : 0,
    exitCode: state.exitCode,
    oomKilled: state.oomKilled,
    error: state.error,
    startedAt: state.startedAt,
    finishedAt: state.finishedAt,
    restartCount: state.restartCount,
    health: health.status,
  }
}

export function summarize(entry: Entry): ContainerSummary {
  const { record } = entry
  return {
    id: record.id,
    name: record.name,
    image: record.spec.image,
    imageId: record.imageId,
    createdAt: record.createdAt,
    command: record.command,
    labels: record.spec.labels,
    state: describeState(entry),
    networks: endpointsOf(record),
    mounts: record.mounts,
    ports: portsOf(record),
    networkMode: networkModeName(record),
  }
}

export function detail(entry: Entry, paths: EnginePaths): ContainerDetails {
  const { record, health } = entry
  const places = containerPlaces(paths, record.id)
  return {
    ...summarize(entry),
    spec: record.spec,
    imageConfig: record.imageConfig,
    healthLog: health.log,
    failingStreak: health.failingStreak,
    logPath: places.logPath,
    bundle: places.bundle,
    netns: record.spec.network.kind === 'networks' || record.spec.network.kind === 'none' ? places.netns : '',
    rootfs: record.rootfs,
    cgroupPath: record.cgroup,
  }
}

/** Live endpoints while it runs, the wanted ones without addresses otherwise. */
function endpointsOf(record: ContainerRecord): readonly EndpointInfo[] {
  if (isRunning(record.state)) return record.state.endpoints
  if (record.spec.network.kind !== 'networks') return []
  return record.spec.network.endpoints.map((endpoint) => ({
    network: endpoint.network,
    networkId: '',
    endpointId: '',
    aliases: endpoint.aliases ?? [],
    ipv4Address: '',
    ipv4PrefixLength: 0,
    ipv4Gateway: '',
    ipv6Address: '',
    ipv6PrefixLength: 0,
    ipv6Gateway: '',
    macAddress: endpoint.macAddress ?? '',
  }))
}

/** Published ports as they were taken, and the ports that are merely exposed. */
function portsOf(record: ContainerRecord): readonly BoundPort[] {
  const bound = isRunning(record.state) ? record.state.ports : []
  const exposed = [...Object.keys(record.imageConfig.ExposedPorts ?? {}), ...(record.spec.expose ?? [])].flatMap(parseExposed)
  const taken = new Set(bound.map(portKey))
  const rest = new Map(exposed.filter((port) => !taken.has(portKey(port))).map((port) => [portKey(port), port]))
  return [...bound, ...rest.values()]
}

function portKey(port: BoundPort): string {
  return `${port.containerPort}/${port.protocol}`
}

function parseExposed(text: string): readonly BoundPort[] {
  const match = /^(\d+)(?:-(\d+))?(?:\/(tcp|udp|sctp))?$/.exec(text)
  if (match === null) return []
  const first = Number(match[1])
  const last = Math.min(Number(match[2] ?? first), first + 1000)
  const protocol = (match[3] ?? 'tcp') as BoundPort['protocol']
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => ({
    containerPort: first + index,
    protocol,
    hostIp: '',
    hostPort: 0,
  }))
}

function networkModeName({ spec: { network } }: ContainerRecord): string {
  switch (network.kind) {
    case 'networks':
      return network.endpoints[0]?.network ?? 'none'
    case 'container':
      return `container:${network.container}`
    case 'none':
    case 'host':
      return network.kind
  }
}
