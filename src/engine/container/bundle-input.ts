import { existsSync, readdirSync, readFileSync, type Stats, statSync } from 'node:fs'
import { hostname as hostName } from 'node:os'
import { hasErrno, TscomposeError } from '../../base/errors.ts'
import type { RuntimeSeccomp } from '../../oci/runtime-spec.ts'
import { findExecutable } from '../../sys/process.ts'
import type { ContainerSpec } from '../api.ts'
import { containerCapabilities } from './bundle/bundle.ts'
import type { BundleInput, DeviceNumber, NamespaceChoice, ResolvedDevice, ResolvedMount } from './bundle/input.ts'
import { parseSeccompProfile } from './bundle/seccomp.ts'
import type { ContainerDeps } from './deps.ts'
import type { Entry } from './entry.ts'
import { cgroupPath, containerPlaces } from './places.ts'
import { type ContainerRecord, isRunning } from './record.ts'
import { withinVolume } from './resolve-mounts.ts'

type Subject = Pick<ContainerRecord, 'id' | 'spec' | 'imageConfig' | 'resolvedMounts'>

/** Looks up on the host what the pure bundle needs: devices, namespaces of other containers, seccomp file, init. */
export async function bundleInput(
  deps: ContainerDeps,
  { id, spec, imageConfig, resolvedMounts }: Subject,
): Promise<Omit<BundleInput, 'user' | 'rootfs' | 'files'>> {
  const seccomp = seccompChoice(deps, spec)
  const shm = shmChoice(deps, id, spec)
  return {
    id,
    spec,
    image: imageConfig,
    host: deps.host,
    hostname: containerHostname(deps, id, spec),
    mounts: resolvedMounts.map(withinVolume).map(withSourceKind),
    ...(spec.init === true ? { initPath: findInit() } : {}),
    devices: [...(spec.privileged === true ? hostDevices('/dev') : []), ...(spec.devices ?? []).flatMap(resolveDevice)],
    blockDevices: blockDevices(spec),
    namespaces: {
      network: networkNamespace(deps, id, spec),
      pid: joinable(deps, spec.pid, 'pid'),
      ipc: joinable(deps, spec.ipc, 'ipc'),
      uts: spec.uts === 'host' ? 'host' : 'new',
      cgroup: cgroupNamespace(deps, spec),
    },
    ...(shm === undefined ? {} : { shm }),
    ...(seccomp === undefined ? {} : { seccomp }),
    cgroupsPath: cgroupPath(id, spec.resources?.cgroupParent),
  }
}

/** Looked up at each start: what lies at the source may have changed. Throws BIND_SOURCE_MISSING. */
function withSourceKind(mount: ResolvedMount): ResolvedMount {
  if (mount.type !== 'bind') return mount
  const stat = statSync(mount.source, { throwIfNoEntry: false })
  if (stat !== undefined) return stat.isDirectory() ? mount : { ...mount, file: true }
  throw new TscomposeError('not-found', 'BIND_SOURCE_MISSING', `bind source ${mount.source} does not exist`, {
    hint: 'it was removed since the container was made: put it back, or recreate the container',
  })
}

/** Its own, that of the container it shares the network with, or the host's. */
export function containerHostname(deps: Pick<ContainerDeps, 'store'>, id: string, spec: ContainerSpec): string {
  if (spec.hostname !== undefined && spec.hostname !== '') return spec.hostname
  if (spec.network.kind === 'container') {
    const { record } = deps.store.get(spec.network.container)
    return record.id === id ? id.slice(0, 12) : containerHostname(deps, record.id, record.spec)
  }
  return spec.network.kind === 'host' || spec.uts === 'host' ? hostName() : id.slice(0, 12)
}

function networkNamespace(deps: ContainerDeps, id: string, { network }: ContainerSpec): NamespaceChoice {
  switch (network.kind) {
    case 'host':
      return 'host'
    case 'container':
      return { path: namespacePath(deps.store.get(network.container), 'net') }
    case 'networks':
    case 'none':
      return { path: containerPlaces(deps.paths, id).netns }
  }
}

function joinable(deps: ContainerDeps, mode: string | undefined, kind: 'pid' | 'ipc'): NamespaceChoice {
  if (mode === 'host') return 'host'
  const other = otherContainer(mode)
  return other === undefined ? 'new' : { path: namespacePath(deps.store.get(other), kind) }
}

function otherContainer(mode: string | undefined): string | undefined {
  return mode?.startsWith('container:') === true ? mode.slice('container:'.length) : undefined
}

function namespacePath({ record }: Entry, kind: string): string {
  const pid = record.state.process?.pid
  if (isRunning(record.state) && pid !== undefined) return `/proc/${pid}/ns/${kind}`
  // While a container is only being made the other need not run yet: the path is built again at start.
  return `/proc/0/ns/${kind}`
}

/** Private on v2, the host's on v1, unless told otherwise: Docker's choice. */
function cgroupNamespace(deps: ContainerDeps, spec: ContainerSpec): NamespaceChoice {
  if (spec.cgroup === 'host') return 'host'
  if (spec.cgroup === 'private') return 'new'
  return deps.host.cgroup === 'v2' && spec.privileged !== true ? 'new' : 'host'
}

