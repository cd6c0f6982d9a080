import type { ContainerDetails, ContainerSpec, MountSpec, PortSpec, Resources } from '../../engine/api.ts'

/** What docker's HostConfig says of a container: how it was asked for, not how it is. */
export function dockerHostConfig({ spec, networkMode }: ContainerDetails): object {
  const resources = spec.resources ?? {}
  return {
    Binds: binds(spec.mounts ?? []),
    ContainerIDFile: '',
    LogConfig: { Type: spec.logging?.driver ?? 'json-file', Config: spec.logging?.options ?? {} },
    NetworkMode: networkMode,
    PortBindings: portBindings(spec.ports ?? []),
    RestartPolicy: { Name: spec.restart?.name ?? 'no', MaximumRetryCount: spec.restart?.maximumRetries ?? 0 },
    AutoRemove: spec.autoRemove ?? false,
    VolumeDriver: '',
    VolumesFrom: orNull(spec.volumesFrom),
    ConsoleSize: [0, 0],
    ...security(spec),
    Dns: spec.dns ?? [],
    DnsOptions: spec.dnsOptions ?? [],
    DnsSearch: spec.dnsSearch ?? [],
    ExtraHosts: orNull(spec.extraHosts?.map((line) => line.replace('=', ':'))),
    Links: orNull(Object.entries(spec.links ?? {}).map(([alias, container]) => `${container}:${alias}`)),
    PublishAllPorts: false,
    ShmSize: spec.shmSize ?? 64 << 20,
    Runtime: spec.runtime ?? 'crun',
    Isolation: '',
    ...limits(resources),
    Devices: (spec.devices ?? []).map((device) => ({
      PathOnHost: device.source,
      PathInContainer: device.target,
      CgroupPermissions: device.permissions,
    })),
    DeviceCgroupRules: orNull(spec.deviceCgroupRules),
    DeviceRequests: null,
    Ulimits: Object.entries(spec.ulimits ?? {}).map(([Name, { soft, hard }]) => ({ Name, Hard: hard, Soft: soft })),
    Tmpfs: tmpfs(spec.mounts ?? []),
    Sysctls: orNull(spec.sysctls),
    Init: spec.init ?? null,
  }
}

function orNull<T extends object>(value: T | undefined): T | null {
  return value === undefined || Object.keys(value).length === 0 ? null : value
}

function binds(mounts: readonly MountSpec[]): readonly string[] | null {
  const lines = mounts.flatMap((mount) => {
    if (mount.type !== 'bind' && mount.type !== 'volume') return []
    return mount.source === undefined ? [] : [`${mount.source}:${mount.target}:${mount.readOnly === true ? 'ro' : 'rw'}`]
  })
  return orNull(lines)
}

function tmpfs(mounts: readonly MountSpec[]): Readonly<Record<string, string>> | null {
  return orNull(
    Object.fromEntries(mounts.flatMap((mount) => (mount.type === 'tmpfs' ? [[mount.target, (mount.options ?? []).join(',')]] : []))),
  )
}

function portBindings(ports: readonly PortSpec[]): Readonly<Record<string, readonly object[]>> {
  const table: Record<string, object[]> = {}
  for (const port of ports) {
    const key = `${port.containerPort}/${port.protocol}`
    table[key] = [...(table[key] ?? []), { HostIp: port.hostIp ?? '', HostPort: port.hostPort ?? '' }]
  }
  return table
}

function security(spec: ContainerSpec): object {
  return {
    CapAdd: orNull(spec.capAdd),
    CapDrop: orNull(spec.capDrop),
    CgroupnsMode: spec.cgroup ?? '',
    GroupAdd: orNull(spec.groupAdd),
    IpcMode: spec.ipc ?? 'private',
    Cgroup: '',
    OomScoreAdj: spec.resources?.oomScoreAdj ?? 0,
    PidMode: spec.pid ?? '',
    Privileged: spec.privileged ?? false,
    ReadonlyRootfs: spec.readOnlyRootfs ?? false,
    SecurityOpt: orNull(spec.securityOpt),
    UTSMode: spec.uts ?? '',
    UsernsMode: spec.usernsMode ?? '',
  }
}

function limits(resources: Resources): object {
  const rates = (list: readonly { readonly path: string; readonly rate: number }[] | undefined): readonly object[] =>
    (list ?? []).map(({ path, rate }) => ({ Path: path, Rate: rate }))
  return {
    CpuShares: resources.cpuShares ?? 0,
    Memory: resources.memory ?? 0,
    NanoCpus: Math.round((resources.cpus ?? 0) * 1e9),
    CgroupParent: resources.cgroupParent ?? '',
    BlkioWeight: resources.blkioWeight ?? 0,
    BlkioWeightDevice: (resources.blkioWeightDevices ?? []).map(({ path, weight }) => ({ Path: path, Weight: weight })),
    BlkioDeviceReadBps: rates(resources.blkioDeviceReadBps),
    BlkioDeviceWriteBps: rates(resources.blkioDeviceWriteBps),
    BlkioDeviceReadIOps: rates(resources.blkioDeviceReadIops),
    BlkioDeviceWriteIOps: rates(resources.blkioDeviceWriteIops),
    CpuPeriod: resources.cpuPeriod ?? 0,
    CpuQuota: resources.cpuQuota ?? 0,
    CpuRealtimePeriod: resources.cpuRealtimePeriod ?? 0,
    CpuRealtimeRuntime: resources.cpuRealtimeRuntime ?? 0,
    CpusetCpus: resources.cpusetCpus ?? '',
    CpusetMems: resources.cpusetMems ?? '',
    MemoryReservation: resources.memoryReservation ?? 0,
    MemorySwap: resources.memorySwap ?? 0,
    MemorySwappiness: resources.memorySwappiness ?? null,
    OomKillDisable: resources.oomKillDisable ?? false,
    PidsLimit: resources.pidsLimit ?? null,
  }
}
