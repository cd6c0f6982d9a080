import { setTimeout as sleep } from 'node:timers/promises'
import { createLimiter } from '../../base/concurrency.ts'
import { hasCode, TscomposeError } from '../../base/errors.ts'
import type { Batch } from '../../watch/pending.ts'
import { asksForCopiesOnly } from '../../watch/rules.ts'
import { createWatcher, type Watcher } from '../../watch/watcher.ts'
import { findContainers } from '../scope.ts'
import { up } from '../up.ts'
import { actOn, asksForInitialSync, createSyncReport, initialSync } from './act.ts'
import { createHistory } from './history.ts'
import { started, type WatchOptions, type WatchRun, type WatchScope } from './run.ts'
import { followStarts } from './starts.ts'
import { createSyncBack, wantsSyncBack } from './sync-back.ts'
import { realPath, watchTargets } from './targets.ts'

/** How often files that the container generates are looked at. */
const syncBackMs = 1000

/** Keeps containers in step with the files they are made from until the signal aborts. A failure is shown and the watch goes on. */
export async function watch(scope: WatchScope, options: WatchOptions): Promise<void> {
  let run = prepareRun(scope, options.files, options)
  let watcher = await openWatcher(run)
  const history = createHistory(scope.projectName, options.onStatus)
  const recent = createRecent()
  // A batch that makes containers fills them itself: others wait, so that each is filled once.
  const inTurn = createLimiter(1)
  const starting = new Set<string>()
  const fillStarting = (): Promise<void> =>
    inTurn(async () => {
      const ids = new Set(starting)
      starting.clear()
      await initialSync(run, ids)
    })
  const fillStarts = async (since: number): Promise<void> => {
    const isWanted = (id: string, service: string): boolean => !run.filled.has(id) && asksForInitialSync(run, service)
    await followStarts(run.scope, {
      since,
      isWanted,
      onStart: (id) => {
        starting.add(id)
        if (starting.size === 1) inBackground(run, fillStarting)
      },
    })
  }
  const reconnect = async (): Promise<void> => {
    const since = Date.now()
    run = { ...run, scope: { ...run.scope, engine: await options.reconnect() } }
    inBackground(run, () => fillStarts(since))
    // Others may have started some while nobody listened.
    inBackground(run, () => inTurn(() => initialSync(run)))
  }
  let reconnecting: Promise<void> | undefined
  /** Does work once more where the engine went away meanwhile. */
  const connected = async <T>(work: () => Promise<T>): Promise<T> => {
    const { engine } = run.scope
    try {
      return await work()
    } catch (error) {
      if (!hasCode(error, 'CONNECTION_LOST') || scope.signal.aborted) throw error
      if (run.scope.engine === engine) {
        reconnecting ??= reconnect().finally(() => (reconnecting = undefined))
        await reconnecting
      }
      return await work()
    }
  }
  const back = createSyncBack()
  const takeBack = async (): Promise<void> => {
    if (wantsSyncBack(run.rules)) await guarded(run, () => connected(() => back.poll(run, (path) => watcher.expect(path))))
  }
  const copies = createUnderWay(copiesAtOnce)
  const actOnBatch = async (batch: Batch): Promise<void> => {
    const before = recent.paths()
    recent.add(batch.paths)
    const outcome = await guarded(run, () => connected(() => actOn(run, batch.paths, before)))
    if (outcome !== undefined && outcome.actions.length > 0) history.add(batch, outcome)
  }
  const takeProject = async (): Promise<void> => {
    const next = await applyChangedProject(run, watcher)
    if (next === undefined) return
    ;({ run, watcher } = next)
    history.start(run.rules)
  }
  let stopTaking = (): void => {}
  const since = Date.now()
  try {
    await options.bringUp?.()
    // Makes the engine ready to sync, so that the first save is as fast as the next.
    await warmUp(run)
    await guarded(run, () => initialSync(run))
    inBackground(run, () => fillStarts(since))
    history.start(run.rules)
    options.report('Watch enabled')
    stopTaking = repeat(takeBack, syncBackMs)
    for (;;) {
      const batch = await watcher.next(scope.signal)
      if (batch === undefined) return
      const { files } = run
      const isProject = batch.paths.some((path) => files.includes(path))
      if (!isProject && asksForCopiesOnly(batch.paths, run.rules)) {
        await copies.add(actOnBatch(batch))
        continue
      }
      await copies.done()
      await inTurn(async () => {
        if (isProject) await takeProject()
        await actOnBatch(batch)
      })
    }
  } finally {
    stopTaking()
    await watcher.close()
  }
}

