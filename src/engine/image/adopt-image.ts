import { TscomposeError } from '../../base/errors.ts'
import { sha256 } from '../../base/hash.ts'
import { chainIds } from '../../oci/chain-id.ts'
import { type Digest, sha256Digest } from '../../oci/digest.ts'
import type { ImageConfigFile } from '../../oci/image-config.ts'
import { formatPlatform, normalizePlatform } from '../../oci/platform.ts'
import type * as api from '../api.ts'
import type { ImageContext } from './context.ts'
import { summarize } from './image-store.ts'
import type { HeldLayer, LayerRequest } from './layer-set.ts'
import type { ImageLayer, ImageRecord } from './record.ts'
import type { JobProgress } from './work/jobs.ts'

/** A layer to bring in, with what is to be remembered of its bytes. */
export interface IncomingLayer extends LayerRequest {
  readonly blob: { readonly digest: Digest; readonly size: number; readonly mediaType: string }
  readonly onProgress: (progress: JobProgress) => void
  readonly onExists: () => void
  readonly onCommitted: () => void
}

/**
 * Unpacks what is missing of the layers, all side by side, and makes them visible together once the disk has them.
 * A failure or cancellation leaves nothing but bytes that a later attempt can use.
 */
export async function bringLayers(
  context: ImageContext,
  layers: readonly IncomingLayer[],
  signal: AbortSignal,
): Promise<readonly ImageLayer[]> {
  const failed = new AbortController()
  const stop = AbortSignal.any([signal, failed.signal])
  const known = await knownBlobs(context, layers)
  const missing = layers.filter(({ chainId, diffId }) => context.snapshots.layer(chainId) === undefined || !known.has(diffId))
  for (const layer of layers) if (!missing.includes(layer)) layer.onExists()
  const held: HeldLayer[] = []
  const results = await Promise.allSettled(
    missing.map(async (layer) => {
      try {
        const hold = await context.layers.hold(layer, { signal: stop, onProgress: layer.onProgress })
        held.push(hold)
        return hold
      } catch (error) {
        // The first failure ends the others: half an image is worth nothing.
        if (!failed.signal.aborted) failed.abort(error)
        throw error
      }
    }),
  )
  try {
    if (failed.signal.aborted) throw failed.signal.reason
    signal.throwIfAborted()
    if (held.length > 0) await context.pool.run({ kind: 'sync', path: context.paths.dataRoot }, { signal })
    for (const [index, layer] of missing.entries()) {
      const result = results[index]
      if (result?.status !== 'fulfilled') continue
      known.set(layer.diffId, { ...layer.blob, tarSize: (await result.value.commit()).tarSize })
      layer.onCommitted()
    }
    return layers.map(({ chainId, diffId }) => {
      const blob = known.get(diffId)
      return { diffId, size: context.snapshots.layer(chainId)?.size ?? 0, ...(blob === undefined ? {} : { blob }) }
    })
  } finally {
    for (const hold of held) hold.release()
  }
}

/**
 * Layers whose original bytes are here, by diffID. A tree without them (its image was removed, but a container kept the
 * tree) is not enough: it could not be saved or pushed again.
 */
async function knownBlobs(
  { store, content }: ImageContext,
  layers: readonly IncomingLayer[],
): Promise<Map<string, NonNullable<ImageLayer['blob']>>> {
  const wanted = new Set(layers.map(({ diffId }) => diffId))
  const known = new Map<string, NonNullable<ImageLayer['blob']>>()
  for (const { diffId, blob } of store.all().flatMap((record) => record.layers)) {
    if (blob !== undefined && wanted.has(diffId) && !known.has(diffId) && (await content.has(blob.digest))) known.set(diffId, blob)
  }
  return known
}

/** What is known of an image besides its config and layers. */
export interface ImageNames {
  /** Full references. */
  readonly tags?: readonly string[]
  readonly digests?: readonly string[]
  readonly manifest?: Digest
  /** Absent: none. */
  readonly variants?: readonly Digest[]
}

/**
 * Keeps the config of an image made here and makes the image visible. `layers` is asked for once the config is written.
 * Rejects as the disk does; then there is no image.
 */
export async function addImage(
  context: ImageContext,
  image: { readonly config: ImageConfigFile; readonly layers: () => readonly ImageLayer[]; readonly names: ImageNames },
): Promise<api.ImageSummary> {
  const bytes = Buffer.from(JSON.stringify(image.config))
  // A prune may come between the config and the record that names it.
  const unpin = context.pins.pin([sha256Digest(sha256(bytes))])
  try {
    const id = await context.content.write(bytes)
    return recordImage(context, { ...image, id, layers: image.layers() })
  } finally {
    unpin()
  }
}

/** Makes the image visible: merges with a record of the same ID, gives it its names, tells everybody. */
export function recordImage(
  context: ImageContext,
  image: { readonly id: Digest; readonly config: ImageConfigFile; readonly layers: readonly ImageLayer[]; readonly names: ImageNames },
): api.ImageSummary {
  const { store, now } = context
  const { id, config, layers, names } = image
  const before = store.byId(id)
  const taggedAt = now()
  const record: ImageRecord = {
    id,
    tags: { ...before?.tags, ...Object.fromEntries((names.tags ?? []).map((tag) => [tag, taggedAt])) },
    digests: unique([...(before?.digests ?? []), ...(names.digests ?? [])]),
    layers: layers.map((layer, index) => ({ ...before?.layers[index], ...layer })),
    createdAt: createdTime(config.created),
    taggedAt,
    labels: config.config?.Labels ?? {},
    platform: configPlatform(config),
    manifests: unique([...(before?.manifests ?? []), ...(names.manifest === undefined ? [] : [names.manifest])]),
    ...(names.variants === undefined ? {} : { variants: names.variants }),
  }
  store.save(record)
  return summarize(record)
}

/** Once it has resolved, everything recorded before survives a power loss: names as well as layers. */
export async function makeDurable({ pool, paths }: ImageContext): Promise<void> {
  await pool.run({ kind: 'sync', path: paths.dataRoot })
}

function unique<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)]
}

/** Milliseconds of an RFC 3339 time; 0 for none. */
export function createdTime(created: string | undefined): number {
  const time = created === undefined ? 0 : Date.parse(created)
  return Number.isNaN(time) ? 0 : time
}

export function configPlatform({ os, architecture, variant }: ImageConfigFile): string {
  return formatPlatform(normalizePlatform({ os, architecture, ...(variant === undefined ? {} : { variant }) }))
}

/** Pairs layers of a manifest or archive with the diffIDs of the config, and puts them in their places of the chain. */
export function chainLayers<L>(
  layers: readonly L[],
  config: ImageConfigFile,
): readonly { readonly layer: L; readonly diffId: string; readonly chainId: string; readonly parentChainId: string }[] {
  const diffIds = config.rootfs.diff_ids
  if (diffIds.length !== layers.length) {
    throw new TscomposeError('invalid', 'INVALID_MANIFEST', `the image has ${layers.length} layers, but its config names ${diffIds.length}`)
  }
  const chains = chainIds(diffIds)
  return layers.map((layer, index) => ({
    layer,
    diffId: diffIds[index] ?? '',
    chainId: chains[index] ?? '',
    parentChainId: index === 0 ? '' : (chains[index - 1] ?? ''),
  }))
}
