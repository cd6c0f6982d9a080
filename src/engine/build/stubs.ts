import { closeSync, constants, fstatSync, lstatSync, readdirSync, readlinkSync, type Stats } from 'node:fs'
import { posix } from 'node:path'
import { hasErrno } from '../../base/errors.ts'
import { lstatat, openDirectory, openFlags, openInRoot, unlinkat, utimensat } from '../../sys/files.ts'

/*
 * A runtime makes empty files and directories where it mounts something (/etc/resolv.conf, /proc, secrets). They are no
 * part of what a RUN step did, so they must not become part of its layer.
 */

/** Where every step gets something mounted. */
const standardTargets = ['/etc/resolv.conf', '/etc/hosts', '/etc/hostname', '/proc', '/sys', '/dev']

export interface Stubs {
  /** Takes away what was made only to be mounted on; to be called while the root is still mounted. */
  remove(): void
  /** Directories that lie in the upper directory only because of a stub, deepest first; relative to the root. */
  readonly touched: readonly TouchedDirectory[]
}

export interface TouchedDirectory {
  readonly path: string
  readonly before: Stats
}

interface MissingTarget {
  /** The first directory that was there, relative to the root, and what it held. */
  readonly parent: string
  readonly parentNames: readonly string[]
  readonly before: Stats
  /** Names below it that were not there, outermost first. */
  readonly names: readonly string[]
}

/** Looks before a step at what its mount points (besides the standard ones) would add. */
export function findStubs(rootfs: string, targets: readonly string[]): Stubs {
  const rootFd = openDirectory(rootfs)
  try {
    const rootPath = readlinkSync(`/proc/self/fd/${rootFd}`)
    const missing = [...new Set([...standardTargets, ...targets])]
      .map((target) => findMissing(rootFd, rootPath, target))
      .filter((found) => found !== undefined)
    return { remove: () => removeAll(rootfs, missing), touched: touchedDirectories(rootfs, missing) }
  } finally {
    closeSync(rootFd)
  }
}

function findMissing(rootFd: number, rootPath: string, target: string, links = 0): MissingTarget | undefined {
  const names = posix.resolve('/', target).split('/').slice(1)
  let parent = ''
  for (const [index, name] of names.entries()) {
    const path = openedPath(rootFd, rootPath, parent === '' ? name : `${parent}/${name}`)
    if (path !== undefined) {
      parent = path
      continue
    }
    const linked = readLink(`${rootPath}/${parent}/${name}`)
    // A link that leads nowhere: the runtime makes what it points to.
    if (linked !== undefined && links < 40) {
      const rest = names.slice(index + 1)
      return findMissing(rootFd, rootPath, posix.resolve('/', parent, linked, ...rest), links + 1)
    }
    const directory = parent === '' ? rootPath : `${rootPath}/${parent}`
    if (!lstatSync(directory).isDirectory()) return undefined
    return { parent, parentNames: readdirSync(directory), before: lstatSync(directory), names: names.slice(index) }
  }
  return undefined
}

/** The path with its links resolved, relative to the root, or undefined where it leads nowhere. */
function openedPath(rootFd: number, rootPath: string, path: string): string | undefined {
  try {
    const fd = openInRoot(rootFd, path, openFlags.O_PATH)
    try {
      fstatSync(fd)
      return readlinkSync(`/proc/self/fd/${fd}`).slice(rootPath.length + 1)
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    if (hasErrno(error, 'ENOENT') || hasErrno(error, 'ENOTDIR') || hasErrno(error, 'ELOOP')) return undefined
    throw error
  }
}

function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

function removeAll(rootfs: string, missing: readonly MissingTarget[]): void {
  const rootFd = openDirectory(rootfs)
  try {
    for (const target of missing) removeStub(rootFd, target)
    for (const target of missing) restoreTime(rootFd, target)
  } finally {
    closeSync(rootFd)
  }
}

/** Removes empty files and directories only: what the step filled is its own. */
function removeStub(rootFd: number, { parent, names }: MissingTarget): void {
  for (let depth = names.length; depth > 0; depth--) {
    const directory = [parent, ...names.slice(0, depth - 1)].filter((part) => part !== '').join('/')
    const removed = inDirectory(rootFd, directory, (fd) => {
      const name = names[depth - 1] ?? ''
      const found = lstatat(fd, name)
      if (found === undefined) return true
      if (!found.isDirectory() && !(found.isFile() && found.size === 0)) return false
      unlinkat(fd, name, { directory: found.isDirectory() })
      return true
    })
    if (removed === false) return
  }
}

function restoreTime(rootFd: number, { parent, parentNames, before }: MissingTarget): void {
  inDirectory(rootFd, parent, (fd) => {
    const names = new Set(readdirSync(`/proc/self/fd/${fd}`))
    const same = names.size === parentNames.length && parentNames.every((name) => names.has(name))
    if (same) utimensat(fd, '.', { mtime: BigInt(Math.round(before.mtimeMs * 1e6)) })
  })
}

function inDirectory<T>(rootFd: number, path: string, work: (fd: number) => T): T | undefined {
  let fd: number
  try {
    fd = openInRoot(rootFd, path === '' ? '.' : path, constants.O_RDONLY | constants.O_DIRECTORY)
  } catch {
    return undefined
  }
  try {
    return work(fd)
  } catch (error) {
    if (hasErrno(error, 'ENOTEMPTY') || hasErrno(error, 'EBUSY')) return undefined
    throw error
  } finally {
    closeSync(fd)
  }
}

function touchedDirectories(rootfs: string, missing: readonly MissingTarget[]): TouchedDirectory[] {
  const paths = new Set<string>()
  for (const { parent } of missing) {
    for (let path = parent; path !== ''; path = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '') paths.add(path)
  }
  return [...paths].sort((a, b) => b.length - a.length).map((path) => ({ path, before: lstatSync(`${rootfs}/${path}`) }))
}
