import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { createKeyedLock } from '../../base/concurrency.ts'
import { TscomposeError } from '../../base/errors.ts'
import { umount } from '../../sys/mount.ts'
import { readMountinfo } from '../../sys/mountinfo.ts'
import { collectLeftovers, deleteTree } from '../../sys/trash.ts'
import type { VolumeInfo, VolumeSpec, Volumes } from '../api.ts'
import type { EmitEvent, EnginePaths, VolumeProvider } from '../parts.ts'
import { type CopyUp, copyUp, undoCutCopy } from './copy-up.ts'
import { isMounted, mountDriver, parseDriverOptions } from './driver-mount.ts'
import { anonymousLabel, checkVolumeSpec, matchesVolume, sameVolume, type VolumeRecord, volumeInfo } from './record.ts'

/** Where records are kept: `<dataRoot>/volumes/<name>/volume.json`, beside the data. */
export interface VolumeRecords {
  write(id: string, record: VolumeRecord): void
  list(): readonly VolumeRecord[]
}

export interface VolumePartOptions {
  readonly paths: EnginePaths
  readonly records: VolumeRecords
  readonly emit: EmitEvent
  readonly warn: (text: string) => void
  /** Name people know a container by; absent: its short id. */
  readonly describeUser?: (id: string) => string
  /** Milliseconds since the epoch. */
  readonly now?: () => number
}

export interface VolumePart {
  /** For containers. */
  readonly provider: VolumeProvider
  /** For clients. */
  readonly api: Volumes
  /** Fills an empty volume from the image. Calls for one volume follow each other. True if it was filled. */
  readonly populateFromImage: (params: CopyUp) => Promise<boolean>
  /**
   * After the start, when it is known which containers there are: drops users that are none, lets go of what nobody
   * uses, empties volumes whose filling a crash cut off, deletes what is left of removed ones.
   */
  readonly restore: (containerIds: readonly string[]) => Promise<void>
}

