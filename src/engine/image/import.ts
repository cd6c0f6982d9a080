import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { hasErrno, TscomposeError } from '../../base/errors.ts'
import type { ImageConfigFile } from '../../oci/image-config.ts'
import { mediaTypes } from '../../oci/media-types.ts'
import { hostPlatform, parsePlatform } from '../../oci/platform.ts'
import { formatReference, parseReference } from '../../oci/reference.ts'
import type * as api from '../api.ts'
import { addImage, makeDurable } from './adopt-image.ts'
import { applyChanges } from './changes.ts'
import type { ImageContext } from './context.ts'
import type { Compression, LayerResult } from './work/jobs.ts'

type ImportParams = Parameters<api.Images['import']>[0]

/** images.import: a one-layer image of a root file system tar; see Images in api.ts. */
export async function importImage(
  context: ImageContext,
  params: ImportParams,
  { signal, sink }: api.CallContext = {},
): Promise<api.ImageSummary> {
  const tags = params.reference === undefined ? [] : [formatReference(parseReference(params.reference))]
  const platform = params.platform === undefined ? hostPlatform(process.arch) : parsePlatform(params.platform)
  // What is wrong with the lines is said before the tar is read.
  const config = applyChanges({}, params.changes ?? [])
  const target = { kind: 'image' as const, name: params.reference ?? params.path }
  sink?.({ target, verb: 'Importing', phase: 'start' })
  const created = new Date(context.now()).toISOString()
  const { result, unpin } = await importLayer(context, params.path, signal)
  try {
    const file: ImageConfigFile = {
      architecture: platform.architecture,
      os: platform.os,
      ...(platform.variant === undefined ? {} : { variant: platform.variant }),
      created,
      comment: params.message ?? '',
      config,
      rootfs: { type: 'layers', diff_ids: [result.diffId] },
      history: [{ created, comment: params.message ?? 'imported from a tar archive' }],
    }
    const blob = { digest: result.digest, size: result.size, mediaType: layerMediaType(result.compression), tarSize: result.tarSize }
    const layers = [{ diffId: result.diffId, size: result.unpackedSize, blob }]
    const summary = await addImage(context, { config: file, layers: () => layers, names: { tags } })
    await makeDurable(context)
    context.emit({ type: 'image', action: 'import', id: summary.id, attributes: { name: params.reference ?? summary.id } })
    sink?.({ target, verb: 'Imported', phase: 'done' })
    return summary
  } finally {
    unpin()
  }
}

async function importLayer(
  context: ImageContext,
  path: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly result: LayerResult; readonly unpin: () => void }> {
  const { content, snapshots, pool, paths, pins } = context
  const scratch = await content.scratch()
  const { dir } = await snapshots.stage()
  let unpin = (): void => undefined
  try {
    const copyTo = join(scratch, randomUUID())
    const result = await pool
      .run({ kind: 'layer', staging: dir, input: { type: 'file', path, copyTo }, expected: {} }, { signal })
      .catch((error: unknown) => {
        throw explainFile(path, error)
      })
    await pool.run({ kind: 'sync', path: paths.dataRoot }, { signal })
    unpin = pins.pin([result.digest, result.diffId])
    await content.adopt(copyTo, result.digest)
    await snapshots.commitStaged({ dir, diffId: result.diffId, parentChainId: '', size: result.unpackedSize })
    return { result, unpin }
  } catch (error) {
    unpin()
    throw error
  } finally {
    await snapshots.discardStaged(dir)
    await rm(scratch, { recursive: true, force: true })
  }
}

/** What is wrong with a file the user named, in the user's words. */
export function explainFile(path: string, error: unknown): unknown {
  if (error instanceof TscomposeError && error.code === 'INVALID_ARCHIVE') {
    return new TscomposeError('invalid', 'INVALID_ARCHIVE', `${path} is not a usable archive: ${error.message}`, {
      hint: 'it must be a tar, plain or packed with gzip, zstd, xz or bzip2',
      cause: error,
    })
  }
  const isMissing = hasErrno(error, 'ENOENT') || (error instanceof Error && error.message.startsWith('ENOENT'))
  if (isMissing) return new TscomposeError('not-found', 'FILE_NOT_FOUND', `there is no file ${path}`, { target: path })
  const isDirectory = hasErrno(error, 'EISDIR') || (error instanceof Error && error.message.startsWith('EISDIR'))
  if (isDirectory) return new TscomposeError('invalid', 'INVALID_ARCHIVE', `${path} is a directory, not an archive`, { target: path })
  return error
}

/** Media type of a layer by how its bytes are packed. */
export function layerMediaType(compression: Compression): string {
  if (compression === 'gzip') return mediaTypes.ociLayerGzip
  if (compression === 'zstd') return mediaTypes.ociLayerZstd
  return compression === 'none' ? mediaTypes.ociLayer : `${mediaTypes.ociLayer}+${compression}`
}
