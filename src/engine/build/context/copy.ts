import { closeSync, constants, copyFileSync, openSync, readlinkSync, rmSync } from 'node:fs'
import { TscomposeError } from '../../../base/errors.ts'
import {
  fchmodat,
  fchownat,
  linkat,
  lstatat,
  mkdirAllInRoot,
  mkdirat,
  mknodat,
  openDirectory,
  openInRoot,
  openNoSymlinks,
  symlinkat,
  unlinkat,
  utimensat,
} from '../../../sys/files.ts'
import { lgetxattr, llistxattr, lsetxattr } from '../../../sys/xattr.ts'
import { resolveDestination } from './destination.ts'
import { isKeptAttribute } from './digest.ts'
import { changeMode, type ModeChange } from './mode.ts'
import { findSources, type SourceItem, type SourceTree, type Visitor, type WalkEntry, walkItem } from './walk.ts'

export interface Owner {
  readonly uid: number
  readonly gid: number
}

export interface CopyRequest {
  readonly patterns: readonly string[]
  /** Mounted root file system the files go to. */
  readonly rootfs: string
  /** Absolute path there; with a slash at the end it is a directory. */
  readonly destination: string
  /** Absent: as in the source. */
  readonly owner?: Owner
  readonly chmod?: ModeChange
  /** Keep the sources' directories (`--parents`). */
  readonly parents?: boolean
  /** Extended attributes come along. */
  readonly preserve: boolean
  /** A file may take the place of a directory and the other way round, as when an archive is unpacked. */
  readonly replace?: boolean
}

/**
 * Copies what the patterns name into a root file system, by the rules of COPY: a directory gives its contents, several
 * files need a directory. Links in the destination's path are followed inside the root only; below it none is.
 */
export function copySources(tree: SourceTree, request: CopyRequest): void {
  const rootFd = openDirectory(request.rootfs)
  try {
    const items = request.patterns.flatMap((pattern) => findSources(tree, pattern))
    const many = items.length > 1 || request.patterns.length > 1
    for (const item of items) copyItem(tree, item, { rootFd, request, many })
  } finally {
    closeSync(rootFd)
  }
}

interface Target {
  readonly rootFd: number
  readonly request: CopyRequest
  readonly many: boolean
}

function copyItem(tree: SourceTree, item: SourceItem, { rootFd, request, many }: Target): void {
  const base = request.parents === true ? joinPath(request.destination, `${parentOf(item.found)}/`) : request.destination
  const into = request.parents === true || /(?:^|\/)\.?$/.test(base)
  const wanted = resolveDestination(rootFd, item.directory && request.parents === true ? joinPath(base, item.name) : base)
  const newMode = parentMode(request.chmod)
  const makeParents = (path: string): number => mkdirAllInRoot(rootFd, path, newMode, request.owner ?? { uid: 0, gid: 0 })
  if (item.directory) {
    const existed = isDirectory(rootFd, wanted)
    const fd = guard(wanted, () => makeParents(wanted))
    try {
      walkItem(tree, item, createCopier(fd, request, { existed }))
    } finally {
      closeSync(fd)
    }
    return
  }
  const directory = into || isDirectory(rootFd, wanted)
  if (many && !directory)
    throw new TscomposeError('invalid', 'COPY_NEEDS_DIRECTORY', 'with several sources the destination must be a directory', {
      hint: `end it with a slash: ${request.destination}/`,
    })
  const parent = directory ? wanted : parentOf(wanted)
  const fd = guard(parent, () => makeParents(parent))
  try {
    walkItem(
      tree,
      item,
      createCopier(fd, request, { existed: true, rename: directory ? item.name : wanted.slice(wanted.lastIndexOf('/') + 1) }),
    )
  } finally {
    closeSync(fd)
  }
}

/** Of directories that are made on the way to the destination: as mkdir(2) makes them, less what group and others may write. */
function parentMode(chmod: ModeChange | undefined): number {
  return typeof chmod === 'number' ? chmod & 0o755 : 0o755
}

function guard<T>(path: string, make: () => T): T {
  try {
    return make()
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOTDIR' || error.code === 'EEXIST'))
      throw new TscomposeError('invalid', 'COPY_NOT_A_DIRECTORY', `cannot copy to ${path}: a part of this path is not a directory`, {
        cause: error,
      })
    throw error
  }
}

function isDirectory(rootFd: number, path: string): boolean {
  try {
    closeSync(openInRoot(rootFd, path, constants.O_RDONLY | constants.O_DIRECTORY))
    return true
  } catch {
    return false
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.replace(/\/+$/, '').lastIndexOf('/')))
}

function joinPath(directory: string, name: string): string {
  return `${directory.replace(/\/*\.?$/, '')}/${name}`
}

