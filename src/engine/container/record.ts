import { TscomposeError } from '../../base/errors.ts'
import type { ImageConfig } from '../../oci/image-config.ts'
import type { BoundPort, ContainerSpec, ContainerStatus, EndpointInfo, MountInfo } from '../api.ts'
import type { Rootfs } from '../parts.ts'
import type { ResolvedMount } from './bundle/input.ts'

/** A process that may have ended and whose number may have been given to another: both are checked. */
export interface ProcessId {
  readonly pid: number
  /** In clock ticks since boot, from /proc. */
  readonly startTime: number
}

/** What changes over a container's life. */
export interface StoredState {
  readonly status: ContainerStatus
  readonly process?: ProcessId
  readonly monitor?: ProcessId
  readonly exitCode: number
  readonly oomKilled: boolean
  readonly error: string
  readonly startedAt: number
  readonly finishedAt: number
  readonly restartCount: number
  /** Somebody stopped it by hand: `unless-stopped` leaves it alone from then on. */
  readonly stoppedByUser: boolean
  /** With status `removing`: its anonymous volumes go as well, also where another engine finishes it. */
  readonly removeVolumes?: boolean
  readonly ports: readonly BoundPort[]
  readonly endpoints: readonly EndpointInfo[]
}

/** One container as it stands on disk, the only truth about it; memory is a cache of this. */
export interface ContainerRecord {
  readonly version: 1
  readonly id: string
  readonly name: string
  readonly createdAt: number
  readonly spec: ContainerSpec
  readonly imageId: string
  readonly imageConfig: ImageConfig
  readonly chainId: string
  readonly command: readonly string[]
  readonly rootfs: Rootfs
  readonly mounts: readonly MountInfo[]
  /** The same with everything the runtime-spec needs. */
  readonly resolvedMounts: readonly ResolvedMount[]
  /** Names of volumes held for it; released on remove. */
  readonly volumes: readonly string[]
  readonly anonymousVolumes: readonly string[]
  /** Snapshots of images mounted as volumes. */
  readonly imageKeys: readonly string[]
  /** Path in every cgroup hierarchy. */
  readonly cgroup: string
  readonly state: StoredState
}

export const freshState: StoredState = {
  status: 'created',
  exitCode: 0,
  oomKilled: false,
  error: '',
  startedAt: 0,
  finishedAt: 0,
  restartCount: 0,
  stoppedByUser: false,
  ports: [],
  endpoints: [],
}

/** Reads a record back. Throws `invalid` RECORD_INVALID for anything that is not one. */
export function parseRecord(value: unknown): ContainerRecord {
  const record = (typeof value === 'object' && value !== null ? value : {}) as Partial<ContainerRecord>
  const whole =
    record.version === 1 &&
    typeof record.id === 'string' &&
    /^[0-9a-f]{64}$/.test(record.id) &&
    typeof record.name === 'string' &&
    typeof record.spec === 'object' &&
    typeof record.state === 'object' &&
    Array.isArray(record.resolvedMounts)
  if (whole) return record as ContainerRecord
  throw new TscomposeError('invalid', 'RECORD_INVALID', 'not a container record of this version')
}

export function isRunning(state: StoredState): boolean {
  return state.status === 'running' || state.status === 'paused'
}
