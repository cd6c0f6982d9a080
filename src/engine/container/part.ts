import { existsSync } from 'node:fs'
import type { CgroupLayout } from '../../sys/cgroup/layout.ts'
import type * as api from '../api.ts'
import type { EmitEvent, EnginePaths, ImageResolver, NetworkProvider, Snapshotter, StepRunner, VolumeProvider } from '../parts.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { createContainersApi } from './containers-api.ts'
import type { Clock, ContainerDeps, PopulateVolume } from './deps.ts'
import { summarize } from './describe.ts'
import { readExitFile } from './exit.ts'
import { watchExits } from './exit-watch.ts'
import { readHostFacts } from './host-facts.ts'
import { createLifecycle } from './lifecycle.ts'
import { startLogRotation } from './logs/rotation-timer.ts'
import { exitDirectory } from './places.ts'
import { createReadyFilter } from './ready-filter.ts'
import { restoreContainers } from './restore.ts'
import { createStepRunner } from './step-runner.ts'
import { createContainerStore, matchesFilter, type RecordFiles } from './store.ts'
import { createSyncWorker } from './sync/worker.ts'

export interface ContainerPartOptions {
  readonly paths: EnginePaths
  readonly images: ImageResolver
  readonly snapshots: Snapshotter
  readonly volumes: VolumeProvider
  readonly populateVolume: PopulateVolume
  readonly network: NetworkProvider
  readonly runtime: Runtime
  readonly cgroups: CgroupLayout
  /** Keeps `ContainerRecord`s (`parseRecord`), one directory per id below `<dataRoot>/containers`, file `record.json`. */
  readonly records: RecordFiles
  readonly emit: EmitEvent
  readonly warn: (text: string) => void
  readonly clock?: Clock
}

export interface ContainerPart {
  readonly containers: api.Containers
  /** From memory, at once: every container that matches, sorted by name. */
  list(filter: api.ContainerFilter): readonly api.ContainerSummary[]
  /** Names of containers made from an image (by image ID). */
  usersOfImage(imageId: string): readonly string[]
  readonly stepRunner: StepRunner
  /** Once, before anything else is asked: re-adopts what runs, settles the rest. */
  restore(): Promise<void>
  /** Ends timers and watches; containers go on. */
  close(): Promise<void>
}

export function createContainerPart(options: ContainerPartOptions): ContainerPart {
  const clock = options.clock ?? { now: () => Date.now(), monotonic: () => performance.now() }
  const store = createContainerStore(options.records)
  const deps: ContainerDeps = {
    ...options,
    clock,
    store,
    host: readHostFacts(options.cgroups.mode),
    filter: createReadyFilter(`${options.paths.runRoot}/seccomp`),
  }
  const nextNumber = counter()
  const lifecycle = createLifecycle(deps, nextNumber)
  const syncWorker = createSyncWorker()
  const stepRunner = createStepRunner(deps)
  const closers: (() => void)[] = []
  const onExit = (id: string): void => {
    const entry = store.byId(id)
    const end = entry === undefined ? undefined : readExitFile(deps, id)
    if (entry !== undefined && end !== undefined) void lifecycle.ended(entry, end)
  }
  const list = (filter: api.ContainerFilter): readonly api.ContainerSummary[] =>
    store
      .all()
      .filter(({ record }) => matchesFilter(record, filter))
      .map(summarize)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  return {
    containers: createContainersApi(deps, { lifecycle, nextNumber, syncWorker, list }),
    list,
    usersOfImage: (imageId) => store.all().flatMap(({ record }) => (record.imageId === imageId ? [record.name] : [])),
    stepRunner,
    restore: async () => {
      const rebooted = !existsSync(exitDirectory(options.paths))
      closers.push(watchExits(exitDirectory(options.paths), onExit), startLogRotation(deps))
      const running = await restoreContainers(deps, { lifecycle, rebooted })
      // Ends between the look at the processes and now have left their file.
      for (const id of running) onExit(id)
    },
    close: async () => {
      lifecycle.close()
      syncWorker.close()
      for (const close of closers.splice(0)) close()
      await stepRunner.close()
    },
  }
}

/** File names of exec sessions must not meet those of an engine that ran before. */
function counter(): () => number {
  let last = Date.now() % 1_000_000_000
  return () => ++last
}
