import { posix } from 'node:path'
import type { EnginePaths } from '../parts.ts'

/** Where one container keeps its things. */
export interface ContainerPlaces {
  /** Survives reboots: record, log, injected files. */
  readonly home: string
  readonly logPath: string
  readonly injected: string
  /** Names of the anonymous volumes of a creation that is under way, a line each. */
  readonly unfinishedVolumes: string
  /** Does not: bundle, monitor's sockets, hosts, exec files. */
  readonly bundle: string
  readonly shm: string
  /** What the health checks found out so far. */
  readonly health: string
  readonly netns: string
}

export function containerPlaces(paths: EnginePaths, id: string): ContainerPlaces {
  const home = `${paths.dataRoot}/containers/${id}`
  const bundle = `${paths.runRoot}/containers/${id}`
  return {
    home,
    logPath: `${home}/container.log`,
    injected: `${home}/files`,
    unfinishedVolumes: `${home}/unfinished-volumes`,
    bundle,
    shm: `${bundle}/shm`,
    health: `${bundle}/health.json`,
    netns: `${paths.runRoot}/netns/${id}`,
  }
}

/** Where monitors leave exit codes. */
export function exitDirectory(paths: EnginePaths): string {
  return `${paths.runRoot}/exits`
}

export function runtimeStateRoot(paths: EnginePaths): string {
  return `${paths.runRoot}/runtime`
}

/** Path of a container's group in every hierarchy. */
export function cgroupPath(id: string, parent?: string): string {
  // Nothing leads out of the hierarchy.
  return posix.join('/', parent === undefined || parent === '' ? 'tscompose' : parent, id)
}
