import { rm, stat } from 'node:fs/promises'
import { TscomposeError } from '../../base/errors.ts'
import { sha256 } from '../../base/hash.ts'
import type { Descriptor } from '../../oci/descriptor.ts'
import type { Digest } from '../../oci/digest.ts'
import { maxManifestBytes, parseManifest } from '../../oci/manifest.ts'
import { mediaTypes } from '../../oci/media-types.ts'
import { canonicalName, familiarReference, formatReference, parseReference } from '../../oci/reference.ts'
import type * as api from '../api.ts'
import type { Repository } from '../parts.ts'
import type { ImageContext } from './context.ts'
import { type ImageRecord, recordChains } from './record.ts'
import { plainLayer } from './save.ts'

/** images.push: uploads what the registry lacks, then the manifest; see Images in api.ts. */
export async function pushImage(
  context: ImageContext,
  { reference: text, credentials }: Parameters<api.Images['push']>[0],
  { signal, sink }: api.CallContext = {},
): Promise<{ readonly digest: string }> {
  const reference = parseReference(text)
  if (reference.tag === undefined)
    throw new TscomposeError('invalid', 'INVALID_REFERENCE', `${text} has no tag to push to`, { hint: 'push NAME:TAG' })
  const record = context.store.get(text)
  const target = { kind: 'image' as const, name: text }
  sink?.({ target, verb: 'Pushing', phase: 'start' })
  const repository = await context.registry.repository(reference, { push: true, ...(credentials === undefined ? {} : { credentials }) })
  const scratch = await context.content.scratch()
  try {
    const manifest = (await keptManifest(context, record)) ?? (await newManifest(context, record, scratch))
    for (const { file, descriptor } of manifest.parts) await upload(repository, { file, descriptor, signal })
    await repository.putManifest(reference.tag, manifest.bytes, manifest.mediaType, signal)
    const digest = `sha256:${sha256(manifest.bytes)}`
    const name = `${canonicalName(reference)}@${digest}`
    const now = context.store.byId(record.id) ?? record
    context.store.save({ ...now, digests: [...new Set([...now.digests, name])] })
    context.emit({ type: 'image', action: 'push', id: formatReference(reference), attributes: { name: familiarReference(reference) } })
    sink?.({ target, verb: 'Pushed', phase: 'done' })
    return { digest }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

interface Part {
  readonly file: string
  readonly descriptor: Descriptor
}

interface PushManifest {
  readonly bytes: Buffer
  readonly mediaType: string
  readonly parts: readonly Part[]
}

async function upload(
  repository: Repository,
  { file, descriptor, signal }: Part & { readonly signal: AbortSignal | undefined },
): Promise<void> {
  if (await repository.hasBlob(descriptor.digest, signal)) return
  await repository.uploadFile(file, descriptor, signal)
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

async function newManifest(context: ImageContext, record: ImageRecord, scratch: string): Promise<PushManifest> {
  const { content } = context
  const layers: Part[] = []
  const chains = recordChains(record)
  for (const [index, layer] of record.layers.entries()) {
    const { blob } = layer
    if (blob !== undefined && /\.tar(\+(gzip|zstd)|\.gzip)?$/.test(blob.mediaType) && (await content.has(blob.digest))) {
      layers.push({ file: content.path(blob.digest), descriptor: { mediaType: blob.mediaType, digest: blob.digest, size: blob.size } })
      continue
    }
    if (blob !== undefined && /\+(xz|bzip2)$/.test(blob.mediaType)) throw unpushable(blob.mediaType)
    const plain = await plainLayer(context, { record, index, chainId: chains[index] ?? '', scratch })
    layers.push({
      file: plain.file,
      descriptor: { mediaType: mediaTypes.ociLayer, digest: plain.diffId as Digest, size: (await stat(plain.file)).size },
    })
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

function unpushable(mediaType: string): TscomposeError {
  return new TscomposeError('unsupported', 'LAYER_FORMAT', `registries know no layers of type ${mediaType}`, {
    hint: 'import the image again from a gzip or zstd archive',
  })
}
