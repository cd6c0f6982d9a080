import { describe, expect, it } from 'vitest'
import { parseManifest } from '../../../src/oci/manifest.ts'
import { isLayerType, mediaTypes } from '../../../src/oci/media-types.ts'
import { parseImageConfig } from '../../../src/oci/parse-image-config.ts'

const digest = `sha256:${'1'.repeat(64)}`
const descriptor = { mediaType: mediaTypes.ociConfig, digest, size: 3 }
const image = {
  schemaVersion: 2,
  mediaType: mediaTypes.ociManifest,
  config: descriptor,
  layers: [{ ...descriptor, mediaType: mediaTypes.ociLayerGzip }],
}
const index = {
  schemaVersion: 2,
  mediaType: mediaTypes.ociIndex,
  manifests: [{ ...descriptor, mediaType: mediaTypes.ociManifest, platform: { os: 'linux', architecture: 'arm', variant: 'v7' } }],
}
const parse = (value: unknown, type = ''): ReturnType<typeof parseManifest> => parseManifest(Buffer.from(JSON.stringify(value)), type)

describe('parseManifest', () => {
  it('reads images and indexes, typed by themselves or by how they were sent', () => {
    expect(parse(image)).toMatchObject({ kind: 'manifest', layers: [{ digest, size: 3 }] })
    expect(parse(index)).toMatchObject({ kind: 'index', manifests: [{ platform: { architecture: 'arm', variant: 'v7' } }] })
    const { mediaType: _a, ...untypedImage } = image
    const { mediaType: _b, ...untypedIndex } = index
    expect(parse(untypedImage, mediaTypes.dockerManifest)).toMatchObject({ kind: 'manifest', mediaType: mediaTypes.dockerManifest })
    expect(parse(untypedIndex)).toMatchObject({ kind: 'index' })
    expect(parse(untypedImage, 'application/json; charset=utf-8')).toMatchObject({ kind: 'manifest' })
  })

  it.each([
    ['both at once', { ...image, manifests: [] }, ''],
    ['an index that says it is an image', { ...index, mediaType: mediaTypes.ociManifest }, ''],
    ['another type than it was sent with', image, mediaTypes.ociIndex],
    ['no layers', { ...image, layers: undefined }, ''],
    ['a bad digest', { ...image, config: { ...descriptor, digest: 'sha256:../../etc/passwd' } }, ''],
    ['a negative size', { ...image, config: { ...descriptor, size: -1 } }, ''],
    ['a size that is no number', { ...image, config: { ...descriptor, size: '3' } }, ''],
    ['a list', [], ''],
    ['null', null, ''],
  ])('refuses %s', (_what, value, type) => {
    expect(() => parse(value, type)).toThrow(expect.objectContaining({ code: 'INVALID_MANIFEST' }))
  })

  it('refuses what is too large, not JSON, not UTF-8, of schema 1 or of an unknown type', () => {
    expect(() => parseManifest(Buffer.alloc(5_000_000, 32))).toThrow(expect.objectContaining({ code: 'INVALID_MANIFEST' }))
    expect(() => parseManifest(Buffer.from('{'))).toThrow(expect.objectContaining({ code: 'INVALID_MANIFEST' }))
    expect(() => parseManifest(Buffer.from([0x7b, 0xff, 0x7d]))).toThrow(expect.objectContaining({ code: 'INVALID_MANIFEST' }))
    expect(() => parse({ schemaVersion: 1 })).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_MANIFEST' }))
    expect(() => parse({ ...image, mediaType: 'application/x' })).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_MANIFEST' }))
  })

  it('knows layers by their types', () => {
    for (const type of [
      mediaTypes.ociLayer,
      mediaTypes.ociLayerGzip,
      mediaTypes.ociLayerZstd,
      mediaTypes.dockerLayer,
      mediaTypes.dockerLayerGzip,
      'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
    ]) {
      expect(isLayerType(type)).toBe(true)
    }
    for (const type of ['application/vnd.in-toto+json', 'application/octet-stream', '']) expect(isLayerType(type)).toBe(false)
  })
})

describe('parseImageConfig', () => {
  const config = (value: unknown): ReturnType<typeof parseImageConfig> => parseImageConfig(Buffer.from(JSON.stringify(value)))
  it('keeps what is well-formed and leaves out what is not', () => {
    const parsed = config({
      os: 'linux',
      architecture: 'amd64',
      rootfs: { diff_ids: [digest] },
      config: {
        Env: ['A=1'],
        Cmd: 'sh',
        Entrypoint: null,
        Labels: { a: 'b', c: 1 },
        Healthcheck: { Test: ['NONE'], Retries: 3, Interval: 'x' },
      },
    })
    expect(parsed.config).toEqual({ Env: ['A=1'], Labels: { a: 'b' }, Healthcheck: { Test: ['NONE'], Retries: 3 } })
    expect(parsed.rootfs.diff_ids).toEqual([digest])
  })

  it('refuses what cannot be an image', () => {
    for (const value of [{}, null, [], { rootfs: { diff_ids: ['sha256:x'] } }, { rootfs: { diff_ids: 'x' } }]) {
      expect(() => config(value)).toThrow(expect.objectContaining({ code: 'INVALID_IMAGE_CONFIG' }))
    }
  })
})
