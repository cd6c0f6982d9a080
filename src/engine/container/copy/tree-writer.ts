import { closeSync, constants, copyFileSync, writeSync } from 'node:fs'
import { posix } from 'node:path'
import { hasErrno, TscomposeError } from '../../../base/errors.ts'
import type { TarEntry } from '../../../oci/tar/header.ts'
import type { TarSink } from '../../../oci/tar/reader.ts'
import {
  fchmodat,
  fchownat,
  linkat,
  lstatat,
  mkdirat,
  mknodat,
  openFlags,
  openNoSymlinks,
  renameat2,
  symlinkat,
  unlinkat,
  utimensat,
} from '../../../sys/files.ts'
import { lsetxattr } from '../../../sys/xattr.ts'
import type { SyncPlace, SyncTree } from '../sync/tree.ts'

export interface TreeWriterOptions {
  readonly tree: SyncTree
  /** Absolute path that an entry's name stands for; names that lead out of it are kept in it. */
  readonly target: (name: string) => string
  /** Absent: as the entry says. */
  readonly owner?: { readonly uid: number; readonly gid: number }
}

export interface TreeWriter extends TarSink {
  /** Gives directories their final mode and time; nothing more comes. */
  finish(): void
  /** Removes what of the last file was written, where the rest will not come. */
  abandon(): void
}

const temporaryName = '.tscompose-copy'
const root = { uid: 0, gid: 0 }

/**
 * Writes entries into a tree. A file appears when it is whole; a file never takes a directory's place, nor a directory
 * that of anything else. Directories that were there keep what else is in them. Synchronous; throws errors of the system.
 */
export function createTreeWriter({ tree, target, owner }: TreeWriterOptions): TreeWriter {
  const directories: { readonly path: string; readonly entry: TarEntry }[] = []
  let open: { readonly place: SyncPlace; readonly fd: number; readonly entry: TarEntry } | undefined

  const placeOf = (path: string): SyncPlace => {
    const place = tree.parent(path, root)
    if (place === undefined) throw new TscomposeError('internal', 'COPY_PLACE', `no place for ${path}`)
    return place
  }
  const describe = (place: SyncPlace, name: string, entry: TarEntry): void => {
    fchownat(place.fd, name, owner ?? entry)
    for (const [key, value] of entry.xattrs) lsetxattr(`/proc/self/fd/${place.fd}/${name}`, key, value)
    if (entry.type !== 'symlink') fchmodat(place.fd, name, entry.mode & 0o7777)
    utimensat(place.fd, name, { mtime: entry.mtime })
  }
  const directory = (path: string, entry: TarEntry): void => {
    const place = placeOf(path)
    // The root is there.
    if (place.name === '') return
    const found = lstatat(place.fd, place.name)
    if (found !== undefined && !found.isDirectory()) throw taken(path, 'a directory', 'something that is none')
    if (found === undefined) mkdirat(place.fd, place.name, 0o700)
    directories.push({ path, entry })
  }
  /** Makes it under another name first: whoever looks sees the old or the new. */
  const other = (path: string, entry: TarEntry): void => {
    const source = entry.type === 'hardlink' ? pin(entry.linkname) : undefined
    try {
      const place = cleared(path)
      if (source !== undefined) linkat(source, { fd: place.fd, name: temporaryName })
      else if (entry.type === 'symlink') symlinkat(entry.linkname, place.fd, temporaryName)
      else mknodat(place.fd, temporaryName, entry.mode | nodeType(entry), { major: entry.devMajor, minor: entry.devMinor })
      if (source === undefined) describe(place, temporaryName, entry)
      settle(place)
    } finally {
      if (source !== undefined) closeSync(source.fd)
    }
  }
  /** A name in its directory, which stays open while another path is looked up. */
  const pin = (name: string): SyncPlace => {
    const place = placeOf(target(name))
    return { fd: openNoSymlinks(place.fd, '.', openFlags.O_PATH | constants.O_DIRECTORY), name: place.name }
  }
  const cleared = (path: string): SyncPlace => {
    const place = placeOf(path)
    if (place.name === '' || lstatat(place.fd, place.name)?.isDirectory() === true) throw taken(path, 'a file', 'a directory')
    if (lstatat(place.fd, temporaryName) !== undefined) unlinkat(place.fd, temporaryName)
    return place
  }
  const begin = (path: string, entry: TarEntry): void => {
    const place = cleared(path)
    const fd = openNoSymlinks(place.fd, temporaryName, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600)
    open = { place, fd, entry }
    if (entry.size === 0) end()
  }
  const end = (): void => {
    if (open === undefined) return
    const { place, fd, entry } = open
    open = undefined
    closeSync(fd)
    describe(place, temporaryName, entry)
    settle(place)
  }
  return {
    entry: (entry) => {
      const path = target(entry.name)
      if (entry.type === 'directory') directory(path, entry)
      else if (entry.type === 'file') begin(path, entry)
      else other(path, entry)
    },
    data: (chunk) => {
      for (let done = 0; open !== undefined && done < chunk.length; ) done += writeSync(open.fd, chunk, done)
    },
    end,
    finish: () => {
      // What is inside changes a directory's time, so the innermost ones come first.
      for (const { path, entry } of directories.reverse()) {
        const place = placeOf(path)
        describe(place, place.name, entry)
      }
    },
    abandon: () => {
      if (open === undefined) return
      closeSync(open.fd)
      unlinkat(open.place.fd, temporaryName)
      open = undefined
    },
  }
}

function nodeType({ type }: TarEntry): number {
  if (type === 'fifo') return constants.S_IFIFO
  return type === 'char' ? constants.S_IFCHR : constants.S_IFBLK
}

function settle({ fd, name }: SyncPlace): void {
  try {
    renameat2({ fd, name: temporaryName }, { fd, name })
  } catch (error) {
    try {
      // A file that is mounted here cannot be replaced, only filled.
      if (!hasErrno(error, 'EBUSY')) throw error
      copyFileSync(`/proc/self/fd/${fd}/${temporaryName}`, `/proc/self/fd/${fd}/${name}`)
    } finally {
      unlinkat(fd, temporaryName)
    }
    return
  }
  // Two names of one inode: the kernel leaves both.
  if (lstatat(fd, temporaryName) !== undefined) unlinkat(fd, temporaryName)
}

function taken(path: string, what: string, by: string): TscomposeError {
  return new TscomposeError('invalid', 'COPY_NOT_A_DIRECTORY', `cannot put ${what} in the place of ${by}: ${path}`, {
    hint: 'remove it first, or name another destination',
  })
}

/** A name of an archive as a path below `directory`: `..` does not lead out of it. */
export function insideOf(directory: string, name: string): string {
  return posix.join(directory, posix.normalize(`/${name}`))
}
