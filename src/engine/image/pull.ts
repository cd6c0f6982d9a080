import { TscomposeError } from '../../base/errors.ts'
import type { EventSink, EventTarget } from '../../base/event.ts'
import { chainIds } from '../../oci/chain-id.ts'
import type { Descriptor, Platform } from '../../oci/descriptor.ts'
import type { Digest } from '../../oci/digest.ts'
import type { ImageConfigFile } from '../../oci/image-config.ts'
import { type Manifest, parseManifest } from '../../oci/manifest.ts'
import { isConfigType, isLayerType } from '../../oci/media-types.ts'
import { maxConfigBytes, parseImageConfig } from '../../oci/parse-image-config.ts'
import { choosePlatform, formatPlatform, hostPlatform, isAttestation, parsePlatform, platformDistance } from '../../oci/platform.ts'
import { canonicalName, familiarReference, formatReference, parseReference, type Reference } from '../../oci/reference.ts'
import type * as api from '../api.ts'
import type { Repository } from '../parts.ts'
import { bringLayers, chainLayers, configPlatform, type IncomingLayer, makeDurable, recordImage } from './adopt-image.ts'
import type { ImageContext } from './context.ts'
import { createLayerProgress } from './pull-progress.ts'
import { createSharedFlights } from './shared-flight.ts'

interface FetchedImage {
  /** Digest the reference stands for at the registry: the index's where there is one. */
  readonly digest: Digest
  readonly manifestDigest: Digest
  readonly manifestBytes: Buffer
  readonly manifest: Manifest
  readonly config: ImageConfigFile
  readonly configBytes: Buffer
}

/** images.pull: one download however many ask; see Images in api.ts. */
export function createPull(context: ImageContext): api.Images['pull'] {
  const flights = createSharedFlights<api.ImageSummary>()
  return (params, { signal = new AbortController().signal, sink = () => undefined } = {}) => {
    const reference = parseReference(params.reference)
    const target: EventTarget = { kind: 'image', name: params.reference }
    const key = JSON.stringify([formatReference(reference), params.platform ?? '', params.unnamed ?? false, params.credentials ?? null])
    sink({ target, verb: 'Pulling', phase: 'start' })
    return flights(key, { signal, sink }, async (stop, emit) => {
      const summary = await pullImage(context, { params, reference, target }, { signal: stop, sink: emit })
      emit({ target, verb: 'Pulled', phase: 'done' })
      return summary
    })
  }
}

interface Wanted {
  readonly params: api.PullParams
  readonly reference: Reference
  readonly target: EventTarget
}

async function pullImage(
  context: ImageContext,
  { params, reference, target }: Wanted,
  { signal, sink }: { readonly signal: AbortSignal; readonly sink: EventSink },
): Promise<api.ImageSummary> {
  const { credentials } = params
  const repository = await context.registry.repository(reference, credentials === undefined ? {} : { credentials })
  const platform = params.platform === undefined ? undefined : parsePlatform(params.platform)
  const image = await fetchImage(repository, { reference, platform, signal })
  const unpin = context.pins.pin(imagePins(image))
  try {
    const named = params.unnamed !== true
    return await storeImage(context, { image, repository, reference, target, named }, { signal, sink })
  } finally {
    unpin()
  }
}

interface Fetched {
  readonly image: FetchedImage
  readonly repository: Repository
  readonly reference: Reference
  readonly target: EventTarget
  readonly named: boolean
}

function imagePins({ manifest, manifestDigest, config }: FetchedImage): readonly string[] {
  return [manifestDigest, manifest.config.digest, ...manifest.layers.map((layer) => layer.digest), ...chainIds(config.rootfs.diff_ids)]
}

async function storeImage(
  context: ImageContext,
  { image, repository, reference, target, named }: Fetched,
  { signal, sink }: { readonly signal: AbortSignal; readonly sink: EventSink },
): Promise<api.ImageSummary> {
  const { host, path, tag } = reference
  const layers = await bringLayers(context, incomingLayers(image, repository, { sink, target }), signal)
  await context.content.write(image.configBytes)
  await context.content.write(image.manifestBytes)
  const summary = recordImage(context, {
    id: image.manifest.config.digest,
    config: image.config,
    layers,
    names: {
      // A reference with a digest names that image, not what the tag stands for.
      tags: tag === undefined || reference.digest !== undefined || !named ? [] : [formatReference({ host, path, tag })],
      // The index's digest stands for the host's image.
      digests: [`${canonicalName(reference)}@${named ? image.digest : image.manifestDigest}`],
      manifest: image.manifestDigest,
    },
  })
  await makeDurable(context)
  context.emit({ type: 'image', action: 'pull', id: familiarReference(reference), attributes: { name: familiarReference(reference) } })
  return summary
}

