import { closeSync, constants, fchmodSync, readdirSync, type Stats } from 'node:fs'
import { hasCode } from '../../../base/errors.ts'
import { lstatat, mkdirAllInRoot, openDirectory, openFlags, openInRoot, openNoSymlinks, unlinkat } from '../../../sys/files.ts'
import { hostileLayer } from './entry-path.ts'

/** Directories of a tree that is being unpacked, reached by descriptors only. */
export interface Tree {
  readonly rootFd: number
  /** Descriptor of a directory, made with its parents where it is missing. Valid until the next call; not to be closed. */
  directory(path: string): number
  /** Descriptor of an existing directory for one use; the caller closes it. */
  open(path: string): number
  /** Removes what is at a name, whole trees too. Nothing outside is reached. */
  remove(dirFd: number, name: string, found: Stats): void
  close(): void
}

/** `root` must be a directory of ours; everything below it may be hostile. */
export function openTree(root: string): Tree {
  const rootFd = openDirectory(root)
  // The root of the top layer gives a container's `/` its mode.
  fchmodSync(rootFd, 0o755)
  // Entries of one directory come together in nearly every tar.
  let last: { readonly path: string; readonly fd: number } | undefined
  const forget = (): void => {
    if (last !== undefined) closeSync(last.fd)
    last = undefined
  }
  return {
    rootFd,
    directory: (path) => {
      if (path === '') return rootFd
      if (last?.path === path) return last.fd
      forget()
      last = { path, fd: openOrMake(rootFd, path) }
      return last.fd
    },
    open: (path) => openInRoot(rootFd, path === '' ? '.' : path, constants.O_RDONLY | constants.O_DIRECTORY),
    remove: (dirFd, name, found) => {
      if (found.isDirectory()) removeDirectory(dirFd, name)
      else unlinkat(dirFd, name)
      // What the kept descriptor was reached through may be what went: look it up again, unless it is where we are.
      if (!found.isFile() && last?.fd !== dirFd) forget()
    },
    close: () => {
      forget()
      closeSync(rootFd)
    },
  }
}

function openOrMake(rootFd: number, path: string): number {
  try {
    return openInRoot(rootFd, path, constants.O_RDONLY | constants.O_DIRECTORY)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return makeAll(rootFd, path)
    throw refused(path, error)
  }
}

function makeAll(rootFd: number, path: string): number {
  try {
    return mkdirAllInRoot(rootFd, path, 0o755, { uid: 0, gid: 0 })
  } catch (error) {
    throw refused(path, error)
  }
}

function refused(path: string, error: unknown): unknown {
  const isShape = ['ENOTDIR', 'ELOOP', 'ENOENT', 'EEXIST', 'ENAMETOOLONG'].some((code) => hasCode(error, code))
  return isShape ? hostileLayer(path, 'a part of its path is not a directory') : error
}

/** Depth first, each step by a descriptor that no link can lead away. */
function removeDirectory(parentFd: number, name: string): void {
  const fd = openNoSymlinks(parentFd, name, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  try {
    for (const child of readdirSync(`/proc/self/fd/${fd}`)) {
      if (lstatat(fd, child)?.isDirectory() === true) removeDirectory(fd, child)
      else unlinkat(fd, child)
    }
  } finally {
    closeSync(fd)
  }
  unlinkat(parentFd, name, { directory: true })
}

/** Flags of a directory descriptor that only names it. */
export const pathOnly: number = openFlags.O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW
