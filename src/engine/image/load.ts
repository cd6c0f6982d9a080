import { open, readFile, rm } from 'node:fs/promises'
import { TscomposeError } from '../../base/errors.ts'
import { chainIds } from '../../oci/chain-id.ts'
import type { Descriptor } from '../../oci/descriptor.ts'
import { type Digest, digestHex, sha256Digest } from '../../oci/digest.ts'
import type { ImageConfigFile } from '../../oci/image-config.ts'
import { maxManifestBytes, parseManifest } from '../../oci/manifest.ts'
import { isConfigType } from '../../oci/media-types.ts'
import { maxConfigBytes, parseImageConfig } from '../../oci/parse-image-config.ts'
import { choosePlatform, hostPlatform } from '../../oci/platform.ts'
import { familiarReference, formatReference, parseReference, tryParseReference } from '../../oci/reference.ts'
import { badArchive } from '../../oci/tar/reader.ts'
import type * as api from '../api.ts'
import { bringLayers, chainLayers, makeDurable, recordImage } from './adopt-image.ts'
import type { ImageContext } from './context.ts'
import { explainFile, layerMediaType } from './import.ts'
import { createLayerProgress } from './pull-progress.ts'
import { detectCompression } from './work/decompress.ts'
import type { ScannedMember } from './work/jobs.ts'

/** An image found in an archive; all its parts are members whose digests are known. */
interface ArchivedImage {
  readonly config: ScannedMember
  readonly layers: readonly ScannedMember[]
  readonly tags: readonly string[]
}

