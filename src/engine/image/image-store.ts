import { TscomposeError } from '../../base/errors.ts'
import { type Digest, isDigest } from '../../oci/digest.ts'
import {
  canonicalName,
  familiarName,
  familiarReference,
  formatReference,
  parseReference,
  type Reference,
  tryParseReference,
} from '../../oci/reference.ts'
import type * as api from '../api.ts'
import { type ImageRecord, recordKey } from './record.ts'

/** Where records are kept: state's RecordStore, or the part of it that is needed. */
export interface ImageRecords {
  write(id: string, value: ImageRecord): void
  remove(id: string): void
  list(): readonly ImageRecord[]
}

/** All images of this engine, in memory and on disk. A name belongs to one image. */
export interface ImageStore {
  all(): readonly ImageRecord[]
  byId(id: string): ImageRecord | undefined
  /** By reference, ID or unique start of an ID. Throws AMBIGUOUS_IMAGE. */
  find(text: string): ImageRecord | undefined
  /** As find; throws IMAGE_NOT_FOUND. */
  get(text: string): ImageRecord
  /** Stores the record and takes its names away from other images. */
  save(record: ImageRecord): void
  remove(id: Digest): void
}

export function createImageStore(records: ImageRecords): ImageStore {
  const images = new Map<string, ImageRecord>(records.list().map((record) => [record.id, record]))
  const save = (record: ImageRecord): void => {
    // The new owner of a name is on disk before the old one loses it: a crash between never loses the name.
    records.write(recordKey(record.id), record)
    images.set(record.id, record)
    for (const other of images.values()) {
      const lost = Object.keys(other.tags).filter((tag) => other.id !== record.id && tag in record.tags)
      if (lost.length === 0) continue
      const kept = { ...other, tags: Object.fromEntries(Object.entries(other.tags).filter(([tag]) => !lost.includes(tag))) }
      records.write(recordKey(other.id), kept)
      images.set(other.id, kept)
    }
  }
  const byReference = (reference: Reference): ImageRecord | undefined => {
    const { digest } = reference
    const all = [...images.values()]
    if (digest === undefined) return latest(all, formatReference(reference))
    return all.find((record) => record.digests.includes(`${canonicalName(reference)}@${digest}`))
  }
  const byPrefix = (text: string): ImageRecord | undefined => {
    const hex = text.replace(/^sha256:/, '')
    if (!/^[0-9a-f]{4,64}$/.test(hex)) return undefined
    const found = [...images.values()].filter((record) => record.id.startsWith(`sha256:${hex}`))
    if (found.length <= 1) return found[0]
    throw new TscomposeError('invalid', 'AMBIGUOUS_IMAGE', `${found.length} images have an ID that begins with ${text}`, {
      hint: 'write more digits of the ID',
    })
  }
  const find = (text: string): ImageRecord | undefined => {
    if (isDigest(text)) return images.get(text)
    const reference = tryParseReference(text)
    return (reference === undefined ? undefined : byReference(reference)) ?? byPrefix(text)
  }
  return {
    all: () => [...images.values()],
    byId: (id) => images.get(id),
    find,
    get: (text) => {
      const found = find(text)
      if (found !== undefined) return found
      // What is no reference at all is said to be that.
      if (!/^(sha256:)?[0-9a-f]{4,64}$/.test(text)) parseReference(text)
      throw imageNotHere(text)
    },
    save,
    remove: (id) => {
      images.delete(id)
      records.remove(recordKey(id))
    },
  }
}

/** After a crash two records may both claim a name: the later claim is right. */
function latest(all: readonly ImageRecord[], tag: string): ImageRecord | undefined {
  return all.filter((record) => record.tags[tag] !== undefined).sort((a, b) => (b.tags[tag] ?? 0) - (a.tags[tag] ?? 0))[0]
}

/** The typed error for an image that is not on this machine. */
export function imageNotHere(text: string): TscomposeError {
  return new TscomposeError('not-found', 'IMAGE_NOT_FOUND', `no such image on this machine: ${text.slice(0, 300)}`, {
    hint: 'pull, build, load or import it first; tscompose image ls shows what is here',
    target: text.slice(0, 300),
  })
}

/** Images of other platforms that go by the same name, as far as they are still here. */
export function variantsOf(store: Pick<ImageStore, 'byId'>, { variants = [] }: ImageRecord): readonly ImageRecord[] {
  return variants.flatMap((id) => store.byId(id) ?? [])
}

/** What lists show of an image. */
export function summarize(record: ImageRecord): api.ImageSummary {
  return {
    id: record.id,
    tags: Object.keys(record.tags)
      .map((tag) => familiarReference(parseReference(tag)))
      .sort(),
    digests: record.digests.map(familiarDigest),
    createdAt: record.createdAt,
    taggedAt: record.taggedAt,
    size: record.layers.reduce((total, layer) => total + layer.size, 0),
    labels: record.labels,
    platform: record.platform,
    ...(record.variants === undefined ? {} : { variants: record.variants }),
  }
}

/** `nginx@sha256:…` of a kept `docker.io/library/nginx@sha256:…`. */
export function familiarDigest(text: string): string {
  const reference = parseReference(text)
  return `${familiarName(reference)}@${reference.digest ?? ''}`
}
