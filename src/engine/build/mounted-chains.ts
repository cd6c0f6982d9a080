import { randomBytes } from 'node:crypto'
import { createSingleFlight } from '../../base/concurrency.ts'
import type { Snapshotter } from '../parts.ts'

/** Roots of stages and images that COPY --from and RUN --mount read, mounted once per build. */
export interface MountedChains {
  /** Host path of the mounted root. What is written there is thrown away. */
  path(chainId: string): Promise<string>
  close(): Promise<void>
}

export function createMountedChains(snapshots: Snapshotter): MountedChains {
  const keys = new Map<string, { readonly key: string; readonly merged: string }>()
  const flight = createSingleFlight()
  return {
    path: (chainId) =>
      flight(chainId, async () => {
        const known = keys.get(chainId)
        if (known !== undefined) return known.merged
        const { key, merged } = await mountThrowaway(snapshots, chainId)
        keys.set(chainId, { key, merged })
        return merged
      }),
    close: async () => {
      await Promise.all([...keys.values()].map(({ key }) => snapshots.remove(key)))
      keys.clear()
    },
  }
}

/** A writable root over a chain; the caller removes `key`. */
export async function mountThrowaway(snapshots: Snapshotter, chainId: string): Promise<{ readonly key: string; readonly merged: string }> {
  const key = buildKey()
  try {
    await snapshots.prepare(key, chainId, { volatile: true })
    const { merged } = await snapshots.mount(key)
    return { key, merged }
  } catch (error) {
    await snapshots.remove(key)
    throw error
  }
}

const keyPrefix = 'build-'

/** Snapshot keys of builds, told from container ids by their first word. */
export function buildKey(): string {
  return `${keyPrefix}${randomBytes(12).toString('hex')}`
}

export function isBuildKey(key: string): boolean {
  return key.startsWith(keyPrefix)
}