/** images.load: docker-archive (old and new form) and OCI layout, plain or packed; see Images in api.ts. */
export async function loadImages(
  context: ImageContext,
  path: string,
  callContext: api.CallContext = {},
): Promise<readonly api.ImageSummary[]> {
  const scratch = await context.content.scratch()
  const { signal = new AbortController().signal } = callContext
  try {
    const { members } = await context.pool.run({ kind: 'scan', path, into: scratch }, { signal }).catch((error: unknown) => {
      throw explainFile(path, error)
    })
    const archive = createArchive(members)
    const images = archive.find('manifest.json') === undefined ? await readLayout(archive) : await readDockerArchive(archive)
    if (images.length === 0) throw badArchive(`${path} holds no image for this machine`)
    const loaded: api.ImageSummary[] = []
    for (const image of images) loaded.push(await loadImage(context, image, { ...callContext, signal }))
    return loaded
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

interface Archive {
  /** Follows links inside the archive. */
  find(name: string): ScannedMember | undefined
  /** As find; throws where it is missing. */
  get(name: string): ScannedMember
  /** The member a digest names, whose content has that digest. */
  blob(digest: Digest): ScannedMember
}

const maxLinks = 10

function createArchive(members: readonly ScannedMember[]): Archive {
  const byName = new Map(members.map((member) => [member.name, member]))
  const find = (name: string): ScannedMember | undefined => {
    let member = byName.get(name.replace(/^\.?\/+/, ''))
    for (let hop = 0; member?.link !== undefined && hop < maxLinks; hop++) member = byName.get(member.link)
    return member?.file === '' ? undefined : member
  }
  const get = (name: string): ScannedMember => {
    const member = find(name)
    if (member === undefined) throw badArchive(`it lacks ${name}`)
    return member
  }
  return {
    find,
    get,
    blob: (digest) => {
      const member = get(`blobs/${digest.replace(':', '/')}`)
      if (!digest.startsWith('sha256:') || member.sha256 !== digestHex(digest)) {
        throw new TscomposeError('invalid', 'DIGEST_MISMATCH', `blob ${digest} in the archive does not have that digest`, {
          target: digest,
        })
      }
      return member
    },
  }
}

async function readMember({ file, size, name }: ScannedMember, maxBytes: number): Promise<Buffer> {
  if (size > maxBytes) throw badArchive(`${name} is larger than ${maxBytes} bytes`)
  return readFile(file)
}

async function readJson(member: ScannedMember): Promise<unknown> {
  try {
    return JSON.parse((await readMember(member, maxManifestBytes)).toString('utf8'))
  } catch (error) {
    throw error instanceof SyntaxError ? badArchive(`${member.name} is not JSON`) : error
  }
}

async function readDockerArchive(archive: Archive): Promise<readonly ArchivedImage[]> {
  const list = await readJson(archive.get('manifest.json'))
  if (!Array.isArray(list)) throw badArchive('manifest.json is not a list')
  return list.map((item: unknown) => {
    const { Config: config, RepoTags: tags, Layers: layers } = (item ?? {}) as { Config?: unknown; RepoTags?: unknown; Layers?: unknown }
    if (typeof config !== 'string' || !isStrings(layers)) throw badArchive('manifest.json is malformed')
    return {
      config: archive.get(config),
      layers: layers.map((layer) => archive.get(layer)),
      tags: isStrings(tags) ? tags.map((tag) => formatReference(parseReference(tag))) : [],
    }
  })
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

async function readLayout(archive: Archive): Promise<readonly ArchivedImage[]> {
  const index = archive.find('index.json')
  if (index === undefined) throw badArchive('it is neither an image archive (manifest.json) nor an OCI layout (index.json)')
  const parsed = parseManifest(await readMember(index, maxManifestBytes))
  if (parsed.kind !== 'index') throw badArchive('index.json is not an index')
  const images: ArchivedImage[] = []
  for (const descriptor of parsed.manifests) {
    const image = await readLayoutImage(archive, descriptor)
    if (image !== undefined) images.push(image)
  }
  return images
}

/** Undefined for what is no image, or none for this machine. */
async function readLayoutImage(archive: Archive, descriptor: Descriptor): Promise<ArchivedImage | undefined> {
  let document = parseManifest(await readMember(archive.blob(descriptor.digest), maxManifestBytes), descriptor.mediaType)
  if (document.kind === 'index') {
    const chosen = choosePlatform(document.manifests, hostPlatform(process.arch))
    if (chosen === undefined) return undefined
    document = parseManifest(await readMember(archive.blob(chosen.digest), maxManifestBytes), chosen.mediaType)
  }
  if (document.kind === 'index' || !isConfigType(document.config.mediaType)) return undefined
  return {
    config: archive.blob(document.config.digest),
    layers: document.layers.map((layer) => archive.blob(layer.digest)),
    tags: namesOf(descriptor),
  }
}

/** A ref.name that is only a tag names no repository, so it names nothing here. */
function namesOf({ annotations = {} }: Descriptor): readonly string[] {
  const name = annotations['io.containerd.image.name'] ?? annotations['org.opencontainers.image.ref.name'] ?? ''
  const reference = /[:/]/.test(name) ? tryParseReference(name) : undefined
  return reference === undefined ? [] : [formatReference(reference)]
}

async function loadImage(
  context: ImageContext,
  image: ArchivedImage,
  { signal = new AbortController().signal, sink = () => undefined }: api.CallContext,
): Promise<api.ImageSummary> {
  const { content, pins } = context
  const configBytes = await readMember(image.config, maxConfigBytes)
  const config = parseImageConfig(configBytes)
  const digests = image.layers.map((layer) => sha256Digest(layer.sha256))
  const unpin = pins.pin([sha256Digest(image.config.sha256), ...digests, ...chainIds(config.rootfs.diff_ids)])
  try {
    return await bringImage(context, { image, config, configBytes }, { signal, sink })
  } catch (error) {
    // Nothing names these bytes, so nobody would ever delete them before the next start.
    for (const digest of digests)
      if (!context.store.all().some((record) => record.layers.some((layer) => layer.blob?.digest === digest))) await content.remove(digest)
    throw error
  } finally {
    unpin()
  }
}

interface ReadImage {
  readonly image: ArchivedImage
  readonly config: ImageConfigFile
  readonly configBytes: Buffer
}

async function bringImage(
  context: ImageContext,
  { image, config, configBytes }: ReadImage,
  { signal, sink }: Required<api.CallContext>,
): Promise<api.ImageSummary> {
  const { content } = context
  const target = {
    kind: 'image' as const,
    name: image.tags[0] === undefined ? `sha256:${image.config.sha256.slice(0, 12)}` : familiarReference(parseReference(image.tags[0])),
  }
  sink({ target, verb: 'Loading', phase: 'start' })
  const incoming = await Promise.all(
    chainLayers(image.layers, config).map(async ({ layer, ...place }) => {
      const digest = sha256Digest(layer.sha256)
      const mediaType = layerMediaType(await compressionOf(layer.file, content.path(digest)))
      const progress = createLayerProgress(sink, target, digest)
      return {
        ...place,
        from: { type: 'blob' as const, digest },
        blob: { digest, size: layer.size, mediaType },
        onProgress: progress.report,
        onExists: progress.exists,
        onCommitted: progress.complete,
        file: layer.file,
      }
    }),
  )
  for (const { blob, file } of incoming) if (!(await content.has(blob.digest))) await content.adopt(file, blob.digest)
  const layers = await bringLayers(context, incoming, signal)
  const id = await content.write(configBytes)
  const summary = recordImage(context, {
    id,
    config,
    // The bytes are in the store even where the tree was here already.
    layers,
    names: { tags: image.tags },
  })
  await makeDurable(context)
  context.emit({ type: 'image', action: 'load', id, attributes: { name: summary.tags[0] ?? id } })
  sink({ target, verb: 'Loaded', phase: 'done' })
  return summary
}

/** The file may have been taken into the store for another image of the same archive. */
async function compressionOf(file: string, elsewhere: string): Promise<ReturnType<typeof detectCompression>> {
  const handle = await open(file, 'r').catch(() => open(elsewhere, 'r'))
  try {
    const { buffer } = await handle.read(Buffer.alloc(6), 0, 6, 0)
    return detectCompression(buffer)
  } finally {
    await handle.close()
  }
}
