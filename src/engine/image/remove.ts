import { hasCode, TscomposeError } from '../../base/errors.ts'
import type { Digest } from '../../oci/digest.ts'
import { familiarReference, formatReference, parseReference, tryParseReference } from '../../oci/reference.ts'
import type { ImageContext } from './context.ts'
import { familiarDigest } from './image-store.ts'
import { type ImageRecord, isVariant, recordBlobs, recordChains } from './record.ts'

export interface RemoveDeps {
  /** Names of containers made from the image. */
  readonly usersOf: (imageId: string) => readonly string[]
  /** chainIDs other parts rely on. */
  readonly retained: () => readonly string[]
}

/** images.remove with docker's rules and lines; see Images in api.ts. */
export async function removeImage(
  context: ImageContext,
  { image, force }: { readonly image: string; readonly force: boolean },
  deps: RemoveDeps,
): Promise<readonly string[]> {
  const record = context.store.get(image)
  const reference = tryParseReference(image)
  const tag = reference === undefined || reference.digest !== undefined ? undefined : formatReference(reference)
  const byTag = tag !== undefined && record.tags[tag] !== undefined ? tag : undefined
  const tags = Object.keys(record.tags)
  if (byTag === undefined && tags.length > 1 && !force) throw severalNames(record)
  const gone = byTag === undefined ? tags : [byTag]
  const isLast = gone.length === tags.length
  const users = isLast ? deps.usersOf(record.id) : []
  if (users.length > 0 && !force) throw inUse(image, users)
  const lines = gone.map((name) => `Untagged: ${familiarReference(parseReference(name))}`)
  for (const name of gone) emit(context, 'untag', record.id, familiarReference(parseReference(name)))
  if (!isLast || users.length > 0) {
    // Containers still stand on its layers: the image stays without a name until they are gone.
    context.store.save({ ...record, tags: Object.fromEntries(Object.entries(record.tags).filter(([name]) => !gone.includes(name))) })
    return lines
  }
  lines.push(...record.digests.map((digest) => `Untagged: ${familiarDigest(digest)}`))
  return [...lines, ...(await deleteImage(context, record, deps))]
}

async function deleteImage(context: ImageContext, record: ImageRecord, deps: RemoveDeps): Promise<readonly string[]> {
  const { store, content, configs, snapshots, pins } = context
  store.remove(record.id)
  configs.forget(record.id)
  emit(context, 'delete', record.id, record.id)
  // Asked for each: an image may have come meanwhile.
  const isKeptChain = (chainId: string): boolean =>
    pins.has(chainId) || deps.retained().includes(chainId) || store.all().some((other) => recordChains(other).includes(chainId))
  const isKeptBlob = (blob: string): boolean => pins.has(blob) || store.all().some((other) => recordBlobs(other).includes(blob))
  const lines = [`Deleted: ${record.id}`]
  // From the top: a layer under another one cannot go.
  for (const chainId of [...recordChains(record)].reverse()) {
    if (isKeptChain(chainId)) break
    if (!(await removeLayer(snapshots.removeLayer(chainId)))) break
    lines.push(`Deleted: ${chainId}`)
  }
  // Images of other platforms go with the name they went by.
  for (const id of record.variants ?? []) {
    const other = store.byId(id)
    if (other === undefined || Object.keys(other.tags).length > 0 || isVariant(other, store.all()) || deps.usersOf(id).length > 0) continue
    lines.push(...(await deleteImage(context, other, deps)))
  }
  for (const blob of recordBlobs(record)) if (!isKeptBlob(blob)) await content.remove(blob as Digest)
  return lines
}

/** False where something else stands on the layer, such as a container or the build cache. */
async function removeLayer(removal: Promise<void>): Promise<boolean> {
  try {
    await removal
    return true
  } catch (error) {
    if (hasCode(error, 'LAYER_IN_USE')) return false
    throw error
  }
}

function emit(context: ImageContext, action: string, id: string, name: string): void {
  context.emit({ type: 'image', action, id, attributes: { name } })
}

function inUse(image: string, users: readonly string[]): TscomposeError {
  return new TscomposeError(
    'conflict',
    'IMAGE_IN_USE',
    `image ${image} is used by ${users.length === 1 ? 'container' : 'containers'} ${users.join(', ')}`,
    {
      hint: 'remove them first, or take only the name away with --force',
      target: image,
    },
  )
}

function severalNames(record: ImageRecord): TscomposeError {
  const names = Object.keys(record.tags).map((tag) => familiarReference(parseReference(tag)))
  return new TscomposeError('conflict', 'IMAGE_HAS_NAMES', `image ${record.id.slice(7, 19)} has several names: ${names.join(', ')}`, {
    hint: 'remove it by one of its names, or use --force to remove all of them',
    target: record.id,
  })
}

/**
 * Deletes blobs and layers no image, build or running work knows of: what crashes and canceled pulls leave. Which layers
 * go is decided before this returns for the first time, so whoever calls it before taking requests is in nobody's way.
 */
export async function collectGarbage({ store, content, snapshots, pins }: ImageContext, retained: readonly string[]): Promise<void> {
  const layersGone = snapshots.gc([...store.all().flatMap(recordChains), ...retained, ...pins.all()])
  await content.collect((digest) => pins.has(digest) || store.all().some((record) => recordBlobs(record).includes(digest)))
  await layersGone
}
