import { TscomposeError } from '../base/errors.ts'
import { type LabelFilter, matchesLabels } from '../base/labels.ts'
import type { CallContext, ContainerSummary, DiskUsage, Engine } from '../engine/api.ts'

export interface SystemPruneOptions extends LabelFilter {
  /** Every image that no container is of, and all of the build cache; else images without a name and layers no image needs. */
  readonly all: boolean
  /** Anonymous volumes that no container uses, too. */
  readonly volumes: boolean
  /** Only what was made before, milliseconds since the epoch. */
  readonly until?: number
}

export interface SystemPruneResult {
  readonly containers: readonly string[]
  readonly networks: readonly string[]
  readonly volumes: readonly string[]
  /** `Untagged: …`, `Deleted: …`. */
  readonly images: readonly string[]
  /** Entries of the build cache. */
  readonly cacheEntries: number
  readonly bytes: number
}

/**
 * Removes what no container needs: first the stopped containers, then what only they held. What somebody began to use in
 * the meantime is left alone. `now` in milliseconds since the epoch.
 */
export async function pruneSystem(
  engine: Engine,
  options: SystemPruneOptions,
  context: CallContext & { readonly now: number },
): Promise<SystemPruneResult> {
  const { until, labels = [], withoutLabels = [], all } = options
  const isOld = (createdAt: number): boolean => until === undefined || createdAt < until
  const isMeant = (item: { readonly createdAt: number; readonly labels: Readonly<Record<string, string>> }): boolean =>
    isOld(item.createdAt) && matchesLabels(item.labels, options)
  const usage = await engine.diskUsage({}, context)
  const containers = usage.containers.filter(({ container }) => isStopped(container) && isMeant(container))
  const gone = await removeEach(containers, ({ container }) =>
    engine.containers.remove({ container: container.id, volumes: false }, context),
  )
  const networks = (await engine.networks.list({}, context)).filter((network) => network.containers.length === 0 && isMeant(network))
  const goneNetworks = await removeEach(networks, ({ name }) => engine.networks.remove({ network: name }, context))
  const goneVolumes = options.volumes ? await pruneVolumes(engine, isMeant, context) : []
  const images = await engine.images.prune({ all, labels, withoutLabels, ...(until === undefined ? {} : { until }) }, context)
  // Entries of the cache carry no labels, so none of them matches any.
  const cache =
    labels.length > 0
      ? { removed: 0, bytes: 0 }
      : await engine.images.pruneBuildCache(until === undefined ? {} : { unusedFor: Math.max(0, context.now - until) }, context)
  return {
    containers: gone.map(({ container }) => container.id),
    networks: goneNetworks.map(({ name }) => name),
    volumes: goneVolumes.map(({ volume }) => volume.name),
    images: images.lines,
    cacheEntries: cache.removed,
    bytes: sum(gone) + sum(goneVolumes) + images.bytes + cache.bytes,
  }
}

/** Asked for anew: containers that are gone by now held some of them. */
async function pruneVolumes(
  engine: Engine,
  isMeant: (volume: DiskUsage['volumes'][number]['volume']) => boolean,
  context: CallContext,
): Promise<DiskUsage['volumes']> {
  const { volumes } = await engine.diskUsage({}, context)
  const unused = volumes.filter(({ volume, containers }) => volume.anonymous && containers === 0 && isMeant(volume))
  return removeEach(unused, ({ volume }) => engine.volumes.remove({ volume: volume.name }, context))
}

function isStopped({ state }: ContainerSummary): boolean {
  return !['running', 'paused', 'restarting', 'removing'].includes(state.status)
}

/** Those that could be removed; who is in use again by now stays. */
async function removeEach<T>(items: readonly T[], remove: (item: T) => Promise<void>): Promise<readonly T[]> {
  const removed: T[] = []
  for (const item of items) {
    try {
      await remove(item)
      removed.push(item)
    } catch (error) {
      if (!(error instanceof TscomposeError && error.kind === 'conflict')) throw error
    }
  }
  return removed
}

function sum(items: readonly { readonly size: number }[]): number {
  return items.reduce((total, { size }) => total + size, 0)
}
