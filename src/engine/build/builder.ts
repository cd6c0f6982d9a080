import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { createKeyedLock, createLimiter } from '../../base/concurrency.ts'
import type { Platform } from '../../oci/descriptor.ts'
import { formatPlatform, hostPlatform, parsePlatform } from '../../oci/platform.ts'
import type * as api from '../api.ts'
import type { BuildRun } from './build-run.ts'
import { createTreeWorkers } from './context/worker.ts'
import type { BuilderDeps } from './deps.ts'
import { parseDockerfile } from './dockerfile/parse.ts'
import { createMountedChains } from './mounted-chains.ts'
import { createBuildProgress } from './progress.ts'
import { readContextTree, readDockerfile } from './read-context.ts'
import { createSolver, type Solver } from './solve.ts'
import { planStages, type StageOptions } from './stages.ts'
import { toConfigFile } from './state.ts'

export interface Builder {
  /** Builds an image; `api.Images.build`. */
  readonly build: api.Images['build']
  /** Chains that must not be collected: those of the cache and of builds under way. */
  retainedChainIds(): readonly string[]
  /** Deletes what builds that were cut off left behind; for the start of the engine. */
  restore(): Promise<void>
  /** Ends threads that wait for work. */
  close(): Promise<void>
}

/** The Dockerfile builder. Steps of all builds share one limit; the cache is shared too. */
export function createBuilder(deps: BuilderDeps): Builder {
  const lock = createKeyedLock()
  const limit = createLimiter(Math.max(2, cpus().length))
  const workers = createTreeWorkers()
  const held = new Map<symbol, Set<string>>()
  const scratchRoot = join(deps.paths.dataRoot, 'build-cache', 'tmp')

  async function build(spec: api.BuildSpec, context: api.CallContext = {}): Promise<api.ImageSummary> {
    const sink = context.sink ?? (() => undefined)
    const progress = createBuildProgress(sink, spec.tags[0] ?? 'image', deps.now)
    const source = await readDockerfile(spec)
    const platform = spec.platform === undefined ? hostPlatform(process.arch) : parsePlatform(spec.platform)
    const options = stageOptions(spec, platform)
    const plan = planStages(parseDockerfile(source), options)
    const contextTree = await readContextTree(spec, deps.paths.dataRoot)
    const token = Symbol('build')
    const chainsHeld = new Set<string>()
    held.set(token, chainsHeld)
    const worker = workers.acquire()
    const chains = createMountedChains(deps.snapshots)
    const scratch = createScratch(scratchRoot)
    const failed = new AbortController()
    const run: BuildRun = {
      deps,
      spec,
      plan,
      options,
      source,
      platform,
      label: labelOf(spec),
      contextTree,
      worker,
      chains,
      lock,
      limit,
      progress,
      context,
      retain: (chainId) => chainsHeld.add(chainId),
      made: new Set(),
      scratch: scratch.path,
      signal: context.signal === undefined ? failed.signal : AbortSignal.any([context.signal, failed.signal]),
    }
    const solver = createSolver(run)
    progress.begin()
    try {
      const image = await finish(run, solver)
      progress.done()
      return image
    } catch (error) {
      // Stages that run side by side must be over before what they work on goes away.
      failed.abort()
      await solver.settle()
      progress.fail()
      throw error
    } finally {
      await chains.close()
      workers.release(worker)
      await scratch.remove()
      held.delete(token)
    }
  }

  return {
    build,
    retainedChainIds: () => [
      ...new Set([...deps.records.list().map(({ chainId }) => chainId), ...[...held.values()].flatMap((set) => [...set])]),
    ],
    restore: () => rm(scratchRoot, { recursive: true, force: true }),
    close: () => workers.close(),
  }
}

async function finish(run: BuildRun, solver: Solver): Promise<api.ImageSummary> {
  const { spec, deps, plan, worker } = run
  const state = await solver.solve(plan.target.index)
  await worker.run('flush', {})
  // Steps run on mounts that never flush. Their layers must be on disk before an image that needs them is.
  if (run.made.size > 0) await worker.run('sync', { path: deps.paths.dataRoot })
  const epoch = spec.args?.SOURCE_DATE_EPOCH
  const config = toConfigFile(state, {
    ...(spec.labels === undefined ? {} : { labels: spec.labels }),
    ...(epoch !== undefined && /^\d{1,11}$/.test(epoch) ? { epoch: Number(epoch) } : {}),
  })
  return deps.images.put({ config, tags: spec.tags })
}

function stageOptions(spec: api.BuildSpec, platform: Platform): StageOptions {
  const host = hostPlatform(process.arch)
  return {
    args: spec.args ?? {},
    platformArgs: { ...platformArgs('TARGET', platform), ...platformArgs('BUILD', host) },
    ...(spec.target === undefined ? {} : { target: spec.target }),
    contexts: spec.additionalContexts ?? {},
  }
}

function platformArgs(prefix: string, platform: Platform): Record<string, string> {
  return {
    [`${prefix}PLATFORM`]: formatPlatform(platform),
    [`${prefix}OS`]: platform.os,
    [`${prefix}ARCH`]: platform.architecture,
    [`${prefix}VARIANT`]: platform.variant ?? '',
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