/** So many batches of files may be on their way into the containers while the next is collected. */
const copiesAtOnce = 64

interface UnderWay {
  /** Resolves when there is room for more. Rejects as work did that was added before. */
  add(work: Promise<void>): Promise<void>
  /** Resolves when nothing is left. */
  done(): Promise<void>
}

function createUnderWay(most: number): UnderWay {
  const working = new Set<Promise<void>>()
  const wait = async (fewer: number): Promise<void> => {
    while (working.size >= fewer) await Promise.race(working)
  }
  return {
    add: async (work) => {
      working.add(work)
      // Whoever waits next is told of a failure.
      work.then(
        () => working.delete(work),
        () => {},
      )
      await wait(most)
    },
    done: () => wait(1),
  }
}

/** Calls again and again, `ms` after the last call has ended, until the returned function is called. */
function repeat(work: () => Promise<void>, ms: number): () => void {
  let isOver = false
  let timer: NodeJS.Timeout | undefined
  const later = (): void => {
    if (!isOver) timer = setTimeout(() => void work().then(later, later), ms)
  }
  later()
  return () => {
    isOver = true
    clearTimeout(timer)
  }
}

/** A save or a checkout is over after this; it may be more than one batch. */
const oneChangeMs = 1000

/** Paths of the last batches. */
function createRecent(): { paths(): readonly string[]; add(paths: readonly string[]): void } {
  let batches: { readonly at: number; readonly paths: readonly string[] }[] = []
  return {
    paths: () => {
      batches = batches.filter(({ at }) => performance.now() - at < oneChangeMs)
      return batches.flatMap(({ paths }) => paths)
    },
    add: (paths) => {
      batches.push({ at: performance.now(), paths })
    },
  }
}

function prepareRun(scope: WatchScope, files: readonly string[], options: WatchOptions): WatchRun {
  const { rules, warnings, complaints } = watchTargets(scope.project, options.services)
  for (const warning of warnings) options.report(warning)
  if (complaints.length > 0) options.complain(complaints)
  if (rules.length > 0) {
    const real = new Set(files.filter((file) => file.startsWith('/')).map(realPath))
    return { scope, rules, files: [...real], options, replicas: new Map(), filled: new Set(), tellSync: createSyncReport(options.report) }
  }
  throw new TscomposeError('invalid', 'NOTHING_TO_WATCH', 'none of the selected services is configured for watch', {
    hint: 'add `develop.watch` rules to a service',
  })
}

function openWatcher({ rules, files, options }: WatchRun): Promise<Watcher> {
  return createWatcher({ rules, files, warn: options.report })
}

/** The watcher holds changes of one file back for so long. */
const heldBackMs = 100

/**
 * Takes changed project files over, or shows what is wrong with them and keeps the project as it was.
 * The new watcher sees before the old one is closed: no change falls between them.
 */
async function applyChangedProject(
  run: WatchRun,
  old: Watcher,
): Promise<{ readonly run: WatchRun; readonly watcher: Watcher } | undefined> {
  const { scope, options } = run
  const next = await guarded(run, async () => {
    const { project, files } = await options.reload()
    return prepareRun({ ...scope, project }, files, options)
  })
  if (next === undefined) return undefined
  const watcher = await openWatcher(next)
  options.report('The project has changed: applying it')
  const rules = { ...options.rules, images: { ...options.rules.images, now: Date.now(), settled: new Set<string>() } }
  await guarded(run, () => up(next.scope, { rules, ...started(options) }))
  // The rules may be others as well: every container is compared again.
  await guarded(run, () => initialSync(next))
  await sleep(heldBackMs)
  watcher.add(old.take())
  await old.close()
  return { run: next, watcher }
}

async function warmUp({ scope, rules }: WatchRun): Promise<void> {
  if (!rules.some(({ rule }) => rule.action.startsWith('sync'))) return
  const [container] = await findContainers(scope)
  if (container !== undefined) await scope.engine.containers.sync({ container: container.id, paths: [] })
}

/** Shows the failure of work nobody waits for. */
function inBackground(run: WatchRun, work: () => Promise<void>): void {
  void guarded(run, work).catch(() => {})
}

/** Runs work whose failure is shown and forgotten; only the end of the watch goes through. */
async function guarded<T>({ scope, options }: WatchRun, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (scope.signal.aborted) throw error
    options.fail(error)
    return undefined
  }
}
