import { matchesLabels } from '../../base/labels.ts'
import type * as api from '../api.ts'
import type { ImageContext } from './context.ts'
import { type ImageRecord, isVariant, recordChains } from './record.ts'
import { type RemoveDeps, removeImage } from './remove.ts'

/** images.prune; see Images in api.ts. Bytes are those of layer trees and of layers as they came that are no longer here. */
export async function pruneImages(
  context: ImageContext,
  params: Parameters<api.Images['prune']>[0],
  deps: RemoveDeps,
): Promise<{ readonly lines: readonly string[]; readonly bytes: number }> {
  const lines: string[] = []
  let bytes = 0
  for (const record of context.store
    .all()
    .filter((each, _, records) => isPrunable(each, params) && !(params.all !== true && isVariant(each, records)))) {
    // Asked for each: a container may have come meanwhile.
    if (deps.usersOf(record.id).length > 0) continue
    const sizes = new Map(recordChains(record).map((chainId) => [chainId, context.snapshots.layer(chainId)?.size ?? 0]))
    const removed = await removeImage(context, { image: record.id, force: true }, deps)
    lines.push(...removed)
    bytes += removed.reduce((total, line) => total + (sizes.get(line.replace('Deleted: ', '')) ?? 0), blobBytesGone(context, record))
  }
  return { lines, bytes }
}

function isPrunable(
  { tags, createdAt, labels }: ImageRecord,
  { all = false, until, ...filter }: Parameters<api.Images['prune']>[0],
): boolean {
  if (!all && Object.keys(tags).length > 0) return false
  if (until !== undefined && createdAt >= until) return false
  return matchesLabels(labels, filter)
}

function blobBytesGone({ store }: ImageContext, { layers }: ImageRecord): number {
  const kept = new Set(store.all().flatMap((record) => record.layers.map(({ blob }) => blob?.digest)))
  return layers.reduce((total, { blob }) => total + (blob === undefined || kept.has(blob.digest) ? 0 : blob.size), 0)
}
