import type { VolumeInfo } from '../../engine/api.ts'

/** A volume as `docker volume inspect` shows it. */
export function dockerVolume(volume: VolumeInfo): object {
  return {
    CreatedAt: new Date(volume.createdAt).toISOString().replace(/\.\d+Z$/, 'Z'),
    Driver: volume.driver ?? 'local',
    Labels: emptyToNull(volume.labels),
    Mountpoint: volume.mountpoint,
    Name: volume.name,
    Options: emptyToNull(volume.driverOptions ?? {}),
    Scope: 'local',
  }
}

function emptyToNull<T extends object>(value: T): T | null {
  return Object.keys(value).length === 0 ? null : value
}
