import type * as api from '../api.ts'
import type { ImageContext } from './context.ts'
import { summarize } from './image-store.ts'
import { type ImageRecord, recordChains } from './record.ts'

export interface ImagesUsage {
  readonly images: readonly Omit<api.DiskUsage['images'][number], 'containers'>[]
  readonly imagesSize: number
  /** chainIDs that some image needs. */
  readonly chainIds: ReadonlySet<string>
}

/** Bytes of all images: layer trees and the layers as they came, each counted once in `imagesSize`. */
export function imagesUsage({ store, snapshots }: ImageContext): ImagesUsage {
  const users = new Map<string, number>()
  const sizes = new Map<string, number>()
  const partsOf = new Map(store.all().map((record) => [record, parts(record, (chainId) => snapshots.layer(chainId)?.size ?? 0)]))
  for (const own of partsOf.values()) {
    for (const [key, size] of own) {
      users.set(key, (users.get(key) ?? 0) + 1)
      sizes.set(key, size)
    }
  }
  const images = [...partsOf].map(([record, own]) => {
    const total = (wanted: (count: number) => boolean): number =>
      [...own].reduce((sum, [key, size]) => sum + (wanted(users.get(key) ?? 0) ? size : 0), 0)
    return { image: summarize(record), sharedSize: total((count) => count > 1), uniqueSize: total((count) => count === 1) }
  })
  return {
    images,
    imagesSize: [...sizes.values()].reduce((sum, size) => sum + size, 0),
    chainIds: new Set(store.all().flatMap(recordChains)),
  }
}

/** What of an image takes space -> how much; a layer that two places of a chain share is one. */
function parts(record: ImageRecord, treeSize: (chainId: string) => number): ReadonlyMap<string, number> {
  return new Map([
    ...recordChains(record).map((chainId): readonly [string, number] => [`tree ${chainId}`, treeSize(chainId)]),
    ...record.layers.flatMap(({ blob }): (readonly [string, number])[] => (blob === undefined ? [] : [[`blob ${blob.digest}`, blob.size]])),
  ])
}
