import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { TscomposeError } from '../../base/errors.ts'
import { sha256 } from '../../base/hash.ts'
import type { Descriptor } from '../../oci/descriptor.ts'
import { type Digest, digestHex } from '../../oci/digest.ts'
import { mediaTypes } from '../../oci/media-types.ts'
import { maxConfigBytes } from '../../oci/parse-image-config.ts'
import { parsePlatform } from '../../oci/platform.ts'
import { familiarName, familiarReference, formatReference, parseReference, tryParseReference } from '../../oci/reference.ts'
import type * as api from '../api.ts'
import type { ImageContext } from './context.ts'
import { variantsOf } from './image-store.ts'
import { type ImageRecord, recordChains } from './record.ts'
import type { ArchiveMember } from './work/jobs.ts'

/** A plain layer tar and where it can be read from (packed or not). */
interface PlainLayer {
  readonly diffId: string
  readonly size: number
  readonly file: string
}

/**
 * images.save: one tar that is both a docker-archive and an OCI layout, with plain layers, as Docker writes it since
 * version 25. Equal images give equal archives.
 */
export async function saveImages(
  context: ImageContext,
  { references, path }: Parameters<api.Images['save']>[0],
  { signal }: api.CallContext = {},
): Promise<void> {
  const chosen = chooseImages(context, references)
  const scratch = await context.content.scratch()
  try {
    const images: SavedImage[] = []
    for (const { record, tags } of chosen) {
      const variants: SavedImage[] = []
      for (const variant of tags.length === 0 ? [] : variantsOf(context.store, record))
        variants.push({ ...(await describe(context, { record: variant, tags: [], scratch })), variants: [] })
      images.push({ ...(await describe(context, { record, tags, scratch })), variants })
    }
    await context.pool.run({ kind: 'assemble', output: path, members: archiveMembers(images) }, { signal })
    for (const { record } of chosen) context.emit({ type: 'image', action: 'save', id: record.id, attributes: { name: record.id } })
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** A name saves that name, an ID saves the image without any. */
function chooseImages(
  { store }: ImageContext,
  references: readonly string[],
): readonly { readonly record: ImageRecord; readonly tags: readonly string[] }[] {
  if (references.length === 0) throw new TscomposeError('invalid', 'NO_IMAGE', 'name at least one image to save')
  const chosen = new Map<string, { record: ImageRecord; tags: Set<string> }>()
  for (const text of references) {
    const record = store.get(text)
    const entry = chosen.get(record.id) ?? { record, tags: new Set<string>() }
    const reference = tryParseReference(text)
    const tag = reference === undefined ? '' : formatReference(reference)
    if (record.tags[tag] !== undefined) entry.tags.add(tag)
    chosen.set(record.id, entry)
  }
  return [...chosen.values()].map(({ record, tags }) => ({ record, tags: [...tags].sort() }))
}

interface SavedImage {
  readonly record: ImageRecord
  readonly tags: readonly string[]
  readonly config: Buffer
  readonly layers: readonly PlainLayer[]
  /** Images of other platforms under the same names; they stand in the OCI index only. */
  readonly variants: readonly SavedImage[]
}

async function describe(
  context: ImageContext,
  { record, tags, scratch }: { readonly record: ImageRecord; readonly tags: readonly string[]; readonly scratch: string },
): Promise<Omit<SavedImage, 'variants'>> {
  const config = await context.content.read(record.id, maxConfigBytes)
  const chains = recordChains(record)
  const layers: PlainLayer[] = []
  for (const index of record.layers.keys()) layers.push(await plainLayer(context, { record, index, chainId: chains[index] ?? '', scratch }))
  return { record, tags, config, layers }
}

/** The tar a diffID stands for: kept as it came, or written again for layers made here. */
export async function plainLayer(
  { content, snapshots }: ImageContext,
  {
    record,
    index,
    chainId,
    scratch,
  }: { readonly record: ImageRecord; readonly index: number; readonly chainId: string; readonly scratch: string },
): Promise<PlainLayer> {
  const layer = record.layers[index]
  const diffId = layer?.diffId ?? ''
  if (layer?.blob !== undefined && (await content.has(layer.blob.digest)))
    return { diffId, size: layer.blob.tarSize, file: content.path(layer.blob.digest) }
  const file = join(scratch, digestHex(diffId as Digest))
  await rm(file, { force: true })
  const exported = await snapshots.exportLayer(chainId, file)
  if (exported.diffId === diffId) return { diffId, size: exported.size, file }
  throw new TscomposeError('unavailable', 'LAYER_BYTES_LOST', `the original bytes of layer ${diffId.slice(7, 19)} are no longer here`, {
    hint: 'pull or load the image again',
  })
}

function archiveMembers(images: readonly SavedImage[]): readonly ArchiveMember[] {
  const blobs = new Map<string, ArchiveMember>()
  const addBlob = (hex: string, mtime: number, content: ArchiveMember['content']): void => {
    blobs.set(hex, { name: `blobs/sha256/${hex}`, mtime, content })
  }
  /** Adds an image's blobs; returns its entry of an index. */
  const addImage = ({ record, config, layers }: SavedImage): Descriptor => {
    const mtime = Math.floor(record.createdAt / 1000)
    addBlob(digestHex(record.id), mtime, { text: config.toString('utf8') })
    for (const layer of layers) addBlob(digestHex(layer.diffId as Digest), mtime, { file: layer.file, size: layer.size })
    return addDocument(mediaTypes.ociManifest, ociManifest(record, config, layers), mtime)
  }
  const addDocument = (mediaType: string, document: unknown, mtime: number): Descriptor => {
    const text = JSON.stringify(document)
    addBlob(sha256(text), mtime, { text })
    return { mediaType, digest: `sha256:${sha256(text)}` as Digest, size: Buffer.byteLength(text) }
  }
  const index: unknown[] = []
  for (const image of images) {
    const own = addImage(image)
    const manifests = [image, ...image.variants].map((one, at) => ({
      ...(at === 0 ? own : addImage(one)),
      platform: parsePlatform(one.record.platform),
    }))
    const nested = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests }
    const entry = image.variants.length === 0 ? own : addDocument(mediaTypes.ociIndex, nested, Math.floor(image.record.createdAt / 1000))
    index.push(...indexEntries(image.tags, entry))
  }
  const text = (name: string, value: unknown): ArchiveMember => ({ name, mtime: 0, content: { text: JSON.stringify(value) } })
  return [
    { name: 'blobs/', mtime: 0, content: 'directory' },
    { name: 'blobs/sha256/', mtime: 0, content: 'directory' },
    ...[...blobs.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    text('index.json', { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: index }),
    text('manifest.json', images.map(dockerEntry)),
    text('oci-layout', { imageLayoutVersion: '1.0.0' }),
    text('repositories', repositories(images)),
  ]
}

function ociManifest(record: ImageRecord, config: Buffer, layers: readonly PlainLayer[]): unknown {
  return {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: { mediaType: mediaTypes.ociConfig, digest: record.id, size: config.length },
    layers: layers.map(({ diffId, size }) => ({ mediaType: mediaTypes.ociLayer, digest: diffId, size })),
  }
}

function indexEntries(tags: readonly string[], descriptor: Descriptor): readonly unknown[] {
  if (tags.length === 0) return [descriptor]
  return tags.map((tag) => ({
    ...descriptor,
    annotations: { 'io.containerd.image.name': tag, 'org.opencontainers.image.ref.name': parseReference(tag).tag },
  }))
}

function dockerEntry({ record, tags, layers }: SavedImage): unknown {
  return {
    Config: `blobs/sha256/${digestHex(record.id)}`,
    RepoTags: tags.length === 0 ? null : tags.map((tag) => familiarReference(parseReference(tag))),
    Layers: layers.map(({ diffId }) => `blobs/sha256/${digestHex(diffId as Digest)}`),
  }
}

/** The file tools older than manifest.json read: name -> tag -> top layer. */
function repositories(images: readonly SavedImage[]): Record<string, Record<string, string>> {
  const names: Record<string, Record<string, string>> = {}
  for (const { tags, layers } of images) {
    for (const tag of tags) {
      const reference = parseReference(tag)
      const name = familiarName(reference)
      names[name] = { ...names[name], [reference.tag ?? '']: digestHex((layers.at(-1)?.diffId ?? '') as Digest) }
    }
  }
  return names
}
