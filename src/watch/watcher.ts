import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { type ChokidarOptions as ChokidarSettings, FSWatcher } from 'chokidar'
import { lstatIfThere } from '../base/lstat.ts'
import { type Batch, createPending } from './pending.ts'
import { quietTime, type ServiceRule } from './rules.ts'
import { createTreeMemory } from './tree-memory.ts'

export interface WatcherOptions {
  readonly rules: readonly ServiceRule[]
  /** Files that are watched besides; they need not exist. */
  readonly files: readonly string[]
  /** Told what cannot be watched; the rest is. */
  readonly warn: (message: string) => void
}

export interface Watcher {
  /** The next batch; undefined when the signal aborts. Changes are collected while nobody asks. */
  next(signal: AbortSignal): Promise<Batch | undefined>
  /** Puts paths into the next batch, whether they have changed or not. */
  add(paths: readonly string[]): void
  /** A file is as we made it: its event is no change. */
  expect(path: string): void
  /** Takes what has been collected so far. */
  take(): readonly string[]
  close(): Promise<void>
}

/** A save of compose.yaml is several writes with some editors. */
const fileQuietMs = 50
const burstPauseMs = 400
/** Until chokidar has begun anew where a directory took the place of a file. */
const replacedMs = 100
/** How often the trees are looked at when the kernel does not tell of all changes. */
const pollMs = 2000

/** Watches the paths of all rules, and `files`. Resolves when everything that is there has been seen. */
export async function createWatcher({ rules, files, warn }: WatcherOptions): Promise<Watcher> {
  const memory = createTreeMemory(rules, files)
  const pending = createPending()
  const forced = new Set<string>()
  const extra = new Set(files)
  const recordOne = (path: string): void => {
    if (pending.again(path)) return
    const quiet = Math.max(quietTime(path, rules), extra.has(path) ? fileQuietMs : 0)
    if (quiet > 0) pending.record(path, quiet)
  }
  const record = (path: string): void => {
    recordOne(path)
    // A directory that went or was replaced took along what was in it.
    for (const each of memory.below(path)) recordOne(each)
  }
  const rescan = (): void => memory.rescan().forEach(record)
  const bursts = createBurstCheck(rescan, { events: queuedEvents() / 2, pauseMs: burstPauseMs })
  const polling = createRepeated(rescan, pollMs)
  const replaced = createBurstCheck(rescan, { events: 0, pauseMs: replacedMs })
  const watcher = openChokidar({ rules, files, record, onEvent: bursts.count, isKnownFile: memory.isFile, onReplaced: replaced.count })
  watcher.on('error', (error) => {
    const limit = inotifyLimit(error)
    if (limit === undefined) warn(`cannot watch: ${error instanceof Error ? error.message : String(error)}`)
    else if (polling.start()) {
      warn(
        `no inotify watches left (${limit}): looking at the files every ${pollMs / 1000} s instead; ignore more directories, or raise it with: sysctl ${limit}=524288`,
      )
    }
  })
  await new Promise<void>((resolve) => watcher.once('ready', resolve))
  return {
    next: async (signal) => {
      for (;;) {
        const batch = await pending.next(signal)
        if (batch === undefined) return undefined
        const asked = batch.paths.filter((path) => forced.delete(path))
        const changed = new Set([...asked, ...memory.settle(batch.paths)])
        if (changed.size > 0) return { ...batch, paths: [...changed] }
      }
    },
    add: (paths) => {
      for (const path of paths) {
        forced.add(path)
        record(path)
      }
    },
    expect: memory.expect,
    take: pending.take,
    close: () => {
      bursts.close()
      replaced.close()
      polling.close()
      return watcher.close()
    },
  }
}

interface ChokidarOptions extends Pick<WatcherOptions, 'rules' | 'files'> {
  readonly record: (path: string) => void
  readonly onEvent: () => void
  readonly isKnownFile: (path: string) => boolean
  /** What chokidar is begun anew at, it says nothing about. */
  readonly onReplaced: () => void
}

/** Chokidar without its own look at files: half of what a large change would cost. */
class DirectoryWatcher extends FSWatcher {
  readonly #plain: ReadonlySet<string>

  /** Of the paths in `plain` it need not find out anything. */
  constructor(plain: ReadonlySet<string>, options: ChokidarSettings) {
    super(options)
    this.#plain = plain
  }

  override isUnwatched(path: string): boolean {
    return this.#plain.has(path) || super.isUnwatched(path)
  }
}

/**
 * Chokidar keeps a watch on every directory and finds what is in new ones. What happens to a file is taken from the
 * kernel's event itself: the five looks chokidar takes at each file would make up most of the time of a large change.
 */
