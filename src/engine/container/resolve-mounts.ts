import { randomBytes } from 'node:crypto'
import { appendFileSync, closeSync, constants, existsSync, mkdirSync, readdirSync, readlinkSync, statSync } from 'node:fs'
import { posix } from 'node:path'
import type { Cleanup } from '../../base/cleanup.ts'
import { hasCode, TscomposeError } from '../../base/errors.ts'
import type { ImageConfig } from '../../oci/image-config.ts'
import { openBeneath, openDirectory, openFlags } from '../../sys/files.ts'
import type { ContainerSpec, MountInfo, MountSpec } from '../api.ts'
import type { ResolvedMount } from './bundle/input.ts'
import type { ContainerDeps } from './deps.ts'
import { containerPlaces } from './places.ts'

export interface ResolvedMounts {
  readonly mounts: readonly MountInfo[]
  readonly resolved: readonly ResolvedMount[]
  readonly volumes: readonly string[]
  readonly anonymousVolumes: readonly string[]
  /** Volumes to fill from the image if they are empty. */
  readonly populate: readonly { readonly target: string; readonly mountpoint: string }[]
  /** Images mounted as volumes, by snapshot key. */
  readonly imageKeys: readonly string[]
}

interface One {
  readonly info: MountInfo
  readonly resolved: ResolvedMount
  readonly volume?: string
  readonly anonymous?: boolean
  readonly populate?: { readonly target: string; readonly mountpoint: string }
  readonly imageKey?: string
}

interface Request {
  readonly id: string
  readonly spec: ContainerSpec
  readonly image: ImageConfig
  readonly cleanup: Cleanup
}

/**
 * Finds the host path of every mount and makes the volumes that are missing, anonymous ones for the image's VOLUMEs included.
 * What it made is undone by `cleanup`. Rejects BIND_SOURCE_MISSING, DUPLICATE_MOUNT, INVALID_MOUNT_TARGET.
 */
export async function resolveMounts(deps: ContainerDeps, request: Request): Promise<ResolvedMounts> {
  const own = request.spec.mounts ?? []
  const ownTargets = new Set(own.map((mount) => cleanTarget(mount.target)))
  if (ownTargets.size < own.length) throw duplicate(request.spec)
  const taken = inheritedMounts(deps, request.spec).filter(({ resolved }) => !ownTargets.has(resolved.target))
  const covered = new Set([...ownTargets, ...taken.map(({ resolved }) => resolved.target)])
  const declared = Object.keys(request.image.Volumes ?? {})
    .map(cleanTarget)
    .filter((target) => !covered.has(target))
    .map((target): MountSpec => ({ type: 'volume', target }))
  // One after another: two mounts of one volume must not both find it missing.
  const made: One[] = []
  for (const mount of [...own, ...declared]) made.push(await resolveOne(deps, request, mount, made.length))
  for (const { volume } of taken) if (volume !== undefined) await hold(deps, request, volume)
  const all = [...taken, ...made]
  return {
    mounts: all.map(({ info }) => info),
    resolved: all.map(({ resolved }) => resolved),
    volumes: [...new Set(all.flatMap(({ volume }) => volume ?? []))],
    anonymousVolumes: made.flatMap(({ volume, anonymous }) => (anonymous === true && volume !== undefined ? [volume] : [])),
    populate: made.flatMap(({ populate }) => populate ?? []),
    imageKeys: made.flatMap(({ imageKey }) => imageKey ?? []),
  }
}

function resolveOne(deps: ContainerDeps, request: Request, mount: MountSpec, index: number): Promise<One> | One {
  switch (mount.type) {
    case 'bind':
      return resolveBind(mount)
    case 'volume':
      return resolveVolume(deps, request, mount)
    case 'tmpfs':
      return resolveTmpfs(mount)
    case 'image':
      return resolveImage(deps, request, { mount, index })
  }
}

function resolveBind(mount: MountSpec & { readonly type: 'bind' }): One {
  const target = cleanTarget(mount.target)
  if (!existsSync(mount.source)) {
    if (mount.createHostPath === false) {
      throw new TscomposeError('not-found', 'BIND_SOURCE_MISSING', `bind source ${mount.source} does not exist`, {
        hint: 'create it, or set create_host_path: true',
      })
    }
    mkdirSync(mount.source, { recursive: true, mode: 0o755 })
  }
  const readOnly = mount.readOnly === true
  return {
    info: { type: 'bind', name: '', source: mount.source, target, readOnly },
    resolved: {
      type: 'bind',
      source: mount.source,
      target,
      readOnly,
      ...(mount.propagation === undefined ? {} : { propagation: mount.propagation }),
      ...(mount.recursive === undefined ? {} : { recursive: mount.recursive }),
    },
  }
}