/** Writes what it visits below `rootFd`; `rename` is the name of an item that is no directory. */
function createCopier(
  rootFd: number,
  request: CopyRequest,
  { existed, rename }: { readonly existed: boolean; readonly rename?: string },
): Visitor {
  const stack = [rootFd]
  const linked = new Map<string, Linked>()
  const top = (): number => stack.at(-1) ?? rootFd
  return {
    enter: (entry) => {
      // The item itself is a directory: its contents go into the destination, which is there already.
      if (entry.relative !== '') stack.push(enterDirectory(top(), entry, request))
    },
    leave: (entry) => {
      if (entry.relative === '') {
        finishDestination(rootFd, entry, { request, created: !existed })
        return
      }
      const done = stack.pop()
      if (done !== undefined) closeSync(done)
      setMetadata({ dirFd: top(), name: entry.name }, entry, request)
    },
    other: (entry) => {
      const name = entry.relative === '' ? (rename ?? entry.name) : entry.name
      copyOther({ dirFd: top(), name }, entry, { request, linked, rootFd })
    },
  }
}

/** The destination of a directory keeps its mode and owner, or the defaults it was made with; the time is the source's. */
function finishDestination(
  fd: number,
  { stat }: WalkEntry,
  { request, created }: { readonly request: CopyRequest; readonly created: boolean },
): void {
  if (created && request.chmod !== undefined) fchmodat(fd, '.', parentMode(request.chmod))
  utimensat(fd, '.', { mtime: stat.mtimeNs })
}

function enterDirectory(dirFd: number, entry: WalkEntry, { replace = false }: CopyRequest): number {
  let found = lstatat(dirFd, entry.name)
  if (found?.isDirectory() === false && replace) {
    unlinkat(dirFd, entry.name)
    found = undefined
  }
  if (found?.isDirectory() === false)
    throw new TscomposeError(
      'invalid',
      'COPY_NOT_A_DIRECTORY',
      `cannot copy the directory ${entry.path} over something that is not a directory`,
    )
  if (found === undefined) mkdirat(dirFd, entry.name, 0o700)
  return openNoSymlinks(dirFd, entry.name, constants.O_RDONLY | constants.O_DIRECTORY)
}

interface Place {
  readonly dirFd: number
  readonly name: string
}

function copyOther(
  place: Place,
  entry: WalkEntry,
  { request, linked, rootFd }: { readonly request: CopyRequest; readonly linked: Map<string, Linked>; readonly rootFd: number },
): void {
  makeRoom(place, entry, request)
  const { stat } = entry
  const key = `${stat.dev}.${stat.ino}`
  const relativeToRoot = entry.relative === '' ? place.name : entry.relative
  if (stat.nlink > 1n && stat.isFile()) {
    const first = linked.get(key)
    if (first !== undefined && linkExisting(first, place)) return
    linked.set(key, { fd: rootFd, name: relativeToRoot })
  }
  if (stat.isFile()) copyContent(place, entry)
  else if (stat.isSymbolicLink()) symlinkat(readlinkSync(entry.pinned), place.dirFd, place.name)
  else makeNode(place, entry)
  setMetadata(place, entry, request)
}

interface Linked {
  readonly fd: number
  readonly name: string
}

/** False where the first copy cannot be linked to any more. */
function linkExisting(first: Linked, place: Place): boolean {
  try {
    linkat(first, { fd: place.dirFd, name: place.name })
    return true
  } catch {
    return false
  }
}

function makeRoom({ dirFd, name }: Place, entry: WalkEntry, { replace = false }: CopyRequest): void {
  const found = lstatat(dirFd, name)
  if (found === undefined) return
  if (found.isDirectory() && replace) {
    rmSync(`/proc/self/fd/${dirFd}/${name}`, { recursive: true })
    return
  }
  if (found.isDirectory()) throw new TscomposeError('invalid', 'COPY_OVER_DIRECTORY', `cannot copy the file ${entry.path} over a directory`)
  unlinkat(dirFd, name)
}

function copyContent({ dirFd, name }: Place, entry: WalkEntry): void {
  const fd = openSync(entry.pinned, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    copyFileSync(`/proc/self/fd/${fd}`, `/proc/self/fd/${dirFd}/${name}`, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  } finally {
    closeSync(fd)
  }
}

function makeNode({ dirFd, name }: Place, { stat }: WalkEntry): void {
  const device = Number(stat.rdev)
  mknodat(dirFd, name, Number(stat.mode), {
    major: Math.floor(device / 256) & 0xfff,
    minor: (device & 0xff) | (Math.floor(device / 2 ** 20) << 8),
  })
}

function setMetadata({ dirFd, name }: Place, entry: WalkEntry, request: CopyRequest): void {
  const { stat } = entry
  fchownat(dirFd, name, request.owner ?? { uid: Number(stat.uid), gid: Number(stat.gid) })
  if (request.preserve) copyAttributes(`/proc/self/fd/${dirFd}/${name}`, entry)
  if (!stat.isSymbolicLink()) {
    const mode = Number(stat.mode) & 0o7777
    const wanted = request.chmod === undefined ? mode : changeMode(mode, request.chmod, stat.isDirectory())
    fchmodat(dirFd, name, wanted)
  }
  utimensat(dirFd, name, { mtime: stat.mtimeNs, atime: stat.mtimeNs })
}

function copyAttributes(path: string, entry: WalkEntry): void {
  for (const name of llistxattr(entry.pinned)) {
    const value = isKeptAttribute(name) ? lgetxattr(entry.pinned, name) : undefined
    if (value !== undefined) lsetxattr(path, name, value)
  }
}
