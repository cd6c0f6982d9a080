import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, readdirSync, readlinkSync } from 'node:fs'
import { hasErrno } from '../../../base/errors.ts'
import { createIgnoreMatcher, type IgnoreMatcher } from '../../../base/ignore-rules.ts'
import { hasWildcard, patternToRegExp } from '../../../base/path-pattern.ts'
import { openDirectory, openFlags, openInRoot, openNoSymlinks } from '../../../sys/files.ts'

/** A tree that COPY reads: a build context, or the root of a stage or image. Close it when done. */
export interface SourceTree {
  readonly rootFd: number
  readonly rootPath: string
  readonly ignore: IgnoreMatcher | undefined
  readonly exclude: IgnoreMatcher | undefined
  close(): void
}

/** One thing a COPY source names. `path` is relative to the root with links resolved, '' for the root itself. */
export interface SourceItem {
  readonly path: string
  /** Base name under which it lands in a destination directory. */
  readonly name: string
  /** The path as the pattern found it, for `--parents`. */
  readonly found: string
  readonly directory: boolean
}

export interface WalkEntry {
  /** Relative to the item, '' for the item itself. */
  readonly relative: string
  readonly name: string
  /** Relative to the root. */
  readonly path: string
  /** Opens the right file even while others rename directories: relative to a pinned directory. */
  readonly pinned: string
  readonly stat: BigIntStats
}

/** Called in sorted order; `enter` before and `leave` after what is in a directory. */
export interface Visitor {
  enter(entry: WalkEntry): void
  leave(entry: WalkEntry): void
  other(entry: WalkEntry): void
}

export function openSourceTree(
  root: string,
  { ignore, exclude }: { readonly ignore?: readonly string[]; readonly exclude?: readonly string[] } = {},
): SourceTree {
  const rootFd = openDirectory(root)
  return {
    rootFd,
    rootPath: readlinkSync(`/proc/self/fd/${rootFd}`),
    ignore: ignore === undefined || ignore.length === 0 ? undefined : createIgnoreMatcher(ignore),
    exclude: exclude === undefined || exclude.length === 0 ? undefined : createIgnoreMatcher(exclude),
    close: () => closeSync(rootFd),
  }
}

/** What a source pattern names, in sorted order; empty where nothing does. Links are followed inside the root. */
export function findSources(tree: SourceTree, pattern: string): readonly SourceItem[] {
  const segments = pattern.split('/').filter((segment) => segment !== '' && segment !== '.')
  const paths = hasWildcard(pattern) ? expandWildcards(tree, segments) : [normalize(segments)]
  return paths.map((path) => resolveItem(tree, path)).filter((item) => item !== undefined)
}

function normalize(segments: readonly string[]): string {
  const result: string[] = []
  for (const segment of segments) {
    if (segment === '..') result.pop()
    else result.push(segment)
  }
  return result.join('/')
}

function expandWildcards(tree: SourceTree, segments: readonly string[]): string[] {
  const expression = patternToRegExp(segments.join('/'))
  const literal: string[] = []
  for (const segment of segments) {
    if (hasWildcard(segment)) break
    literal.push(segment)
  }
  const depth = segments.some((segment) => segment.includes('**')) ? Number.POSITIVE_INFINITY : segments.length
  const found: string[] = []
  const visit = (path: string, level: number): void => {
    for (const name of listNames(tree, path)) {
      const child = path === '' ? name : `${path}/${name}`
      if (expression.test(child)) found.push(child)
      else if (level + 1 < depth) visit(child, level + 1)
    }
  }
  visit(literal.join('/'), literal.length)
  return found
}

function listNames(tree: SourceTree, path: string): string[] {
  let fd: number
  try {
    fd = openInRoot(tree.rootFd, path === '' ? '.' : path, constants.O_RDONLY | constants.O_DIRECTORY)
  } catch (error) {
    if (hasErrno(error, 'ENOTDIR') || hasErrno(error, 'ENOENT') || hasErrno(error, 'ELOOP')) return []
    throw error
  }
  try {
    return readdirSync(`/proc/self/fd/${fd}`).sort()
  } finally {
    closeSync(fd)
  }
}

