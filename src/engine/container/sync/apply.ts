import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  futimesSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  type Stats,
  writeSync,
} from 'node:fs'
import { hasErrno } from '../../../base/errors.ts'
import { lstatIfThere } from '../../../base/lstat.ts'
import { fchmodat, fchownat, lstatat, mkdirat, openNoSymlinks, openSameMount, renameat2, symlinkat, unlinkat } from '../../../sys/files.ts'
import type { SyncPath, SyncResult } from '../../api.ts'
import { resolveUser } from '../user.ts'
import { openSyncTree, type SyncPlace, type SyncRoot, type SyncTree } from './tree.ts'

/** What the worker thread is asked to do. */
export interface SyncJob {
  readonly root: SyncRoot
  readonly paths: readonly SyncPath[]
  readonly owner: string
  readonly compare: boolean
}

interface Owner {
  readonly uid: number
  readonly gid: number
}

interface Work {
  readonly tree: SyncTree
  readonly owner: Owner
  readonly compare: boolean
  readonly buffers: readonly [Buffer, Buffer]
}

type Outcome = 'written' | 'removed' | 'unchanged'

/** Names a batch may give to its unfinished files; nobody else looks for them. */
const temporaryName = '.tscompose-sync'
const chunkBytes = 1 << 18

/** Makes paths of a container equal to paths of the host; see api.Containers.sync. Synchronous: for a worker thread. */
export function applySync({ root, paths, owner: ownerName, compare }: SyncJob): SyncResult {
  const tree = openSyncTree(root)
  try {
    const { uid, gid } = resolveUser(tree.rootFd, ownerName)
    const work: Work = { tree, owner: { uid, gid }, compare, buffers: [Buffer.allocUnsafe(chunkBytes), Buffer.allocUnsafe(chunkBytes)] }
    const counts: Record<Outcome, number> = { written: 0, removed: 0, unchanged: 0 }
    const failures: { readonly target: string; readonly message: string }[] = []
    for (const path of paths) {
      try {
        counts[applyOne(work, path)]++
      } catch (error) {
        failures.push({ target: path.target, message: reason(error) })
      }
    }
    return { ...counts, failures }
  } finally {
    tree.close()
  }
}

/** A failure of the system in words. */
const reasons: Readonly<Record<string, string>> = {
  EROFS: 'read-only file system; put a volume there',
  ENOSPC: 'no space left on device',
  EDQUOT: 'disk quota exceeded',
  EBUSY: 'something is mounted there',
  ENOTDIR: 'a part of the path is no directory',
  ELOOP: 'too many links on the way',
  EACCES: 'permission denied',
}

export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return ('code' in error ? reasons[String(error.code)] : undefined) ?? error.message
}

function applyOne(work: Work, { source, target }: SyncPath): Outcome {
  const found = lstatIfThere(source)
  if (found === undefined) return work.compare ? 'unchanged' : remove(work, target)
  if (!found.isFile() && !found.isDirectory() && !found.isSymbolicLink()) return 'unchanged'
  const place = work.tree.parent(target, work.owner)
  // The container's root itself.
  if (place === undefined || place.name === '') return 'unchanged'
  if (found.isDirectory()) return writeDirectory(work, place, found)
  if (found.isSymbolicLink()) return writeLink(work, place, source)
  return writeFile(work, place, source)
}

function writeDirectory({ owner }: Work, place: SyncPlace, { mode }: Stats): Outcome {
  const existing = lstatat(place.fd, place.name)
  // A link is the image's way to have this directory elsewhere.
  if (existing?.isDirectory() === true || existing?.isSymbolicLink() === true) return 'unchanged'
  if (existing !== undefined) unlinkat(place.fd, place.name)
  mkdirat(place.fd, place.name, 0o700)
  fchownat(place.fd, place.name, owner)
  fchmodat(place.fd, place.name, mode & 0o7777)
  return 'written'
}

function writeLink({ owner, compare }: Work, place: SyncPlace, source: string): Outcome {
  const text = readlinkSync(source)
  const existing = lstatat(place.fd, place.name)
  if (compare && existing?.isSymbolicLink() === true && readlinkSync(`/proc/self/fd/${place.fd}/${place.name}`) === text) return 'unchanged'
  return replace(place, () => {
    symlinkat(text, place.fd, temporaryName)
    fchownat(place.fd, temporaryName, owner)
  })
}

