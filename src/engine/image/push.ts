import { randomUUID } from 'node:crypto'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createLimiter } from '../../base/concurrency.ts'
import { TscomposeError } from '../../base/errors.ts'
import type { EventSink, EventTarget } from '../../base/event.ts'
import { sha256 } from '../../base/hash.ts'
import type { Descriptor } from '../../oci/descriptor.ts'
import { maxManifestBytes, parseManifest } from '../../oci/manifest.ts'
import { mediaTypes } from '../../oci/media-types.ts'
import { parsePlatform } from '../../oci/platform.ts'
import { canonicalName, familiarReference, formatReference, parseReference, type Reference } from '../../oci/reference.ts'
import type * as api from '../api.ts'
import type { Repository } from '../parts.ts'
import type { ImageContext } from './context.ts'
import { variantsOf } from './image-store.ts'
import { type ImageLayer, type ImageRecord, recordChains } from './record.ts'
import { plainLayer } from './save.ts'

/** Blobs on their way at the same time, as many as with docker. */
const parallelUploads = 5

/** images.push: uploads what the registry lacks, then the manifest; see Images in api.ts. */
export async function pushImage(
  context: ImageContext,
  { reference: text, credentials }: Parameters<api.Images['push']>[0],
  { signal = new AbortController().signal, sink = () => undefined }: api.CallContext = {},
): Promise<{ readonly digest: string }> {
  const reference = parseReference(text)
  if (reference.tag === undefined)
    throw new TscomposeError('invalid', 'INVALID_REFERENCE', `${text} has no tag to push to`, { hint: 'push NAME:TAG' })
  const record = context.store.get(text)
  const target: EventTarget = { kind: 'image', name: text }
  sink({ target, verb: 'Pushing', phase: 'start' })
  const mountFrom = siblings(record, reference)
  const repository = await context.registry.repository(reference, {
    push: true,
    mountFrom,
    ...(credentials === undefined ? {} : { credentials }),
  })
  const scratch = await context.content.scratch()
  try {
    const manifests: PlatformManifest[] = []
    for (const one of [record, ...variantsOf(context.store, record)]) {
      const manifest = (await keptManifest(context, one)) ?? (await newManifest(context, one, { scratch, signal }))
      await uploadParts(context, { repository, mountFrom, parts: manifest.parts, target }, { signal, sink })
      manifests.push({ manifest, platform: one.platform })
    }
    const digest = await putManifests(repository, reference.tag, { manifests, signal })
    const name = `${canonicalName(reference)}@${digest}`
    const now = context.store.byId(record.id) ?? record
    context.store.save({ ...now, digests: [...new Set([...now.digests, name])] })
    context.emit({ type: 'image', action: 'push', id: formatReference(reference), attributes: { name: familiarReference(reference) } })
    sink({ target, verb: 'Pushed', phase: 'done' })
    return { digest }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

interface PlatformManifest {
  readonly manifest: PushManifest
  readonly platform: string
}

/** The manifest under the tag, or several under an index; returns the digest the tag then stands for. */
async function putManifests(
  repository: Repository,
  tag: string,
  { manifests, signal }: { readonly manifests: readonly PlatformManifest[]; readonly signal: AbortSignal },
): Promise<string> {
  const [first] = manifests
  if (first !== undefined && manifests.length === 1) {
    await repository.putManifest(tag, first.manifest.bytes, first.manifest.mediaType, signal)
    return `sha256:${sha256(first.manifest.bytes)}`
  }
  const descriptors = manifests.map(({ manifest: { bytes, mediaType }, platform }) => ({
    mediaType,
    digest: `sha256:${sha256(bytes)}`,
    size: bytes.length,
    platform: parsePlatform(platform),
  }))
  for (const [index, { manifest }] of manifests.entries())
    await repository.putManifest(descriptors[index]?.digest ?? '', manifest.bytes, manifest.mediaType, signal)
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: descriptors }))
  await repository.putManifest(tag, bytes, mediaTypes.ociIndex, signal)
  return `sha256:${sha256(bytes)}`
}

/** Other repositories of the same registry that the image is known to be in: their blobs need not be sent again. */
function siblings(record: ImageRecord, { host, path }: Reference): readonly string[] {
  const known = record.digests.map(parseReference).filter((other) => other.host === host && other.path !== path)
  return [...new Set(known.map((other) => other.path))].slice(0, 3)
}

interface Part {
  readonly file: string
  readonly descriptor: Descriptor
}

interface PushManifest {
  readonly bytes: Buffer
  readonly mediaType: string
  /** Layers, then the config. */
  readonly parts: readonly Part[]
}

interface Uploading {
  readonly repository: Repository
  readonly mountFrom: readonly string[]
  readonly parts: readonly Part[]
  readonly target: EventTarget
}

async function uploadParts(
  context: ImageContext,
  { repository, mountFrom, parts, target }: Uploading,
  { signal, sink }: { readonly signal: AbortSignal; readonly sink: EventSink },
): Promise<void> {
  const failed = new AbortController()
  const stop = AbortSignal.any([signal, failed.signal])
  const limit = createLimiter(parallelUploads)
  // The first answer settles endpoint and credentials for all of them.
  const first = parts[0]
  if (first !== undefined) await repository.hasBlob(first.descriptor.digest, signal)
  const results = await Promise.allSettled(
    uniqueParts(parts).map((part) =>
      limit(async () => {
        try {
          stop.throwIfAborted()
          await uploadPart(context, { repository, mountFrom, part, target }, { signal: stop, sink })
        } catch (error) {
          if (!failed.signal.aborted) failed.abort(error)
          throw error
        }
      }),
    ),
  )
  signal.throwIfAborted()
  if (results.some(({ status }) => status === 'rejected')) throw failed.signal.reason
}

