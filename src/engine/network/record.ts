import type { BoundPort, EndpointSpec, NetworkSpec } from '../api.ts'
import type { ContainerNetwork } from '../parts.ts'
import { type PoolRecord, parsePool } from './ipam.ts'

/** Records of one kind, one file each: what this part uses of the state part's record store. */
export interface RecordDirectory<T> {
  list(): readonly T[]
  write(id: string, value: T): void
  /** Succeeds if it is already gone. */
  remove(id: string): void
}

/** Makes the record store of a directory; `parse` checks what was read from a file. */
export type OpenRecords = <T>(options: { readonly directory: string; readonly parse: (value: unknown) => T }) => RecordDirectory<T>

/** A network as it is kept under the data root. */
export interface NetworkRecord {
  readonly id: string
  readonly spec: NetworkSpec
  readonly createdAt: number
  readonly bridge: string
  /** False for a bridge that was there before; it is left there. */
  readonly ownsBridge: boolean
  readonly ipv4?: PoolRecord
  readonly ipv6?: PoolRecord
}

/** One container's attachment to one network, with everything that was made for it. */
export interface EndpointRecord {
  readonly spec: EndpointSpec
  readonly networkId: string
  readonly endpointId: string
  /** The host's end of the veth pair. */
  readonly link: string
  /** Name and index of the container's end. */
  readonly interfaceName: string
  readonly interfaceIndex: number
  /** '' where the network does not have the family. */
  readonly ipv4: string
  readonly ipv6: string
  readonly macAddress: string
}

/** What a running container has of the network; under the run root, as a reboot ends all of it. */
export interface AttachmentRecord {
  readonly container: ContainerNetwork
  readonly endpoints: readonly EndpointRecord[]
  readonly ports: readonly BoundPort[]
}

/** Checks a record read from a file. Throws where it is not one. */
export function parseNetworkRecord(value: unknown): NetworkRecord {
  const record = value as NetworkRecord
  if (!isObject(record) || !isHex(record.id) || typeof record.bridge !== 'string') throw new Error('not a network record')
  if (!isObject(record.spec) || typeof record.spec.name !== 'string' || !isObject(record.spec.labels)) throw new Error('no network spec')
  for (const pool of [record.ipv4, record.ipv6]) if (pool !== undefined) parsePool(pool)
  return record
}

/** Checks a record read from a file. Throws where it is not one. */
export function parseAttachmentRecord(value: unknown): AttachmentRecord {
  const record = value as AttachmentRecord
  if (!isObject(record) || !isObject(record.container) || !isHex(record.container.containerId)) throw new Error('not an attachment record')
  if (typeof record.container.netnsPath !== 'string' || !Array.isArray(record.endpoints) || !Array.isArray(record.ports)) {
    throw new Error('no endpoints')
  }
  for (const endpoint of record.endpoints as readonly unknown[]) {
    if (!isObject(endpoint) || !isHex((endpoint as EndpointRecord).networkId)) throw new Error('not an endpoint')
  }
  return record
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isHex(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{12,64}$/.test(value)
}
