import { describe, expect, it } from 'vitest'
import { TscomposeError } from '../../../src/base/errors.ts'
import type { ImageSummary, NetworkInfo, VolumeInfo } from '../../../src/engine/api.ts'
import { type ObserveSources, observe } from '../../../src/engine/observe.ts'

const missing = (code: string) => (): Promise<never> => Promise.reject(new TscomposeError('not-found', code, 'no such thing'))
const named = (name: string): NetworkInfo & VolumeInfo => ({ name }) as NetworkInfo & VolumeInfo

function sources(more: Partial<ObserveSources> = {}): ObserveSources {
  return {
    containers: () => [],
    networks: { list: async () => [named('shop_default')], inspect: missing('NETWORK_NOT_FOUND') },
    volumes: { list: async () => [], inspect: missing('VOLUME_NOT_FOUND') },
    image: missing('IMAGE_NOT_FOUND'),
    ...more,
  }
}

describe('observe', () => {
  it('adds what is asked for by name and exists to what has the label, once', async () => {
    const inspect = async ({ network }: { readonly network: string }): Promise<NetworkInfo> => named(network)
    const state = await observe(
      { project: 'shop', networks: ['shop_default', 'front'] },
      sources({ networks: { ...sources().networks, inspect } }),
    )
    expect(state.networks.map((network) => network.name)).toEqual(['shop_default', 'front'])
  })

  it('says null for images and nothing for volumes that are not here', async () => {
    const image = async (reference: string): Promise<ImageSummary> =>
      reference === 'a' ? ({ id: 'sha256:a' } as ImageSummary) : missing('IMAGE_NOT_FOUND')()
    const state = await observe({ images: ['a', 'b'], volumes: ['data'] }, sources({ image }))
    expect(state.images).toEqual({ a: { id: 'sha256:a' }, b: null })
    expect(state.volumes).toEqual([])
  })

  it('does not hide other failures', async () => {
    await expect(observe({ images: ['a'] }, sources({ image: missing('IMAGE_RECORD') }))).rejects.toMatchObject({ code: 'IMAGE_RECORD' })
  })
})
