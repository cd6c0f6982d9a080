import { TscomposeError } from '../base/errors.ts'
import type { Descriptor, Platform } from './descriptor.ts'
import { isDigest } from './digest.ts'
import { isIndexType, isManifestType, mediaTypes } from './media-types.ts'

/** Larger documents are refused before they are parsed. */
export const maxManifestBytes: number = 4 * 1024 * 1024

export interface Manifest {
  readonly kind: 'manifest'
  readonly mediaType: string
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
  readonly annotations: Readonly<Record<string, string>>
}

export interface Index {
  readonly kind: 'index'
  readonly mediaType: string
  readonly manifests: readonly Descriptor[]
  readonly annotations: Readonly<Record<string, string>>
}

type Json = Readonly<Record<string, unknown>>

/**
 * Parses an image manifest or index. `declaredType` is the Content-Type it came with, '' where there was none.
 * Rejects `invalid` INVALID_MANIFEST: types that contradict each other, documents that are both manifest and index
 * (CVE-2021-41190), anything malformed. Schema 1 is `unsupported`.
 */
export function parseManifest(bytes: Uint8Array, declaredType = ''): Manifest | Index {
  if (bytes.byteLength > maxManifestBytes) throw bad(`it is larger than ${maxManifestBytes} bytes`)
  const document = parseJsonObject(bytes)
  if (document.schemaVersion === 1) {
    throw new TscomposeError('unsupported', 'UNSUPPORTED_MANIFEST', 'the image has a schema 1 manifest, a format retired in 2017', {
      hint: 'push the image again with a current tool',
    })
  }
  const mediaType = documentType(document, declaredType)
  const hasManifests = document.manifests !== undefined
  const hasImage = document.config !== undefined || document.layers !== undefined
  if (hasManifests && hasImage) throw bad('it has both manifests and layers')
  const annotations = stringMap(document.annotations, 'annotations')
  if (isIndexType(mediaType)) {
    return { kind: 'index', mediaType, annotations, manifests: descriptors(document.manifests, 'manifests') }
  }
  if (hasManifests) throw bad(`it has manifests but says it is ${mediaType}`)
  return {
    kind: 'manifest',
    mediaType,
    annotations,
    config: parseDescriptor(document.config, 'config'),
    layers: descriptors(document.layers, 'layers'),
  }
}

function documentType(document: Json, declaredType: string): string {
  const declared = declaredType.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  const own = document.mediaType
  if (own !== undefined && typeof own !== 'string') throw bad('mediaType is not a string')
  const known = isIndexType(declared) || isManifestType(declared)
  if (own !== undefined && own !== '' && known && own !== declared) throw bad(`it was sent as ${declared} but says ${own}`)
  const type =
    own !== undefined && own !== ''
      ? own
      : known
        ? declared
        : document.manifests !== undefined
          ? mediaTypes.ociIndex
          : mediaTypes.ociManifest
  if (isIndexType(type) || isManifestType(type)) return type
  throw new TscomposeError('unsupported', 'UNSUPPORTED_MANIFEST', `manifest type ${type.slice(0, 200)} is not an image`, {
    hint: 'only OCI and Docker schema 2 images can be run',
  })
}

function descriptors(value: unknown, where: string): readonly Descriptor[] {
  if (!Array.isArray(value)) throw bad(`${where} is not a list`)
  return value.map((item, index) => parseDescriptor(item, `${where}[${index}]`))
}

/** A descriptor whose digest and size can be trusted to be well-formed. */
export function parseDescriptor(value: unknown, where: string): Descriptor {
  if (!isObject(value)) throw bad(`${where} is not an object`)
  const { mediaType, digest, size, urls, platform } = value
  if (typeof mediaType !== 'string') throw bad(`${where} has no mediaType`)
  if (typeof digest !== 'string' || !isDigest(digest)) throw bad(`${where} has no valid digest`)
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) throw bad(`${where} has no valid size`)
  if (urls !== undefined && urls !== null && !(Array.isArray(urls) && urls.every((url) => typeof url === 'string')))
    throw bad(`${where}.urls is not a list`)
  return {
    mediaType,
    digest,
    size,
    annotations: stringMap(value.annotations, `${where}.annotations`),
    ...(Array.isArray(urls) ? { urls } : {}),
    ...(isObject(platform) ? { platform: parsePlatformObject(platform, where) } : {}),
  }
}

function parsePlatformObject(value: Json, where: string): Platform {
  const { architecture, os, variant } = value
  if (typeof architecture !== 'string' || typeof os !== 'string') throw bad(`${where}.platform has no os or architecture`)
  return { architecture, os, ...(typeof variant === 'string' && variant !== '' ? { variant } : {}) }
}

function stringMap(value: unknown, where: string): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {}
  if (!isObject(value)) throw bad(`${where} is not an object`)
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}

function parseJsonObject(bytes: Uint8Array): Json {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw bad('it is not JSON')
  }
  if (!isObject(value)) throw bad('it is not a JSON object')
  return value
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function bad(why: string): TscomposeError {
  return new TscomposeError('invalid', 'INVALID_MANIFEST', `the image manifest is not valid: ${why}`, {
    hint: 'the registry or the archive is damaged, or the image was made by a broken tool',
  })
}
