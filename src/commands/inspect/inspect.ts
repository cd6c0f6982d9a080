import { type ErrorKind, TscomposeError } from '../../base/errors.ts'
import type { Engine } from '../../engine/api.ts'
import { dockerContainer } from './container.ts'
import { dockerImage } from './image.ts'
import { dockerNetwork } from './network.ts'
import { dockerVolume } from './volume.ts'

export type InspectType = 'container' | 'image' | 'network' | 'volume'

export interface InspectResult {
  /** Docker's JSON, in the order asked. */
  readonly objects: readonly object[]
  /** Names nothing has. */
  readonly missing: readonly string[]
}

/** Looks each name up as a container, then an image, a network, a volume; or as `type` alone. */
export async function inspectObjects(
  engine: Engine,
  names: readonly string[],
  options: { readonly type?: InspectType } = {},
): Promise<InspectResult> {
  const types: readonly InspectType[] = options.type === undefined ? ['container', 'image', 'network', 'volume'] : [options.type]
  const found = await Promise.all(names.map((name) => inspectFirst(engine, name, types)))
  return {
    objects: found.filter((object) => object !== undefined),
    missing: names.filter((_, index) => found[index] === undefined),
  }
}

async function inspectFirst(engine: Engine, name: string, types: readonly InspectType[]): Promise<object | undefined> {
  for (const type of types) {
    const object = await unlessAbsent(inspectors[type](engine, name))
    if (object !== undefined) return object
  }
  return undefined
}

const inspectors: Readonly<Record<InspectType, (engine: Engine, name: string) => Promise<object>>> = {
  container: async (engine, name) => dockerContainer(await engine.containers.inspect({ container: name })),
  image: async (engine, name) => dockerImage(await engine.images.inspect({ image: name })),
  network: async (engine, name) => dockerNetwork(await engine.networks.inspect({ network: name })),
  volume: async (engine, name) => dockerVolume(await engine.volumes.inspect({ volume: name })),
}

/** A name one part cannot even read (`shop_default` is no image reference) may be another part's. */
const absent: ReadonlySet<ErrorKind> = new Set<ErrorKind>(['not-found', 'invalid'])

async function unlessAbsent(lookup: Promise<object>): Promise<object | undefined> {
  try {
    return await lookup
  } catch (error) {
    if (error instanceof TscomposeError && absent.has(error.kind)) return undefined
    throw error
  }
}
