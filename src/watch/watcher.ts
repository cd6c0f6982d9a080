import { dirname } from 'node:path'
import { watch } from 'chokidar'
import { quietTime, type ServiceRule } from './rules.ts'
import { createTreeMemory } from './tree-memory.ts'

export interface WatcherOptions {
  readonly rules: readonly ServiceRule[]
  /** Files that are watched besides; they need not exist. */
  readonly files: readonly string[]
  /** Told what cannot be watched; the rest is. */
  readonly warn: (message: string) => void
}

/** Changed paths, each once. What has become of them is to be seen where they are. */
export interface Batch {
  readonly paths: readonly string[]
  /** When the first of them was noticed, in milliseconds of `performance.now()`. */
  readonly since: number
}

export interface Watcher {
  /** The next batch; undefined when the signal aborts. Changes are collected while nobody asks. */
  next(signal: AbortSignal): Promise<Batch | undefined>
  /** Puts paths into the next batch. */
  add(paths: readonly string[]): void
  /** Takes what has been collected so far. */
  take(): readonly string[]
  close(): Promise<void>
}

/** A save of compose.yaml is several writes with some editors. */
const fileQuietMs = 50
/** A batch is acted upon after this, though its files do not come to rest. */
const longestHoldMs = 3000
/** More changes than this without a pause may have been too many for the kernel's queue. */
const burstEvents = 1000
const burstPauseMs = 400
/** A batch that has grown this large is no single save: its end is waited for. */
const largeBatch = 50
const largeBatchQuietMs = 40

/** Watches the paths of all rules, and `files`. Resolves when everything that is there has been seen. */
export async function createWatcher({ rules, files, warn }: WatcherOptions): Promise<Watcher> {
  const extra = new Set(files)
  const pending = createPending((path) => Math.max(quietTime(path, rules), extra.has(path) ? fileQuietMs : 0))
  const parents = new Set(files.map((file) => dirname(file)))
  const roots = [...new Set(rules.map(({ rule }) => rule.path))]
  const isWanted = (path: string): boolean =>
    extra.has(path) || rules.some((rule) => !rule.prunes(path) || rule.rule.path === path || rule.rule.path.startsWith(`${path}/`))
  const watcher = watch([...roots, ...files], {
    ignoreInitial: true,
    followSymlinks: false,
    // Deletions would wait 100 ms for a file of the same name; the batch sees what is there in the end anyway.
    atomic: false,
    ignorePermissionErrors: true,
    // Ignored directories are not even looked into: node_modules alone can use up every inotify watch.
    ignored: (path) => !isWanted(path) && !parents.has(path),
  })
  const memory = createTreeMemory(rules)
  const bursts = createBurstCheck(() => {
    for (const path of memory.rescan()) pending.record(path)
  })
  watcher.on('all', bursts.count)
  for (const event of ['add', 'addDir', 'change', 'unlink', 'unlinkDir'] as const) watcher.on(event, pending.record)
  const ready = Promise.withResolvers<void>()
  watcher.once('ready', ready.resolve)
  watcher.on('error', (error) => warn(watchFailure(error)))
  await ready.promise
  return {
    next: async (signal) => {
      const batch = await pending.next(signal)
      memory.note(batch?.paths ?? [])
      return batch
    },
    add: (paths) => {
      for (const path of paths) pending.record(path)
    },
    take: pending.take,
    close: () => {
      bursts.close()
      return watcher.close()
    },
  }
}

function watchFailure(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  if (!/ENOSPC|EMFILE/.test(message)) return `cannot watch: ${message}`
  return `no inotify watches left (${message}): ignore more directories, or raise fs.inotify.max_user_watches`
}

/** Calls `check` when a burst of events is over. */
function createBurstCheck(check: () => void): { count(): void; close(): void } {
  let events = 0
  let timer: NodeJS.Timeout | undefined
  const over = (): void => {
    const burst = events > burstEvents
    events = 0
    if (burst) check()
  }
  return {
    count: () => {
      events++
      if (timer === undefined) timer = setTimeout(over, burstPauseMs)
      else timer.refresh()
    },
    close: () => clearTimeout(timer),
  }
}

interface Pending extends Pick<Watcher, 'next' | 'take'> {
  record(path: string): void
}

function createPending(quiet: (path: string) => number): Pending {
  const paths = new Set<string>()
  let since = 0
  let due = 0
  let timer: NodeJS.Timeout | undefined
  let wake = Promise.withResolvers<void>()
  const left = (): number => Math.min(due, since + longestHoldMs) - performance.now()
  // One timer for a whole burst: it is set again only when it fires too early.
  const fire = (): void => {
    const rest = left()
    timer = rest > 0.5 ? setTimeout(fire, rest) : undefined
    if (timer === undefined) wake.resolve()
  }
  const take = (): readonly string[] => {
    clearTimeout(timer)
    timer = undefined
    wake = Promise.withResolvers()
    const taken = [...paths]
    paths.clear()
    due = 0
    return taken
  }
  return {
    record: (path) => {
      const wait = quiet(path)
      if (wait === 0) return
      const now = performance.now()
      if (paths.size === 0) since = now
      paths.add(path)
      due = Math.max(due, now + (paths.size > largeBatch ? Math.max(wait, largeBatchQuietMs) : wait))
      timer ??= setTimeout(fire, wait)
    },
    take,
    next: async (signal) => {
      const stop = (): void => wake.resolve()
      signal.addEventListener('abort', stop)
      try {
        while (!signal.aborted) {
          await wake.promise
          // More may have come while the last batch was worked on.
          if (left() <= 0.5) break
          wake = Promise.withResolvers()
          timer ??= setTimeout(fire, left())
        }
      } finally {
        signal.removeEventListener('abort', stop)
      }
      if (signal.aborted) return undefined
      const began = since
      return { paths: take(), since: began }
    },
  }
}
