import { TscomposeError } from '../../../base/errors.ts'
import { syncfs } from '../../../sys/files.ts'
import { type Downloaded, download } from '../remote/download.ts'
import { clampTimes } from './clamp.ts'
import { type CopyRequest, copySources } from './copy.ts'
import { digestSources } from './digest.ts'
import { openStatCache, type StatCache } from './stat-cache.ts'
import { findSources, openSourceTree } from './walk.ts'

/** A tree to read and what of it counts. */
export interface TreeRequest {
  readonly root: string
  /** Lines of .dockerignore. */
  readonly ignore?: readonly string[]
  readonly exclude?: readonly string[]
  /** Where the hashes of this tree's files are remembered. */
  readonly statCache?: string
}

/** Work on file trees that a worker thread does for the builder: plain data in and out. */
export interface Tasks {
  digest(request: { readonly tree: TreeRequest; readonly patterns: readonly string[]; readonly preserve: boolean }): {
    readonly digest: string
    /** What was found: path and kind, for the rules about destinations. */
    readonly count: number
    readonly missing: readonly string[]
    /** Of `missing`, those that are there but left out by .dockerignore. */
    readonly ignored: readonly string[]
    readonly directories: number
    /** Regular files named directly, relative to the root (archives that ADD unpacks). */
    readonly files: readonly string[]
  }
  copy(request: { readonly tree: TreeRequest; readonly copy: CopyRequest }): null
  /** Gets a file of the web into the build cache. */
  download(request: Parameters<typeof download>[0]): Promise<Downloaded>
  /** Makes no time in a tree later than `epoch` (seconds). */
  clampTimes(request: { readonly path: string; readonly epoch: number }): null
  /** Writes remembered hashes back. */
  flush(request: Record<string, never>): null
  /** Brings the file system that holds `path` to disk. */
  sync(request: { readonly path: string }): null
}

export type TaskName = keyof Tasks

/** The tasks with their memory: one set per worker. */
export function createTasks(): Tasks {
  const caches = new Map<string, StatCache>()
  const cacheOf = (file: string | undefined): StatCache | undefined => {
    if (file === undefined) return undefined
    const cache = caches.get(file) ?? openStatCache(file)
    caches.set(file, cache)
    return cache
  }
  return {
    digest: ({ tree: request, patterns, preserve }) => {
      const tree = openTree(request)
      try {
        const statCache = cacheOf(request.statCache)
        const found = digestSources(tree, patterns, { preserve, ...(statCache === undefined ? {} : { statCache }) })
        return {
          digest: found.digest,
          count: found.items.length,
          missing: found.missing,
          ignored: found.missing.filter((pattern) => existsUnfiltered(request.root, pattern)),
          directories: found.items.filter((item) => item.directory).length,
          files: found.items.filter((item) => !item.directory).map((item) => item.path),
        }
      } finally {
        tree.close()
      }
    },
    copy: ({ tree: request, copy }) => {
      const tree = openTree(request)
      try {
        copySources(tree, copy)
        return null
      } finally {
        tree.close()
      }
    },
    download,
    clampTimes: ({ path, epoch }) => {
      clampTimes(path, epoch)
      return null
    },
    flush: () => {
      for (const cache of caches.values()) cache.save()
      return null
    },
    sync: ({ path }) => {
      syncfs(path)
      return null
    },
  }
}

function openTree(request: TreeRequest): ReturnType<typeof openSourceTree> {
  try {
    return openSourceTree(request.root, request)
  } catch (error) {
    throw new TscomposeError('not-found', 'BUILD_CONTEXT_NOT_FOUND', `cannot read the directory ${request.root}`, { cause: error })
  }
}

function existsUnfiltered(root: string, pattern: string): boolean {
  const tree = openSourceTree(root)
  try {
    return findSources(tree, pattern).length > 0
  } finally {
    tree.close()
  }
}
