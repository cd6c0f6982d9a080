import { watch } from 'chokidar'
import { type FileChange, ruleMatches, type ServiceRule } from './rules.ts'

export interface WatcherOptions {
  readonly rules: readonly ServiceRule[]
  /** A batch ends when nothing has happened for so long. */
  readonly quietMs: number
  readonly signal: AbortSignal
}

/**
 * Batches of changes below the rules' paths, each path once with the last thing that happened to it. Ends when the
 * signal aborts. While a batch is worked on the next one is collected.
 */
export async function* watchChanges({ rules, quietMs, signal }: WatcherOptions): AsyncIterable<readonly FileChange[]> {
  const pending = new Map<string, FileChange>()
  let wake = Promise.withResolvers<void>()
  let timer: NodeJS.Timeout | undefined
  const record = (kind: FileChange['kind']) => (path: string) => {
    pending.set(path, { path, kind })
    clearTimeout(timer)
    timer = setTimeout(() => wake.resolve(), quietMs)
  }
  const watcher = watch([...new Set(rules.map(({ rule }) => rule.path))], {
    ignoreInitial: true,
    // Ignored directories are not even looked into: node_modules alone can use up every inotify watch.
    ignored: (path) => !rules.some(({ rule }) => rule.path.startsWith(path) || ruleMatches({ ...rule, include: [] }, path)),
  })
  const failure = Promise.withResolvers<never>()
  watcher.on('add', record('written')).on('change', record('written')).on('addDir', record('directory'))
  watcher.on('unlink', record('removed')).on('unlinkDir', record('removed')).on('error', failure.reject)
  // Met by the race below; must not count as unhandled before.
  failure.promise.catch(() => {})
  const stop = (): void => wake.resolve()
  signal.addEventListener('abort', stop, { once: true })
  try {
    while (!signal.aborted) {
      await Promise.race([wake.promise, failure.promise])
      wake = Promise.withResolvers<void>()
      if (signal.aborted) return
      const batch = [...pending.values()]
      pending.clear()
      if (batch.length > 0) yield batch
    }
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
    await watcher.close()
  }
}