function resolveItem(tree: SourceTree, found: string): SourceItem | undefined {
  let fd: number
  try {
    fd = openInRoot(tree.rootFd, found === '' ? '.' : found, openFlags.O_PATH)
  } catch (error) {
    if (hasErrno(error, 'ENOENT') || hasErrno(error, 'ENOTDIR') || hasErrno(error, 'ELOOP')) return undefined
    throw error
  }
  try {
    const absolute = readlinkSync(`/proc/self/fd/${fd}`)
    const path = absolute === tree.rootPath ? '' : absolute.slice(tree.rootPath === '/' ? 1 : tree.rootPath.length + 1)
    const directory = fstatSync(fd).isDirectory()
    if (isLeftOut(tree, path) && !(directory && tree.ignore?.mayReincludeBelow(path) === true)) return undefined
    return { path, found, name: found.slice(found.lastIndexOf('/') + 1), directory }
  } finally {
    closeSync(fd)
  }
}

function isLeftOut(tree: SourceTree, path: string): boolean {
  return path !== '' && tree.ignore?.ignores(path) === true
}

/** Visits an item and everything below that is not left out. */
export function walkItem(tree: SourceTree, item: SourceItem, visitor: Visitor): void {
  const slash = item.path.lastIndexOf('/')
  const parent = slash < 0 ? '.' : item.path.slice(0, slash)
  const name = item.path === '' ? '.' : item.path.slice(slash + 1)
  const parentFd = openNoSymlinks(tree.rootFd, parent, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    walkEntry({ tree, visitor, itemPath: item.path }, { parentFd, name, path: item.path, announce: () => undefined })
  } finally {
    closeSync(parentFd)
  }
}

interface Walk {
  readonly tree: SourceTree
  readonly visitor: Visitor
  readonly itemPath: string
}

interface Step {
  readonly parentFd: number
  readonly name: string
  readonly path: string
  /** Enters the directories above that were held back because they are themselves ignored. */
  readonly announce: () => void
}

function walkEntry(walk: Walk, { parentFd, name, path, announce }: Step): void {
  const { tree, visitor } = walk
  const pinned = `/proc/self/fd/${parentFd}/${name}`
  const stat = lstatSync(pinned, { bigint: true, throwIfNoEntry: false })
  if (stat === undefined) return
  const relative = path === walk.itemPath ? '' : path.slice(walk.itemPath === '' ? 0 : walk.itemPath.length + 1)
  const excluded = relative !== '' && tree.exclude?.ignores(relative) === true
  const left = isLeftOut(tree, path) || excluded
  const entry: WalkEntry = { relative, name, path, pinned, stat }
  if (!stat.isDirectory()) {
    if (left || stat.isSocket()) return
    announce()
    visitor.other(entry)
    return
  }
  const reinclude = tree.ignore?.mayReincludeBelow(path) === true || (excluded && tree.exclude?.mayReincludeBelow(relative) === true)
  if (left && !reinclude) return
  walkDirectory(walk, entry, { parentFd, held: left, announce })
}

function walkDirectory(
  walk: Walk,
  entry: WalkEntry,
  { parentFd, held, announce }: { readonly parentFd: number; readonly held: boolean; readonly announce: () => void },
): void {
  let entered = false
  const enter = (): void => {
    if (entered) return
    announce()
    entered = true
    walk.visitor.enter(entry)
  }
  if (!held) enter()
  const fd = openNoSymlinks(parentFd, entry.name, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    for (const name of readdirSync(`/proc/self/fd/${fd}`).sort())
      walkEntry(walk, { parentFd: fd, name, path: entry.path === '' ? name : `${entry.path}/${name}`, announce: enter })
  } finally {
    closeSync(fd)
  }
  if (entered) walk.visitor.leave(entry)
}
