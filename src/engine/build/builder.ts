import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { createKeyedLock, createLimiter } from '../../base/concurrency.ts'
import type { Platform } from '../../oci/descriptor.ts'
import { formatPlatform } from '../../oci/platform.ts'
import type * as api from '../api.ts'
import { buildImages } from './build-images.ts'
import type { BuildRun } from './build-run.ts'
import { findWarnings, refuseFailingChecks } from './check-build.ts'
import { createTreeWorkers } from './context/worker.ts'
import type { BuilderDeps } from './deps.ts'
import { parseDockerfile } from './dockerfile/parse.ts'
import { createMountedChains, isBuildKey } from './mounted-chains.ts'
import { type ContextTools, openContext } from './open-context.ts'
import { readEpoch, stageOptions, targetPlatforms } from './options.ts'
import { createBuildProgress } from './progress.ts'
import { pruneBuildCache } from './prune-cache.ts'
import { planStages } from './stages.ts'

export interface Builder {
  /** Builds an image; `api.Images.build`. */
  readonly build: api.Images['build']
  readonly checkBuild: api.Images['checkBuild']
  readonly pruneBuildCache: api.Images['pruneBuildCache']
  /** Chains that must not be collected: those of the cache and of builds under way. */
  retainedChainIds(): readonly string[]
  /** Deletes what builds that were cut off left behind; for the start of the engine, when their steps have ended. */
  restore(): Promise<void>
  /** Ends threads that wait for work. */
  close(): Promise<void>
}

/** The Dockerfile builder. Steps of all builds share one limit; the cache is shared too. */
export function createBuilder(deps: BuilderDeps): Builder {
  const lock = createKeyedLock()
  const limit = createLimiter(Math.max(2, cpus().length))
  const workers = createTreeWorkers()
  const cachesInUse = new Set<string>()
  const held = new Map<symbol, Set<string>>()
  const scratchRoot = join(deps.paths.dataRoot, 'build-cache', 'tmp')

  async function build(spec: api.BuildSpec, context: api.CallContext = {}): Promise<api.ImageSummary> {
    return withTools(spec, context, async (tools, failed) => {
      const progress = createBuildProgress(context.sink ?? (() => undefined), spec.tags[0] ?? 'image', deps.now)
      const { source, tree } = await openContext(tools)
      const dockerfile = parseDockerfile(source)
      await refuseFailingChecks(deps, { dockerfile, spec, ignore: tree.ignore ?? [] })
      const token = Symbol('build')
      const chainsHeld = new Set<string>()
      held.set(token, chainsHeld)
      const shared = {
        ...tools,
        source,
        epoch: readEpoch(spec),
        contextTree: tree,
        chains: createMountedChains(deps.snapshots),
        lock,
        limit,
        cachesInUse,
        progress,
        context,
        retain: (chainId: string) => chainsHeld.add(chainId),
        trail: [],
        made: new Set<string>(),
      }
      const platforms = targetPlatforms(spec)
      const runFor = (platform: Platform): BuildRun => {
        const options = stageOptions(spec, platform)
        const label = [labelOf(spec), platforms.length === 1 ? '' : formatPlatform(platform)].filter((word) => word !== '').join(' ')
        return { ...shared, platform, options, plan: planStages(dockerfile, options), label }
      }
      try {
        const [main, ...others] = platforms
        const findings = (): ReturnType<typeof findWarnings> => findWarnings(deps, { dockerfile, spec, ignore: tree.ignore ?? [] })
        return await buildImages({ main: runFor(main), others: others.map(runFor), failed, findings })
      } finally {
        await shared.chains.close()
        held.delete(token)
      }
    })
  }

  async function checkBuild(spec: api.BuildSpec, context: api.CallContext = {}): ReturnType<api.Images['checkBuild']> {
    return withTools(spec, context, async (tools) => {
      const { source, tree } = await openContext(tools)
      const { warnings, failing } = await findWarnings(deps, { dockerfile: parseDockerfile(source), spec, ignore: tree.ignore ?? [] })
      return { warnings, failing }
    })
  }

  /** A thread, a directory and a signal for one call. */
  async function withTools<T>(
    spec: api.BuildSpec,
    context: api.CallContext,
    work: (tools: ContextTools, failed: AbortController) => Promise<T>,
  ): Promise<T> {
    const worker = workers.acquire()
    const scratch = createScratch(scratchRoot)
    const failed = new AbortController()
    const signal = context.signal === undefined ? failed.signal : AbortSignal.any([context.signal, failed.signal])
    try {
      return await work({ deps, spec, worker, scratch: scratch.path, signal }, failed)
    } finally {
      workers.release(worker)
      await scratch.remove()
    }
  }

  return {
    build,
    checkBuild,
    pruneBuildCache: (params) => pruneBuildCache(deps, { ...params, inUse: cachesInUse, now: deps.now ?? Date.now }),
    retainedChainIds: () => [
      ...new Set([...deps.records.list().map(({ chainId }) => chainId), ...[...held.values()].flatMap((set) => [...set])]),
    ],
    restore: async () => {
      const roots = deps.snapshots.keys().filter(isBuildKey)
      await Promise.all([...roots.map((key) => deps.snapshots.remove(key)), rm(scratchRoot, { recursive: true, force: true })])
    },
    close: () => workers.close(),
  }
}

/** Short name of what is built: last part of the first tag's repository. */
function labelOf(spec: api.BuildSpec): string {
  const tag = spec.tags[0] ?? ''
  return (tag.split('/').at(-1) ?? '').replace(/[:@].*$/, '')
}

function createScratch(root: string): { readonly path: () => Promise<string>; readonly remove: () => Promise<void> } {
  let made: Promise<string> | undefined
  const make = async (): Promise<string> => {
    await mkdir(root, { recursive: true, mode: 0o700 })
    return mkdtemp(join(root, 'build-'))
  }
  return {
    path: () => {
      made ??= make()
      return made
    },
    remove: async () => {
      if (made !== undefined) await rm(await made, { recursive: true, force: true })
    },
  }
}