async function resolveVolume(deps: ContainerDeps, request: Request, mount: MountSpec & { readonly type: 'volume' }): Promise<One> {
  const target = cleanTarget(mount.target)
  const anonymous = mount.source === undefined || mount.source === ''
  const name = anonymous ? randomBytes(32).toString('hex') : (mount.source ?? '')
  // Until the record is there, only this tells whose it is.
  if (anonymous) appendFileSync(containerPlaces(deps.paths, request.id).unfinishedVolumes, `${name}\n`)
  await deps.volumes.ensure({ name, labels: mount.labels ?? {}, ...(anonymous ? { anonymous } : {}) })
  if (anonymous) request.cleanup.push(() => deps.volumes.remove(name))
  const mountpoint = await hold(deps, request, name)
  const { subpath = '' } = mount
  const readOnly = mount.readOnly === true
  const fill = mount.noCopy !== true && subpath === '' && readdirSync(mountpoint).length === 0
  return {
    info: { type: 'volume', name, source: mountpoint, target, readOnly, ...(anonymous ? { anonymous } : {}) },
    resolved: { type: 'volume', source: mountpoint, target, readOnly, ...(subpath === '' ? {} : { subpath }) },
    volume: name,
    anonymous,
    ...(fill ? { populate: { target, mountpoint } } : {}),
  }
}

/** Takes the volume for this container. Idempotent. */
async function hold(deps: ContainerDeps, { id, cleanup }: Request, name: string): Promise<string> {
  const mountpoint = await deps.volumes.acquire(name, id)
  cleanup.push(() => deps.volumes.release(name, id))
  return mountpoint
}

function resolveTmpfs(mount: MountSpec & { readonly type: 'tmpfs' }): One {
  const { type, readOnly = false, size, mode, options } = mount
  const target = cleanTarget(mount.target)
  return {
    info: { type, name: '', source: '', target, readOnly },
    resolved: {
      type,
      target,
      readOnly,
      ...(size === undefined ? {} : { size }),
      ...(mode === undefined ? {} : { mode }),
      ...(options === undefined ? {} : { options }),
    },
  }
}

/** An image as a read-only volume: its layers under a writable directory nobody writes to. */
async function resolveImage(
  deps: ContainerDeps,
  request: Request,
  { mount, index }: { readonly mount: MountSpec & { readonly type: 'image' }; readonly index: number },
): Promise<One> {
  const target = cleanTarget(mount.target)
  const image = await deps.images.resolve(mount.source)
  const key = `${request.id}-image-${index}`
  const { merged } = await deps.snapshots.prepare(key, image.chainId)
  request.cleanup.push(() => deps.snapshots.remove(key))
  const source = mount.subpath === undefined || mount.subpath === '' ? merged : posix.join(merged, posix.join('/', mount.subpath))
  return {
    info: { type: 'image', name: mount.source, source, target, readOnly: true },
    resolved: { type: 'image', source, target, readOnly: true },
    imageKey: key,
  }
}

/** Mounts of other containers: `id`, `id:ro`, `id:rw`. */
function inheritedMounts(deps: ContainerDeps, spec: ContainerSpec): readonly One[] {
  return (spec.volumesFrom ?? []).flatMap((entry) => {
    const [ref = '', mode = ''] = entry.split(':')
    const { record } = deps.store.get(ref)
    const readOnly = mode === 'ro'
    return record.resolvedMounts.flatMap((resolved, index): readonly One[] => {
      const info = record.mounts[index]
      if (info === undefined || resolved.type === 'tmpfs' || resolved.type === 'image') return []
      const both = { readOnly: resolved.readOnly || readOnly }
      return [{ info: { ...info, ...both }, resolved: { ...resolved, ...both }, ...(info.name === '' ? {} : { volume: info.name }) }]
    })
  })
}

/** With the directory that is meant as the source. Who makes it may run after this container was made. Throws VOLUME_SUBPATH_MISSING. */
export function withinVolume(mount: ResolvedMount): ResolvedMount {
  if (mount.type !== 'volume' || mount.subpath === undefined) return mount
  const { subpath, ...rest } = mount
  return { ...rest, source: subdirectory(mount.source, subpath) }
}

/** Real path of a directory inside a volume; links that lead out of it are refused by the kernel. */
function subdirectory(mountpoint: string, subpath: string): string {
  const root = openDirectory(mountpoint)
  try {
    const fd = openBeneath(root, subpath, openFlags.O_PATH | constants.O_RDONLY)
    const path = readlinkSync(`/proc/self/fd/${fd}`)
    closeSync(fd)
    statSync(path)
    return path
  } catch (cause) {
    if (hasCode(cause, 'ENOENT') || hasCode(cause, 'EXDEV') || hasCode(cause, 'ENOTDIR')) {
      throw new TscomposeError('not-found', 'VOLUME_SUBPATH_MISSING', `subpath ${subpath} does not exist in the volume`, { cause })
    }
    throw cause
  } finally {
    closeSync(root)
  }
}

/** Absolute, without `..` and trailing slashes. Throws INVALID_MOUNT_TARGET. */
export function cleanTarget(target: string): string {
  if (!target.startsWith('/')) throw badTarget(target, 'is not an absolute path')
  const clean = posix.normalize(target).replace(/(?<=.)\/+$/, '')
  if (clean === '/') throw badTarget(target, 'is the root of the container')
  return clean
}

function badTarget(target: string, why: string): TscomposeError {
  return new TscomposeError('invalid', 'INVALID_MOUNT_TARGET', `mount target ${JSON.stringify(target)} ${why}`)
}

function duplicate(spec: ContainerSpec): TscomposeError {
  const targets = (spec.mounts ?? []).map((mount) => cleanTarget(mount.target))
  const twice = targets.find((target, index) => targets.indexOf(target) !== index) ?? ''
  return new TscomposeError('invalid', 'DUPLICATE_MOUNT', `two mounts of ${spec.name} have the target ${twice}`, {
    hint: 'remove one of them',
  })
}