interface Fetch {
  readonly reference: Reference
  /** Absent: the host's. */
  readonly platform: Platform | undefined
  readonly signal: AbortSignal
}

async function fetchImage(repository: Repository, fetch: Fetch): Promise<FetchedImage> {
  const { reference, platform, signal } = fetch
  const top = await repository.manifest(reference.digest ?? reference.tag ?? 'latest', signal)
  const parsed = parseManifest(top.bytes, top.mediaType)
  if (parsed.kind === 'manifest') {
    const config = await fetchConfig(repository, parsed, signal)
    if (platform !== undefined) checkPlatform(config.config, platform, reference)
    return { digest: top.digest, manifestDigest: top.digest, manifestBytes: top.bytes, manifest: parsed, ...config }
  }
  const wanted = platform ?? hostPlatform(process.arch)
  const chosen = choosePlatform(parsed.manifests, wanted)
  if (chosen === undefined) throw noPlatform(reference, wanted, parsed.manifests)
  const inner = await repository.manifest(chosen.digest, signal)
  const manifest = parseManifest(inner.bytes, inner.mediaType)
  if (manifest.kind === 'index')
    throw new TscomposeError('unsupported', 'UNSUPPORTED_MANIFEST', `image ${familiarReference(reference)} is an index of indexes`)
  const config = await fetchConfig(repository, manifest, signal)
  return { digest: top.digest, manifestDigest: inner.digest, manifestBytes: inner.bytes, manifest, ...config }
}

async function fetchConfig(
  repository: Repository,
  { config, layers }: Manifest,
  signal: AbortSignal,
): Promise<Pick<FetchedImage, 'config' | 'configBytes'>> {
  const odd = layers.find((layer) => !isLayerType(layer.mediaType))
  if (!isConfigType(config.mediaType) || odd !== undefined) {
    throw new TscomposeError(
      'unsupported',
      'NOT_AN_IMAGE',
      `this is an artifact of type ${(odd?.mediaType ?? config.mediaType).slice(0, 200)}, not an image that can run`,
    )
  }
  const configBytes = await repository.blob(config, maxConfigBytes, signal)
  return { config: parseImageConfig(configBytes), configBytes }
}

function checkPlatform(config: ImageConfigFile, wanted: Platform, reference: Reference): void {
  if (platformDistance(wanted, config) !== undefined) return
  throw noPlatform(reference, wanted, undefined, configPlatform(config))
}

function noPlatform(reference: Reference, wanted: Platform, manifests: readonly Descriptor[] | undefined, only = ''): TscomposeError {
  const there =
    manifests?.flatMap((each) => (each.platform === undefined || isAttestation(each) ? [] : [formatPlatform(each.platform)])).join(', ') ??
    only
  const name = familiarReference(reference)
  return new TscomposeError('not-found', 'NO_MATCHING_PLATFORM', `image ${name} is not there for ${formatPlatform(wanted)}`, {
    hint: there === '' ? 'choose another image' : `it is there for ${there}`,
    target: name,
  })
}

function incomingLayers(
  { manifest, config }: FetchedImage,
  repository: Repository,
  { sink, target }: { readonly sink: EventSink; readonly target: EventTarget },
): readonly IncomingLayer[] {
  return chainLayers(manifest.layers, config).map(({ layer, ...place }) => {
    const { digest, size, mediaType } = layer
    const progress = createLayerProgress(sink, target, digest)
    return {
      ...place,
      from: { type: 'remote', blob: () => repository.source(layer) },
      reauthorize: (challenge) => repository.reauthorize(challenge),
      blob: { digest, size, mediaType },
      onProgress: progress.report,
      onExists: progress.exists,
      onCommitted: progress.complete,
    }
  })
}