function openChokidar({ rules, files, record, onEvent, isKnownFile, onReplaced }: ChokidarOptions): FSWatcher {
  const roots = new Set(watchRoots({ rules, files }))
  const wanted = new Set([...roots, ...rules.map(({ rule }) => rule.path), ...files])
  const directories = new Set<string>()
  const plain = new Set<string>()
  const isWanted = (path: string): boolean =>
    wanted.has(path) || rules.some((rule) => !rule.prunes(path) || rule.rule.path.startsWith(`${path}/`))
  /** Neither a directory nor known as one: there is nothing for chokidar to find out. */
  const isPlain = (path: string): boolean => {
    if (roots.has(path) || directories.has(path) || lstatIfThere(path, { denied: 'missing' })?.isDirectory() === true) return false
    plain.add(path)
    return true
  }
  const watcher = new DirectoryWatcher(plain, {
    ignoreInitial: true,
    followSymlinks: false,
    // Deletions would wait 100 ms for a file of the same name; the batch sees what is there in the end anyway.
    atomic: false,
    ignorePermissionErrors: true,
    // Ignored directories are not even looked into: node_modules alone can use up every inotify watch.
    ignored: (path, stats) => {
      if (stats === undefined && plain.has(path)) return true
      if (!isWanted(path)) return true
      if (stats === undefined) return isPlain(path)
      if (stats.isDirectory()) directories.add(path)
      return false
    },
  }).add([...roots])
  /** Where a file took a directory's place or the other way round, chokidar would not watch what is there: it begins anew. */
  const judgeKind = (path: string): void => {
    const wasFile = plain.delete(path) || isKnownFile(path)
    const isDirectory = lstatIfThere(path, { denied: 'missing' })?.isDirectory()
    if (isDirectory === undefined || !isWanted(path)) return
    const wasDirectory = directories.has(path)
    if (isDirectory ? wasFile && !wasDirectory : wasDirectory) {
      directories.delete(path)
      roots.add(path)
      watcher.unwatch(path)
      watcher.add(path)
      onReplaced()
    } else if (!isDirectory && !roots.has(path)) plain.add(path)
  }
  watcher.on('raw', (event, name, details) => {
    onEvent()
    const { watchedPath } = details as { readonly watchedPath: string }
    const path = name === null ? watchedPath : `${watchedPath}/${name}`
    // It has come, gone or been replaced.
    if (event === 'rename') judgeKind(path)
    record(path)
  })
  for (const event of ['add', 'addDir', 'change', 'unlink', 'unlinkDir'] as const) watcher.on(event, record)
  return watcher
}

/** The directories to begin at. A file, and what is not there yet, is seen from its directory: editors replace files. */
function watchRoots({ rules, files }: Pick<WatcherOptions, 'rules' | 'files'>): readonly string[] {
  const isDirectory = (path: string): boolean => lstatIfThere(path, { denied: 'missing' })?.isDirectory() === true
  const all = [...new Set([...rules.map(({ rule }) => rule.path), ...files].map((path) => (isDirectory(path) ? path : dirname(path))))]
  // One below another is found from there; watched twice, each of its events would come twice.
  return all.filter((path) => !all.some((other) => path.startsWith(other === '/' ? '/' : `${other}/`) && path !== other))
}

/** The setting that is exhausted, where that is what the error says. */
function inotifyLimit(error: unknown): string | undefined {
  const message = error instanceof Error ? error.message : String(error)
  if (message.includes('ENOSPC')) return 'fs.inotify.max_user_watches'
  return message.includes('EMFILE') ? 'fs.inotify.max_user_instances' : undefined
}

/** Calls `check` every so often once it has been started; `start` tells whether it had not. */
function createRepeated(check: () => void, ms: number): { start(): boolean; close(): void } {
  let timer: NodeJS.Timeout | undefined
  return {
    start: () => {
      if (timer !== undefined) return false
      timer = setInterval(check, ms)
      return true
    },
    close: () => clearInterval(timer),
  }
}

/** The kernel drops what its queue does not hold, and Node does not pass on that it did. */
function queuedEvents(): number {
  return Number(readFileSync('/proc/sys/fs/inotify/max_queued_events', 'utf8'))
}

/** Calls `check` in the first pause after more than so many events. */
function createBurstCheck(
  check: () => void,
  burst: { readonly events: number; readonly pauseMs: number },
): { count(): void; close(): void } {
  let events = 0
  let timer: NodeJS.Timeout | undefined
  const over = (): void => {
    const isBurst = events > burst.events
    events = 0
    timer = undefined
    if (isBurst) check()
  }
  return {
    count: () => {
      events++
      if (timer === undefined) timer = setTimeout(over, burst.pauseMs)
      else timer.refresh()
    },
    close: () => clearTimeout(timer),
  }
}
