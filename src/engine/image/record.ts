import { TscomposeError } from '../../base/errors.ts'
import { chainIds } from '../../oci/chain-id.ts'
import { type Digest, isDigest } from '../../oci/digest.ts'

/** One image as it is kept on disk, `images/<hex>.json`. The config blob is the truth; what stands here saves reading it. */
export interface ImageRecord {
  /** Digest of the config blob. */
  readonly id: Digest
  /** Full reference (`docker.io/library/nginx:1.27`) -> when it was given, milliseconds. */
  readonly tags: Readonly<Record<string, number>>
  /** `docker.io/library/nginx@sha256:…`, as pulled. */
  readonly digests: readonly string[]
  /** Bottom first. */
  readonly layers: readonly ImageLayer[]
  readonly createdAt: number
  readonly taggedAt: number
  readonly labels: Readonly<Record<string, string>>
  readonly platform: string
  /** Manifest blobs as pulled or loaded, newest last: what a push sends again. */
  readonly manifests: readonly Digest[]
  /** Images of other platforms that were built under the same names: a push sends them too. */
  readonly variants?: readonly Digest[]
}

export interface ImageLayer {
  readonly diffId: string
  /** Bytes of the unpacked files. */
  readonly size: number
  /** The bytes as they came; absent for layers made here. */
  readonly blob?: {
    readonly digest: Digest
    readonly size: number
    readonly mediaType: string /** Bytes of the plain tar. */
    readonly tarSize: number
  }
}

/** chainIDs of an image's layers, bottom first. */
export function recordChains(record: ImageRecord): readonly string[] {
  return chainIds(record.layers.map((layer) => layer.diffId))
}

/** Every blob an image needs. */
export function recordBlobs(record: ImageRecord): readonly string[] {
  return [record.id, ...record.manifests, ...record.layers.flatMap(({ blob }) => (blob === undefined ? [] : [blob.digest]))]
}

/** True for an image that another one with a name counts among its platforms. */
export function isVariant({ id }: ImageRecord, all: readonly ImageRecord[]): boolean {
  return all.some(({ tags, variants = [] }) => variants.includes(id) && Object.keys(tags).length > 0)
}

/** File name of an image's record. */
export function recordKey(id: Digest): string {
  return id.replace(':', '-')
}

/** Checks a record read from disk; throws for anything that is none. */
export function parseImageRecord(value: unknown): ImageRecord {
  const record = value as ImageRecord
  const isRecord =
    typeof value === 'object' &&
    value !== null &&
    isDigest(String(record.id)) &&
    typeof record.tags === 'object' &&
    Array.isArray(record.digests) &&
    Array.isArray(record.manifests) &&
    record.manifests.every((digest) => isDigest(String(digest))) &&
    (record.variants === undefined || (Array.isArray(record.variants) && record.variants.every((digest) => isDigest(String(digest))))) &&
    Array.isArray(record.layers) &&
    record.layers.every(isLayer)
  if (!isRecord) throw new TscomposeError('invalid', 'RECORD_DAMAGED', 'not an image record')
  return record
}

function isLayer(layer: ImageLayer): boolean {
  return (
    isDigest(String(layer.diffId)) && typeof layer.size === 'number' && (layer.blob === undefined || isDigest(String(layer.blob.digest)))
  )
}
