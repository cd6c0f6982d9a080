import type { Extensible, StringMap } from './extensible.ts'

export interface DeviceMapping extends Extensible {
  readonly source: string
  readonly target?: string
  readonly permissions?: string
}

/** A device asked for by capability (`gpus`, `deploy.resources.reservations.devices`). */
export interface DeviceRequest extends Extensible {
  readonly capabilities?: readonly string[]
  readonly driver?: string
  /** -1 stands for all. */
  readonly count?: number
  readonly device_ids?: readonly string[]
  readonly options?: StringMap
}

export interface BlkioConfig extends Extensible {
  readonly weight?: number
  readonly weight_device?: readonly ({ readonly path: string; readonly weight: number } & Extensible)[]
  readonly device_read_bps?: readonly ThrottleDevice[]
  readonly device_read_iops?: readonly ThrottleDevice[]
  readonly device_write_bps?: readonly ThrottleDevice[]
  readonly device_write_iops?: readonly ThrottleDevice[]
}

export interface ThrottleDevice extends Extensible {
  readonly path: string
  readonly rate: number
}