/** Volumes of the local driver: directories below the data root, or what `driver_opts` mount there. */
export function createVolumePart(options: VolumePartOptions): VolumePart {
  const { paths, records, emit, warn, describeUser = (id) => id.slice(0, 12), now = Date.now } = options
  const root = `${paths.dataRoot}/volumes`
  // Containers reach their data through a mount; users of the host must not reach setuid files in it through the path.
  mkdirSync(root, { recursive: true, mode: 0o700 })
  const volumes = new Map(records.list().map((record) => [record.name, record]))
  const locked = createKeyedLock()

  const home = (name: string): string => `${root}/${name}`
  const mountpoint = (name: string): string => `${home(name)}/_data`
  const info = (record: VolumeRecord): VolumeInfo => volumeInfo(record, mountpoint(record.name))
  const save = (record: VolumeRecord): void => {
    records.write(record.name, record)
    volumes.set(record.name, record)
  }
  const say = (action: string, name: string): void => {
    emit({ type: 'volume', action, id: name, attributes: { driver: 'local' } })
  }
  const get = (name: string): VolumeRecord => {
    const record = volumes.get(name)
    if (record !== undefined) return record
    throw new TscomposeError('not-found', 'VOLUME_NOT_FOUND', `there is no volume ${name}`, { target: `volume ${name}` })
  }
  const make = ({ name, driverOptions = {}, labels }: VolumeSpec): VolumeRecord => {
    parseDriverOptions(name, driverOptions)
    const isNew = mkdirSync(home(name), { recursive: true, mode: 0o700 }) !== undefined
    const record: VolumeRecord = { version: 1, name, driverOptions, labels, createdAt: now(), users: [] }
    try {
      mkdirSync(mountpoint(name), { recursive: true, mode: 0o755 })
      save(record)
    } catch (error) {
      // What was there before may be somebody's data.
      if (isNew) rmSync(home(name), { recursive: true, force: true })
      throw error
    }
    say('create', name)
    return record
  }
  const create = (spec: VolumeSpec): Promise<VolumeInfo> => {
    checkVolumeSpec(spec)
    return locked(spec.name, async () => {
      const present = volumes.get(spec.name)
      if (present === undefined) return info(make(spec))
      if (sameVolume(present, spec)) return info(present)
      throw new TscomposeError('conflict', 'VOLUME_EXISTS', `volume ${spec.name} already exists with other driver_opts`, {
        target: `volume ${spec.name}`,
        hint: 'remove it first (its data goes with it), or give this one another name',
      })
    })
  }
  const ensure = (spec: VolumeSpec & { readonly anonymous?: boolean }): Promise<VolumeInfo> => {
    checkVolumeSpec(spec)
    const labels = spec.anonymous === true ? { ...spec.labels, [anonymousLabel]: '' } : spec.labels
    return locked(spec.name, async () => info(volumes.get(spec.name) ?? make({ ...spec, labels })))
  }
  const acquire = (name: string, user: string): Promise<string> =>
    locked(name, async () => {
      const record = get(name)
      const target = mountpoint(name)
      mkdirSync(target, { recursive: true, mode: 0o755 })
      const driver = parseDriverOptions(name, record.driverOptions)
      if (driver !== undefined && !isMounted(target)) {
        await mountDriver(name, driver, target)
        say('mount', name)
      }
      if (!record.users.includes(user)) save({ ...record, users: [...record.users, user] })
      return target
    })
  /** Lets go of a driver's mount that nobody uses. */
  const letGo = ({ name, driverOptions, users }: VolumeRecord): void => {
    if (users.length > 0 || Object.keys(driverOptions).length === 0) return
    let wasMounted = false
    while (umount(mountpoint(name), { detach: true })) wasMounted = true
    if (wasMounted) say('unmount', name)
  }
  const setUsers = (record: VolumeRecord, users: readonly string[]): void => {
    const changed = { ...record, users }
    save(changed)
    letGo(changed)
  }
  const release = (name: string, user: string): Promise<void> =>
    locked(name, async () => {
      const record = volumes.get(name)
      if (record?.users.includes(user) === true) {
        setUsers(
          record,
          record.users.filter((each) => each !== user),
        )
      }
    })
  const remove = (name: string): Promise<void> =>
    locked(name, async () => {
      const record = volumes.get(name)
      if (record === undefined) return
      if (record.users.length > 0) throw inUse(name, record.users.map(describeUser))
      letGo(record)
      // Deleting through a mount would delete what lies behind it.
      if (readMountinfo().some(({ target }) => target.startsWith(`${home(name)}/`))) throw busy(name)
      await deleteTree(home(name))
      volumes.delete(name)
      say('destroy', name)
    })
  return {
    provider: { ensure, inspect: async (name) => info(get(name)), acquire, release, remove },
    api: {
      create: ({ spec }) => create(spec),
      remove: ({ volume }) => remove(volume),
      list: async (filter) =>
        [...volumes.values()]
          .filter((record) => matchesVolume(record, filter))
          .sort((a, b) => (a.name < b.name ? -1 : 1))
          .map(info),
      inspect: async ({ volume }) => info(get(volume)),
    },
    populateFromImage: (params) => locked(`copy-up ${params.mountpoint}`, () => copyUp(params)),
    restore: async (containerIds) => {
      const known = new Set(containerIds)
      for (const record of volumes.values()) {
        const users = record.users.filter((user) => known.has(user))
        if (users.length !== record.users.length) setUsers(record, users)
        if (undoCutCopy(mountpoint(record.name), existsSync))
          warn(`volume ${record.name} was only half filled when the engine ended; it was emptied`)
      }
      await collectLeftovers(root, () => false)
    },
  }
}

function inUse(name: string, users: readonly string[]): TscomposeError {
  return new TscomposeError('conflict', 'VOLUME_IN_USE', `volume ${name} is in use by ${users.join(', ')}`, {
    target: `volume ${name}`,
    hint: 'remove the containers first',
  })
}

function busy(name: string): TscomposeError {
  return new TscomposeError('conflict', 'VOLUME_BUSY', `something is mounted inside volume ${name}`, {
    target: `volume ${name}`,
    hint: 'findmnt shows it; unmount it first',
  })
}