function uniqueParts(parts: readonly Part[]): readonly Part[] {
  return [...new Map(parts.map((part) => [part.descriptor.digest, part])).values()]
}

async function uploadPart(
  { pool }: ImageContext,
  { repository, mountFrom, part, target: parent }: Omit<Uploading, 'parts'> & { readonly part: Part },
  { signal, sink }: { readonly signal: AbortSignal; readonly sink: EventSink },
): Promise<void> {
  const { file, descriptor } = part
  const target: EventTarget = { kind: 'layer', name: descriptor.digest.slice(7, 19) }
  if (await repository.hasBlob(descriptor.digest, signal)) {
    sink({ target, parent, verb: 'Layer already exists', phase: 'done' })
    return
  }
  for (const from of mountFrom) {
    if (!(await repository.mountBlob(descriptor.digest, from, signal))) continue
    sink({ target, parent, verb: `Mounted from ${from}`, phase: 'done' })
    return
  }
  sink({ target, parent, verb: 'Pushing', phase: 'start' })
  await pool.run(
    { kind: 'upload', path: file, target: repository.target(descriptor) },
    {
      signal,
      reauthorize: (challenge) => repository.reauthorize(challenge),
      onProgress: ({ current, total }) => sink({ target, parent, verb: 'Pushing', phase: 'progress', current, total }),
    },
  )
  sink({ target, parent, verb: 'Pushed', phase: 'done' })
}

/** The manifest the image came with, where all it names is still here: then the digest stays the same. */
async function keptManifest({ content }: ImageContext, record: ImageRecord): Promise<PushManifest | undefined> {
  const digest = record.manifests.at(-1)
  if (digest === undefined || !(await content.has(digest))) return undefined
  const bytes = await content.read(digest, maxManifestBytes)
  const manifest = parseManifest(bytes)
  if (manifest.kind === 'index') return undefined
  const descriptors = [...manifest.layers, manifest.config]
  for (const descriptor of descriptors) if (!(await content.has(descriptor.digest))) return undefined
  return {
    bytes,
    mediaType: manifest.mediaType,
    parts: descriptors.map((descriptor) => ({ descriptor, file: content.path(descriptor.digest) })),
  }
}

interface NewManifest {
  readonly scratch: string
  readonly signal: AbortSignal
}

async function newManifest(context: ImageContext, record: ImageRecord, { scratch, signal }: NewManifest): Promise<PushManifest> {
  const { content } = context
  const layers: Part[] = []
  for (const index of record.layers.keys()) {
    const blob = (await sendableBlob(context, record.layers[index])) ?? (await packLayer(context, { record, index, scratch, signal }))
    layers.push({ file: content.path(blob.digest), descriptor: { mediaType: blob.mediaType, digest: blob.digest, size: blob.size } })
  }
  const file = content.path(record.id)
  const config: Part = { file, descriptor: { mediaType: mediaTypes.ociConfig, digest: record.id, size: (await stat(file)).size } }
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      config: config.descriptor,
      layers: layers.map(({ descriptor }) => descriptor),
    }),
  )
  return { bytes, mediaType: mediaTypes.ociManifest, parts: [...layers, config] }
}

type LayerBlob = NonNullable<ImageLayer['blob']>

/** The layer's bytes as they came, where they are here and of a type that registries know. */
async function sendableBlob({ content, store }: ImageContext, layer: ImageLayer | undefined): Promise<LayerBlob | undefined> {
  const same = store.all().flatMap((record) => record.layers.filter(({ diffId }) => diffId === layer?.diffId))
  for (const { blob } of layer === undefined ? [] : [layer, ...same]) {
    if (blob !== undefined && /\.tar(\+gzip|\+zstd|\.gzip)$/.test(blob.mediaType) && (await content.has(blob.digest))) return blob
  }
  return undefined
}

/** Packs a layer that was made here, once: the bytes are kept with the image, so that the next push sends the same. */
async function packLayer(
  context: ImageContext,
  { record, index, scratch, signal }: NewManifest & { readonly record: ImageRecord; readonly index: number },
): Promise<LayerBlob> {
  const { content, pool, pins, store } = context
  const chainId = recordChains(record)[index] ?? ''
  const plain = await plainLayer(context, { record, index, chainId, scratch })
  const output = join(scratch, randomUUID())
  const { digest, size } = await pool.run({ kind: 'pack', path: plain.file, output }, { signal })
  const unpin = pins.pin([digest])
  try {
    await content.adopt(output, digest)
    const blob: LayerBlob = { digest, size, mediaType: mediaTypes.ociLayerGzip, tarSize: plain.size }
    const now = store.byId(record.id)
    if (now !== undefined) store.save({ ...now, layers: now.layers.map((layer, at) => (at === index ? { ...layer, blob } : layer)) })
    return blob
  } finally {
    unpin()
  }
}
