import { hasCode } from '../base/errors.ts'
import type * as api from './api.ts'

export interface ObserveSources {
  /** From memory, at once. */
  readonly containers: (filter: api.ContainerFilter) => readonly api.ContainerSummary[]
  readonly networks: Pick<api.Networks, 'list' | 'inspect'>
  readonly volumes: Pick<api.Volumes, 'list' | 'inspect'>
  /** A local image by reference; rejects IMAGE_NOT_FOUND. */
  readonly image: (reference: string) => Promise<api.ImageSummary>
}

/** Everything one reconcile needs to know, gathered side by side. */
export async function observe(params: api.ObserveParams, sources: ObserveSources): Promise<api.ObservedState> {
  const { project } = params
  const filter = project === undefined ? {} : { project }
  const [networks, volumes, images] = await Promise.all([
    withNamed(sources.networks.list(filter), params.networks ?? [], (network) => sources.networks.inspect({ network })),
    withNamed(sources.volumes.list(filter), params.volumes ?? [], (volume) => sources.volumes.inspect({ volume })),
    Promise.all((params.images ?? []).map(async (reference) => [reference, await lookUp(() => sources.image(reference))] as const)),
  ])
  return {
    containers: sources.containers({ ...filter, all: true }),
    networks,
    volumes,
    images: Object.fromEntries(images.map(([reference, image]) => [reference, image ?? null])),
  }
}

/** What carries the project's label, and besides it what is asked for by name and exists. */
async function withNamed<T extends { readonly name: string }>(
  listing: Promise<readonly T[]>,
  names: readonly string[],
  inspect: (name: string) => Promise<T>,
): Promise<readonly T[]> {
  const listed = await listing
  const missing = names.filter((name) => !listed.some((item) => item.name === name))
  const found = await Promise.all(missing.map((name) => lookUp(() => inspect(name))))
  return [...listed, ...found.filter((item) => item !== undefined)]
}

const absent = ['IMAGE_NOT_FOUND', 'NETWORK_NOT_FOUND', 'VOLUME_NOT_FOUND']

async function lookUp<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look()
  } catch (error) {
    if (absent.some((code) => hasCode(error, code))) return undefined
    throw error
  }
}