function shmChoice(deps: ContainerDeps, id: string, spec: ContainerSpec): string | null | undefined {
  if (spec.ipc === 'none') return null
  if (spec.ipc === 'host') return '/dev/shm'
  if (spec.ipc === 'shareable') return containerPlaces(deps.paths, id).shm
  const other = otherContainer(spec.ipc)
  if (other === undefined) return undefined
  const { record } = deps.store.get(other)
  if (record.spec.ipc === 'shareable') return containerPlaces(deps.paths, record.id).shm
  throw new TscomposeError('invalid', 'IPC_NOT_SHAREABLE', `the IPC of container ${record.name} cannot be shared`, {
    hint: `set ipc: shareable for ${record.name}`,
  })
}

function seccompChoice(deps: ContainerDeps, spec: ContainerSpec): RuntimeSeccomp | 'unconfined' | undefined {
  const option = (spec.securityOpt ?? []).find((each) => /^seccomp[=:]/.test(each))
  const value = option?.slice('seccomp='.length)
  if (value === undefined || value === 'builtin') return undefined
  if (value === 'unconfined') return 'unconfined'
  const target = { capabilities: containerCapabilities({ spec, host: deps.host }), architecture: deps.host.architecture }
  // A Docker client sends the profile's text itself; a path is ours to read.
  if (value.trimStart().startsWith('{')) return parseSeccompProfile(value, { ...target, file: 'in security_opt' })
  return parseSeccompProfile(readProfile(value), { ...target, file: value })
}

function readProfile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new TscomposeError('not-found', 'SECCOMP_PROFILE_MISSING', `cannot read the seccomp profile ${path}`, { cause })
  }
}

/** A static init: a dynamic one would need the host's libraries inside the container. */
function findInit(): string {
  const found = ['docker-init', 'tini-static', 'catatonit'].map((name) => findExecutable(name)).find((path) => path !== undefined)
  if (found !== undefined) return found
  throw new TscomposeError('unsupported', 'INIT_MISSING', 'init: true needs a static init program, and this host has none', {
    hint: 'apt-get install tini',
  })
}

function resolveDevice({
  source,
  target,
  permissions,
}: {
  source: string
  target: string
  permissions: string
}): readonly ResolvedDevice[] {
  const stat = deviceStat(source)
  if (stat.isDirectory())
    return hostDevices(source).map((device) => ({ ...device, path: `${target}${device.path.slice(source.length)}`, permissions }))
  if (!stat.isCharacterDevice() && !stat.isBlockDevice()) {
    throw new TscomposeError('invalid', 'NOT_A_DEVICE', `${source} is not a device`)
  }
  return [describeDevice(target, stat, permissions)]
}

function deviceStat(path: string): Stats {
  try {
    return statSync(path)
  } catch (cause) {
    throw new TscomposeError('not-found', 'DEVICE_NOT_FOUND', `device ${path} does not exist on this host`, { cause })
  }
}

function describeDevice(path: string, stat: Stats, permissions: string): ResolvedDevice {
  const { uid, gid } = stat
  return { path, type: stat.isBlockDevice() ? 'b' : 'c', ...deviceNumber(stat), fileMode: stat.mode & 0o777, uid, gid, permissions }
}

/** Splits st_rdev as the kernel's user-space encoding has it. */
function deviceNumber({ rdev }: Stats): DeviceNumber {
  const low = rdev % 2 ** 32
  const major = Math.floor(low / 2 ** 8) % 2 ** 12
  const minor = (low % 2 ** 8) + Math.floor(low / 2 ** 20) * 2 ** 8
  return { major, minor }
}

/** Every device below a directory, but not the terminals and mounts a container gets of its own. */
function hostDevices(directory: string): readonly ResolvedDevice[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((item) => {
    const path = `${directory}/${item.name}`
    if (['/dev/pts', '/dev/shm', '/dev/fd', '/dev/mqueue', '/dev/console', '/dev/.lxc', '/dev/.udev'].includes(path)) return []
    if (item.isDirectory()) return hostDevices(path)
    if (!item.isCharacterDevice() && !item.isBlockDevice()) return []
    const stat = quietStat(path)
    return stat === undefined ? [] : [describeDevice(path, stat, 'rwm')]
  })
}

/** Devices come and go while the directory is read. */
function quietStat(path: string): Stats | undefined {
  try {
    return statSync(path)
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined
    throw error
  }
}

function blockDevices({ resources = {} }: ContainerSpec): Readonly<Record<string, DeviceNumber>> {
  const lists = [
    resources.blkioWeightDevices,
    resources.blkioDeviceReadBps,
    resources.blkioDeviceWriteBps,
    resources.blkioDeviceReadIops,
    resources.blkioDeviceWriteIops,
  ]
  const paths = new Set(lists.flatMap((list) => (list ?? []).map(({ path }) => path)))
  return Object.fromEntries([...paths].filter((path) => existsSync(path)).map((path) => [path, deviceNumber(statSync(path))]))
}
