import type { CallContext } from './engine.ts'

export interface Volumes {
  /** Idempotent for an equal spec; rejects VOLUME_EXISTS where it differs. */
  create(params: { readonly spec: VolumeSpec }, context?: CallContext): Promise<VolumeInfo>
  /** Succeeds if it is already gone; rejects VOLUME_IN_USE naming the containers. */
  remove(params: { readonly volume: string; readonly force?: boolean }, context?: CallContext): Promise<void>
  list(params?: { readonly project?: string; readonly labels?: readonly string[] }, context?: CallContext): Promise<readonly VolumeInfo[]>
  inspect(params: { readonly volume: string }, context?: CallContext): Promise<VolumeInfo>
}

export interface VolumeSpec {
  readonly name: string
  readonly driver?: string
  readonly driverOptions?: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
}

export interface VolumeInfo extends VolumeSpec {
  readonly createdAt: number
  readonly mountpoint: string
  readonly anonymous: boolean
}
