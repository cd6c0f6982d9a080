import type { BoundPort, ContainerDetails, EndpointInfo, MountInfo } from '../../engine/api.ts'
import { dockerHostConfig } from './host-config.ts'

const never = '0001-01-01T00:00:00Z'

/** A container as `docker inspect` shows it. */
export function dockerContainer(container: ContainerDetails): object {
  const [path = '', ...args] = container.command
  return {
    Id: container.id,
    Created: timestamp(container.createdAt),
    Path: path,
    Args: args,
    State: state(container),
    Image: container.imageId,
    ResolvConfPath: `${container.bundle}/resolv.conf`,
    HostnamePath: `${container.bundle}/hostname`,
    HostsPath: `${container.bundle}/hosts`,
    LogPath: container.logPath,
    Name: `/${container.name}`,
    RestartCount: container.state.restartCount,
    Driver: 'overlay2',
    Platform: 'linux',
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile: '',
    ExecIDs: null,
    HostConfig: dockerHostConfig(container),
    GraphDriver: {
      Data: {
        ID: container.id,
        LowerDir: container.rootfs.lower.join(':'),
        MergedDir: container.rootfs.merged,
        UpperDir: container.rootfs.upper,
        WorkDir: container.rootfs.work,
      },
      Name: 'overlay2',
    },
    Mounts: container.mounts.map(mount),
    Config: config(container),
    NetworkSettings: networkSettings(container),
  }
}

function timestamp(milliseconds: number): string {
  return milliseconds === 0 ? never : new Date(milliseconds).toISOString()
}

function state({ state: now, healthLog, failingStreak }: ContainerDetails): object {
  const health = {
    Status: now.health,
    FailingStreak: failingStreak,
    Log: healthLog.map((probe) => ({
      Start: timestamp(probe.start),
      End: timestamp(probe.end),
      ExitCode: probe.exitCode,
      Output: probe.output,
    })),
  }
  return {
    Status: now.status,
    Running: now.status === 'running' || now.status === 'paused' || now.status === 'restarting',
    Paused: now.status === 'paused',
    Restarting: now.status === 'restarting',
    OOMKilled: now.oomKilled,
    Dead: now.status === 'dead',
    Pid: now.pid,
    ExitCode: now.exitCode,
    Error: now.error,
    StartedAt: timestamp(now.startedAt),
    FinishedAt: timestamp(now.finishedAt),
    ...(now.health === 'none' ? {} : { Health: health }),
  }
}

function mount(info: MountInfo): object {
  const common = { Source: info.source, Destination: info.target, Mode: info.readOnly ? 'ro' : '', RW: !info.readOnly }
  if (info.type === 'volume') return { Type: 'volume', Name: info.name, ...common, Driver: 'local', Propagation: '' }
  return { Type: info.type, ...common, Propagation: info.type === 'bind' ? 'rprivate' : '' }
}

function config({ spec, imageConfig, id, image, labels }: ContainerDetails): object {
  const exposed = [...Object.keys(imageConfig.ExposedPorts ?? {}), ...(spec.expose ?? []), ...portKeys(spec.ports ?? [])]
  return {
    Hostname: spec.hostname ?? id.slice(0, 12),
    Domainname: spec.domainname ?? '',
    User: spec.user ?? imageConfig.User ?? '',
    AttachStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    ...(exposed.length === 0 ? {} : { ExposedPorts: Object.fromEntries(exposed.map((port) => [port, {}])) }),
    Tty: spec.tty ?? false,
    OpenStdin: spec.openStdin ?? false,
    StdinOnce: false,
    Env: environment(imageConfig.Env ?? [], spec.env ?? {}),
    Cmd: spec.command ?? (spec.entrypoint === undefined ? (imageConfig.Cmd ?? null) : null),
    ...(spec.healthcheck === undefined && imageConfig.Healthcheck === undefined
      ? {}
      : { Healthcheck: { ...imageConfig.Healthcheck, ...spec.healthcheck } }),
    Image: image,
    Volumes: imageConfig.Volumes ?? null,
    WorkingDir: spec.workingDir ?? imageConfig.WorkingDir ?? '',
    Entrypoint: spec.entrypoint ?? imageConfig.Entrypoint ?? null,
    OnBuild: null,
    Labels: labels,
    ...(spec.stopSignal === undefined ? {} : { StopSignal: spec.stopSignal }),
    ...(spec.stopTimeoutMs === undefined ? {} : { StopTimeout: Math.round(spec.stopTimeoutMs / 1000) }),
  }
}

function portKeys(ports: readonly { readonly containerPort: number; readonly protocol: string }[]): readonly string[] {
  return ports.map((port) => `${port.containerPort}/${port.protocol}`)
}

/** The image's variables with the container's over them; null takes one away. */
function environment(image: readonly string[], own: Readonly<Record<string, string | null>>): readonly string[] {
  const kept = image.filter((line) => !Object.hasOwn(own, line.split('=')[0] ?? ''))
  const set = Object.entries(own).flatMap(([name, value]) => (value === null ? [] : [`${name}=${value}`]))
  return [...set, ...kept]
}

function networkSettings(container: ContainerDetails): object {
  const running = container.state.pid !== 0
  return {
    Bridge: '',
    SandboxID: '',
    SandboxKey: container.netns,
    Ports: running ? publishedPorts(container.ports) : {},
    HairpinMode: false,
    LinkLocalIPv6Address: '',
    LinkLocalIPv6PrefixLen: 0,
    SecondaryIPAddresses: null,
    SecondaryIPv6Addresses: null,
    EndpointID: '',
    Gateway: '',
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    IPAddress: '',
    IPPrefixLen: 0,
    IPv6Gateway: '',
    MacAddress: '',
    Networks: Object.fromEntries(container.networks.map((endpoint) => [endpoint.network, endpointSettings(endpoint, container)])),
  }
}

/** `80/tcp` -> where it is published, null for what is only exposed. */
export function publishedPorts(ports: readonly BoundPort[]): Readonly<Record<string, readonly object[] | null>> {
  const table: Record<string, object[] | null> = {}
  for (const port of ports) {
    const key = `${port.containerPort}/${port.protocol}`
    table[key] ??= null
    if (port.hostPort !== 0) table[key] = [...(table[key] ?? []), { HostIp: port.hostIp, HostPort: String(port.hostPort) }]
  }
  return table
}

function endpointSettings(endpoint: EndpointInfo, { id, name }: ContainerDetails): object {
  return {
    IPAMConfig: null,
    Links: null,
    Aliases: endpoint.aliases.length === 0 ? null : endpoint.aliases,
    MacAddress: endpoint.macAddress,
    DriverOpts: null,
    GwPriority: 0,
    NetworkID: endpoint.networkId,
    EndpointID: endpoint.endpointId,
    Gateway: endpoint.ipv4Gateway,
    IPAddress: endpoint.ipv4Address,
    IPPrefixLen: endpoint.ipv4PrefixLength,
    IPv6Gateway: endpoint.ipv6Gateway,
    GlobalIPv6Address: endpoint.ipv6Address,
    GlobalIPv6PrefixLen: endpoint.ipv6PrefixLength,
    DNSNames: [...new Set([name, ...endpoint.aliases, id.slice(0, 12)])],
  }
}
