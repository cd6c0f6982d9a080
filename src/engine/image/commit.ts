import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { chainIds } from '../../oci/chain-id.ts'
import type { ImageConfig, ImageConfigFile } from '../../oci/image-config.ts'
import { familiarReference, formatReference, parseReference } from '../../oci/reference.ts'
import type * as api from '../api.ts'
import { addImage } from './adopt-image.ts'
import { applyChanges } from './changes.ts'
import type { ImageContext } from './context.ts'
import { recordBlobs, recordChains } from './record.ts'

/** What a commit needs of containers. */
export interface CommitSource {
  /** Rejects CONTAINER_NOT_FOUND. */
  inspect(container: string): Promise<api.ContainerDetails>
  /** Runs `work` while the processes of a running container stand still. */
  paused<T>(container: string, work: () => Promise<T>): Promise<T>
}

/** images.commit: the container's image with what the container has written as one more layer; see Images in api.ts. */
export async function commitContainer(
  context: ImageContext,
  params: Parameters<api.Images['commit']>[0],
  { source, signal }: { readonly source: CommitSource; readonly signal: AbortSignal | undefined },
): Promise<api.ImageSummary> {
  const tags = params.reference === undefined ? [] : [formatReference(parseReference(params.reference))]
  const container = await source.inspect(params.container)
  const base = context.store.get(container.imageId)
  const baseFile = await context.configs.read(base.id)
  const config = applyChanges(containerConfig(container), params.changes ?? [])
  const scratch = await context.content.scratch()
  const unpinBase = context.pins.pin([...recordBlobs(base), ...recordChains(base)])
  const { dir } = await context.snapshots.stage()
  try {
    const tar = join(scratch, 'layer.tar')
    const write = (): Promise<{ readonly diffId: string }> => context.snapshots.exportWritable(container.id, tar)
    const { diffId } = params.pause === false ? await write() : await source.paused(container.id, write)
    // Through the same door as every layer: the tree is what others will get from the tar.
    const job = { kind: 'layer', staging: dir, input: { type: 'file', path: tar }, expected: { diffId } } as const
    const { unpackedSize } = await context.pool.run(job, { signal })
    await context.pool.run({ kind: 'sync', path: context.paths.dataRoot }, { signal })
    const parentChainId = recordChains(base).at(-1) ?? ''
    const diffIds = [...baseFile.rootfs.diff_ids, diffId]
    const unpin = context.pins.pin(chainIds(diffIds))
    try {
      await context.snapshots.commitStaged({ dir, diffId, parentChainId, size: unpackedSize })
      const file = committedFile(baseFile, { config, diffIds, container, params, now: context.now() })
      const layers = [...base.layers, { diffId, size: unpackedSize }]
      const summary = await addImage(context, { config: file, layers: () => layers, names: { tags } })
      for (const tag of tags)
        context.emit({ type: 'image', action: 'tag', id: summary.id, attributes: { name: familiarReference(parseReference(tag)) } })
      return summary
    } finally {
      unpin()
    }
  } finally {
    unpinBase()
    await context.snapshots.discardStaged(dir)
    await rm(scratch, { recursive: true, force: true })
  }
}

interface Committed {
  readonly config: ImageConfig
  readonly diffIds: readonly string[]
  readonly container: api.ContainerDetails
  readonly params: Parameters<api.Images['commit']>[0]
  readonly now: number
}

function committedFile(base: ImageConfigFile, { config, diffIds, container, params, now }: Committed): ImageConfigFile {
  const created = new Date(now).toISOString()
  const { author = '', message = '' } = params
  const step = {
    created,
    created_by: container.command.join(' '),
    ...(author === '' ? {} : { author }),
    ...(message === '' ? {} : { comment: message }),
  }
  return {
    ...base,
    created,
    author,
    comment: message,
    config,
    rootfs: { type: 'layers', diff_ids: diffIds },
    history: [...(base.history ?? []), step],
  }
}

/** The image's config with what the container was given instead, as docker commit has it. */
function containerConfig({ imageConfig, spec }: api.ContainerDetails): ImageConfig {
  const env = new Map((imageConfig.Env ?? []).map((item) => [item.split('=', 1)[0] ?? '', item]))
  for (const [name, value] of Object.entries(spec.env ?? {})) {
    if (value === null) env.delete(name)
    else env.set(name, `${name}=${value}`)
  }
  const { Cmd: imageCommand, ...rest } = imageConfig
  const command = spec.command ?? (spec.entrypoint === undefined ? imageCommand : undefined)
  const ports = Object.fromEntries((spec.expose ?? []).map((port) => [port.includes('/') ? port : `${port}/tcp`, {}]))
  return {
    ...rest,
    ...(command === undefined ? {} : { Cmd: command }),
    ...(spec.entrypoint === undefined ? {} : { Entrypoint: spec.entrypoint }),
    ...(env.size === 0 ? {} : { Env: [...env.values()] }),
    ...(spec.workingDir === undefined ? {} : { WorkingDir: spec.workingDir }),
    ...(spec.user === undefined ? {} : { User: spec.user }),
    ...(spec.stopSignal === undefined ? {} : { StopSignal: spec.stopSignal }),
    ...(Object.keys(ports).length === 0 ? {} : { ExposedPorts: { ...imageConfig.ExposedPorts, ...ports } }),
    ...(Object.keys(spec.labels).length === 0 ? {} : { Labels: { ...imageConfig.Labels, ...spec.labels } }),
  }
}
