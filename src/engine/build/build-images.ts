import type { ImageConfigFile } from '../../oci/image-config.ts'
import type * as api from '../api.ts'
import type { BuildRun } from './build-run.ts'
import { exportCaches, importCaches, inlineLabel } from './cache-transfer.ts'
import type { findWarnings } from './check-build.ts'
import { createSolver, type Solver } from './solve.ts'
import { type StageState, toConfigFile } from './state.ts'

export interface PlatformBuilds {
  /** The image that gets the names. */
  readonly main: BuildRun
  /** The same file for other platforms; everything but plan, platform and labels of steps is shared with `main`. */
  readonly others: readonly BuildRun[]
  /** Ends what is under way. */
  readonly failed: AbortController
  /** Asked for when the base images are here: what they set is no fault of the file. */
  readonly findings: () => ReturnType<typeof findWarnings>
}

/** Solves the target for each platform side by side, and stores the images. */
export async function buildImages({ main, others, failed, findings }: PlatformBuilds): Promise<api.ImageSummary> {
  const solvers: Solver[] = []
  const solve = async (run: BuildRun): Promise<Built> => {
    const solver = createSolver(run)
    solvers.push(solver)
    return { run, state: await solver.solve(run.plan.target.index) }
  }
  main.progress.begin()
  try {
    await importCaches(main)
    const [built, variants] = await Promise.all([solve(main), Promise.all(others.map(solve))])
    const image = await storeImages(built, variants)
    for (const warning of (await findings()).warnings) main.progress.finding(warning)
    main.progress.done()
    return image
  } catch (error) {
    // Stages that run side by side must be over before what they work on goes away.
    failed.abort()
    await Promise.all(solvers.map((solver) => solver.settle()))
    main.progress.fail()
    throw error
  }
}

interface Built {
  readonly run: BuildRun
  readonly state: StageState
}

async function storeImages(main: Built, others: readonly Built[]): Promise<api.ImageSummary> {
  const { spec, deps, worker, made } = main.run
  await worker.run('flush', {})
  // Steps run on mounts that never flush. Their layers must be on disk before an image that needs them is.
  if (made.size > 0) await worker.run('sync', { path: deps.paths.dataRoot })
  const variants: string[] = []
  for (const other of others) variants.push((await deps.images.put({ config: configOf(other), tags: [] })).id)
  const image = await deps.images.put({ config: configOf(main), tags: spec.tags, ...(variants.length === 0 ? {} : { variants }) })
  await exportCaches(
    main.run,
    [main, ...others].map(({ state }) => state.diffIds),
  )
  return image
}

function configOf({ run, state }: Built): ImageConfigFile {
  const labels = { ...run.spec.labels, ...inlineLabel(run, state) }
  return toConfigFile(state, { labels, ...(run.epoch === undefined ? {} : { epoch: run.epoch }) })
}
