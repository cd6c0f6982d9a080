import { availableParallelism } from 'node:os'
import { workerUrl } from '../../base/worker-url.ts'
import { chainIds } from '../../oci/chain-id.ts'
import type { Digest } from '../../oci/digest.ts'
import type { ImageConfigFile } from '../../oci/image-config.ts'
import { familiarReference, formatReference, parseReference } from '../../oci/reference.ts'
import type * as api from '../api.ts'
import type {
  ContentStore,
  EmitEvent,
  EnginePaths,
  ImageCommitter,
  ImageResolver,
  RegistryClient,
  ResolvedImage,
  SnapshotStore,
} from '../parts.ts'
import { addImage } from './adopt-image.ts'
import { bootstrapImage } from './bootstrap/bootstrap.ts'
import { type CommitSource, commitContainer } from './commit.ts'
import { createImageConfigs } from './configs.ts'
import type { ImageContext } from './context.ts'
import { createImageStore, type ImageRecords, summarize } from './image-store.ts'
import { importImage } from './import.ts'
import { createLayerSet } from './layer-set.ts'
import { loadImages } from './load.ts'
import { createPins } from './pins.ts'
import { pruneImages } from './prune.ts'
import { createPull } from './pull.ts'
import { pushImage } from './push.ts'
import { type ImageRecord, isVariant, recordChains } from './record.ts'
import { collectGarbage, removeImage } from './remove.ts'
import { saveImages } from './save.ts'
import { type ImagesUsage, imagesUsage } from './usage.ts'
import { createWorkerPool } from './work/pool.ts'

export interface ImagePartOptions {
  readonly paths: EnginePaths
  readonly content: ContentStore
  readonly registry: RegistryClient
  readonly snapshots: SnapshotStore
  /** Records of `images/` below the data root, read by parseImageRecord. */
  readonly records: ImageRecords
  readonly emit: EmitEvent
  /** Names of the containers made from an image, in every state. */
  readonly usersOf: (imageId: string) => readonly string[]
  /** chainIDs the build cache relies on. */
  readonly retained: () => readonly string[]
  /** For commits. */
  readonly containers: CommitSource
  readonly now?: () => number
  /** Layers worked on at the same time. */
  readonly parallel?: number
}

export interface ImagePart {
  readonly resolver: ImageResolver
  readonly committer: ImageCommitter
  /** Everything but build, which has a part of its own. */
  readonly images: Omit<api.Images, 'build' | 'checkBuild' | 'pruneBuildCache'>
  /** Rejects IMAGE_NOT_FOUND. */
  readonly summary: (reference: string) => Promise<api.ImageSummary>
  readonly usage: () => ImagesUsage
  /** Deletes what no image, container or build knows of. To be called once the other parts know what they use. */
  collectGarbage(): Promise<void>
  close(): Promise<void>
}

/** The image store: names, configs and layers, and every way they come and go. */
export function createImagePart(options: ImagePartOptions): ImagePart {
  const { paths, content, registry, snapshots, records, emit, now = Date.now } = options
  const pool = createWorkerPool({
    url: workerUrl('layer-worker'),
    size: options.parallel ?? Math.min(Math.max(availableParallelism(), 3), 8),
  })
  const store = createImageStore(records)
  const configs = createImageConfigs(content)
  const layers = createLayerSet({ content, layers: snapshots, pool })
  const context: ImageContext = { paths, content, registry, snapshots, store, configs, layers, pool, emit, now, pins: createPins() }
  const resolve = async (image: string): Promise<ResolvedImage> => {
    const record = store.get(image)
    const { id, variants } = record
    const config = await configs.read(id)
    return { id, config, chainId: recordChains(record).at(-1) ?? '', ...(variants === undefined ? {} : { variants }) }
  }
  return {
    resolver: { resolve },
    committer: { put: (params) => putImage(context, params) },
    summary: async (reference) => summarize(store.get(reference)),
    images: {
      pull: createPull(context),
      push: (params, call) => pushImage(context, params, call),
      load: ({ path }, call) => loadImages(context, path, call),
      save: (params, call) => saveImages(context, params, call),
      import: (params, call) => importImage(context, params, call),
      bootstrap: (params, call) => bootstrapImage(context, params, call),
      commit: (params, call) => commitContainer(context, params, { source: options.containers, signal: call?.signal }),
      prune: (params) => pruneImages(context, params, options),
      tag: async (params) => tagImage(context, params),
      remove: ({ image, force = false }) => removeImage(context, { image, force }, options),
      list: async () =>
        store
          .all()
          .filter((record, _, all) => Object.keys(record.tags).length > 0 || !isVariant(record, all))
          .map(summarize)
          .sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1)),
      inspect: async ({ image }) => details(context, store.get(image), options.usersOf),
    },
    usage: () => imagesUsage(context),
    collectGarbage: () => collectGarbage(context, options.retained()),
    close: () => pool.close(),
  }
}

async function putImage(
  context: ImageContext,
  { config, tags, labels, variants }: Parameters<ImageCommitter['put']>[0],
): Promise<api.ImageSummary> {
  const names = tags.map((tag) => formatReference(parseReference(tag)))
  const file: ImageConfigFile =
    labels === undefined ? config : { ...config, config: { ...config.config, Labels: { ...config.config?.Labels, ...labels } } }
  const chains = chainIds(file.rootfs.diff_ids)
  const unpin = context.pins.pin(chains)
  try {
    const summary = await addImage(context, {
      config: file,
      layers: () => file.rootfs.diff_ids.map((diffId, index) => rememberedLayer(context, diffId, chains[index] ?? '')),
      names: { tags: names, ...(variants === undefined ? {} : { variants: variants as Digest[] }) },
    })
    for (const name of names) emitTag(context, summary.id, name)
    return summary
  } finally {
    unpin()
  }
}

/** Layers of the base image came from somewhere: their bytes are known by the image they came with. */
function rememberedLayer({ store, snapshots }: ImageContext, diffId: string, chainId: string): ImageRecord['layers'][number] {
  const known = store
    .all()
    .flatMap((record) => record.layers)
    .find((layer) => layer.diffId === diffId && layer.blob !== undefined)
  return { diffId, size: snapshots.layer(chainId)?.size ?? 0, ...(known?.blob === undefined ? {} : { blob: known.blob }) }
}

function tagImage(context: ImageContext, { image, reference }: Parameters<api.Images['tag']>[0]): void {
  const { store, now } = context
  const record = store.get(image)
  const parsed = parseReference(reference)
  const name = formatReference({ host: parsed.host, path: parsed.path, tag: parsed.tag ?? 'latest' })
  store.save({ ...record, tags: { ...record.tags, [name]: now() }, taggedAt: now() })
  emitTag(context, record.id, name)
}

function emitTag(context: ImageContext, id: string, name: string): void {
  context.emit({ type: 'image', action: 'tag', id, attributes: { name: familiarReference(parseReference(name)) } })
}

async function details({ configs }: ImageContext, record: ImageRecord, usersOf: ImagePartOptions['usersOf']): Promise<api.ImageDetails> {
  const configFile = await configs.read(record.id)
  return {
    ...summarize(record),
    config: configFile.config ?? {},
    configFile,
    layerSizes: record.layers.map((layer) => layer.size),
    containers: usersOf(record.id),
    author: configFile.author ?? '',
    comment: configFile.comment ?? '',
  }
}