function writeFile(work: Work, place: SyncPlace, source: string): Outcome {
  // Whatever took the file's place since: a link is refused, a FIFO is not waited for.
  const from = openSync(source, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const stat = fstatSync(from)
    if (!stat.isFile() || (work.compare && isSame(work, place, { fd: from, stat }))) return 'unchanged'
    return replace(place, () => copyFile(work, place, { fd: from, stat }))
  } finally {
    closeSync(from)
  }
}

interface OpenFile {
  readonly fd: number
  readonly stat: Stats
}

function copyFile({ owner, buffers: [buffer] }: Work, place: SyncPlace, from: OpenFile): void {
  const to = openNoSymlinks(place.fd, temporaryName, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600)
  try {
    // A read that fills less than was asked for has met the end of the file.
    for (let length = chunkBytes; length === chunkBytes; ) {
      length = readSync(from.fd, buffer, 0, chunkBytes, null)
      for (let done = 0; done < length; ) done += writeSync(to, buffer, done, length - done)
    }
    fchownSync(to, owner.uid, owner.gid)
    // Without set-user-ID: the file changes hands.
    fchmodSync(to, from.stat.mode & 0o777)
    futimesSync(to, from.stat.atimeMs / 1000, from.stat.mtimeMs / 1000)
  } finally {
    closeSync(to)
  }
}

/** Makes something under another name and puts it in place: whoever looks sees the old or the new. */
function replace({ fd, name }: SyncPlace, make: () => void): Outcome {
  try {
    try {
      make()
    } catch (error) {
      if (!hasErrno(error, 'EEXIST')) throw error
      // What a killed engine left.
      unlinkat(fd, temporaryName)
      make()
    }
    const put = (): void => renameat2({ fd, name: temporaryName }, { fd, name })
    try {
      put()
    } catch (error) {
      if (!hasErrno(error, 'EISDIR') && !hasErrno(error, 'ENOTEMPTY') && !hasErrno(error, 'EEXIST')) throw error
      removeTree(fd, name)
      put()
    }
    return 'written'
  } catch (error) {
    if (lstatat(fd, temporaryName) !== undefined) unlinkat(fd, temporaryName)
    throw error
  }
}

function isSame({ buffers: [left, right] }: Work, place: SyncPlace, { fd, stat }: OpenFile): boolean {
  const existing = lstatat(place.fd, place.name)
  if (existing?.isFile() !== true || existing.size !== stat.size || (existing.mode & 0o777) !== (stat.mode & 0o777)) return false
  const other = openNoSymlinks(place.fd, place.name, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    for (let position = 0; position < stat.size; ) {
      const length = readSync(fd, left, 0, chunkBytes, position)
      if (readSync(other, right, 0, length, position) !== length || length === 0) return false
      if (left.compare(right, 0, length, 0, length) !== 0) return false
      position += length
    }
    return true
  } finally {
    closeSync(other)
  }
}

function remove({ tree }: Work, target: string): Outcome {
  let place: SyncPlace | undefined
  try {
    place = tree.parent(target, undefined)
  } catch (error) {
    if (hasErrno(error, 'ENOTDIR')) return 'unchanged'
    throw error
  }
  const existing = place === undefined || place.name === '' ? undefined : lstatat(place.fd, place.name)
  if (place === undefined || existing === undefined) return 'unchanged'
  if (existing.isDirectory()) removeTree(place.fd, place.name)
  else unlinkat(place.fd, place.name)
  return 'removed'
}

/** Deletes a directory, but nothing that is mounted in it: a volume outlives the directory it is seen in. */
function removeTree(dirFd: number, name: string): boolean {
  let fd: number
  try {
    fd = openSameMount(dirFd, name, constants.O_RDONLY | constants.O_DIRECTORY)
  } catch (error) {
    if (hasErrno(error, 'EXDEV')) return false
    throw error
  }
  let empty = true
  try {
    for (const entry of readdirSync(`/proc/self/fd/${fd}`)) {
      if (lstatat(fd, entry)?.isDirectory() === true) empty = removeTree(fd, entry) && empty
      else empty = removeFile(fd, entry) && empty
    }
  } finally {
    closeSync(fd)
  }
  if (empty) unlinkat(dirFd, name, { directory: true })
  return empty
}

function removeFile(fd: number, name: string): boolean {
  try {
    unlinkat(fd, name)
    return true
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return true
    // A file that is mounted here.
    if (hasErrno(error, 'EBUSY')) return false
    throw error
  }
}
