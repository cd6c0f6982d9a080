import { TscomposeError } from '../../base/errors.ts'
import { stableJson } from '../../base/hash.ts'
import { hasLabel } from '../../base/labels.ts'
import type { VolumeInfo, VolumeSpec } from '../api.ts'

export const anonymousLabel = 'com.docker.volume.anonymous'

/** A volume as it stands on disk. */
export interface VolumeRecord {
  readonly version: 1
  readonly name: string
  readonly driverOptions: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  /** Ids of the containers that have it, running or not. */
  readonly users: readonly string[]
}

/** Checks a record read from disk; throws for anything else. */
export function parseVolumeRecord(value: unknown): VolumeRecord {
  const { version, name, driverOptions, labels, createdAt, users } = (value ?? {}) as Partial<VolumeRecord>
  const isValid =
    version === 1 &&
    typeof name === 'string' &&
    isStringMap(driverOptions) &&
    isStringMap(labels) &&
    typeof createdAt === 'number' &&
    Array.isArray(users) &&
    users.every((user) => typeof user === 'string')
  if (!isValid) throw new TscomposeError('invalid', 'VOLUME_RECORD', 'it is not a volume record')
  return { version, name, driverOptions, labels, createdAt, users }
}

function isStringMap(value: unknown): value is Readonly<Record<string, string>> {
  return typeof value === 'object' && value !== null && Object.values(value).every((member) => typeof member === 'string')
}

const validName = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,254}$/

/** Throws VOLUME_NAME, VOLUME_DRIVER where no such volume can be. Options are checked when it is mounted. */
export function checkVolumeSpec({ name, driver = 'local' }: VolumeSpec): void {
  if (!validName.test(name)) {
    throw new TscomposeError('invalid', 'VOLUME_NAME', `${JSON.stringify(name.slice(0, 80))} is not a volume name`, {
      hint: 'use letters, digits, "_", "." and "-", beginning with a letter or digit, two characters at least',
    })
  }
  if (driver === 'local' || driver === '') return
  throw new TscomposeError('unsupported', 'VOLUME_DRIVER', `volume ${name}: there is no volume driver ${JSON.stringify(driver)}`, {
    hint: 'use driver: local; with driver_opts type, o and device it mounts bind, tmpfs, nfs and other file systems',
  })
}

/** Labels may differ: they say who made a volume, not what it is. */
export function sameVolume(record: VolumeRecord, { driverOptions = {} }: VolumeSpec): boolean {
  return stableJson(record.driverOptions) === stableJson(driverOptions)
}

export function volumeInfo(record: VolumeRecord, mountpoint: string): VolumeInfo {
  const { name, driverOptions, labels, createdAt } = record
  return { name, driver: 'local', driverOptions, labels, createdAt, mountpoint, anonymous: Object.hasOwn(labels, anonymousLabel) }
}

/** True where the volume has every label, `name` or `name=value`, and belongs to the project if one is given. */
export function matchesVolume(
  { labels }: VolumeRecord,
  filter: { readonly project?: string; readonly labels?: readonly string[] } = {},
): boolean {
  const isOfProject = filter.project === undefined || labels['com.docker.compose.project'] === filter.project
  return isOfProject && (filter.labels ?? []).every((label) => hasLabel(labels, label))
}
