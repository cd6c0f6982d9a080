import { closeSync, constants, fchmodSync, fchownSync, futimesSync, type Stats, writeSync } from 'node:fs'
import { hasCode, TscomposeError } from '../../../base/errors.ts'
import type { TarEntry } from '../../../oci/tar/header.ts'
import type { TarSink } from '../../../oci/tar/reader.ts'
import {
  fchmodat,
  fchownat,
  linkat,
  lstatat,
  mkdirat,
  mknodat,
  openInRoot,
  openNoSymlinks,
  symlinkat,
  utimensat,
} from '../../../sys/files.ts'
import { lsetxattr } from '../../../sys/xattr.ts'
import { entryPath, hostileLayer, splitPath, whiteoutKind } from './entry-path.ts'
import { openTree, pathOnly } from './tree.ts'

export interface UntarOptions {
  /** False: names that begin with `.wh.` are ordinary files (archives that are no layers). */
  readonly whiteouts: boolean
  /** Refuses to write more file content than this. */
  readonly maxBytes: number
}

export interface Untar extends TarSink {
  /** Sets what has to come last; returns the bytes of all files. Call once after the last entry. */
  finish(): { readonly size: number; readonly entries: number }
  /** Closes every descriptor; also after a failure. */
  close(): void
}

interface Target {
  readonly path: string
  readonly dirFd: number
  readonly name: string
}

/**
 * Creates the entries of a layer below `root` in overlayfs form (whiteouts are devices 0:0, opaque directories carry
 * trusted.overlay.opaque). Owners before modes, so that setuid survives; times of directories last. No entry can
 * reach outside `root`: parents are resolved by the kernel inside it, last names are never followed.
 */
export function createUntar(root: string, { whiteouts, maxBytes }: UntarOptions): Untar {
  const tree = openTree(root)
  const directoryTimes = new Map<string, bigint>()
  const removed = new Set<string>()
  let open: { readonly fd: number; readonly entry: TarEntry; readonly target: Target } | undefined
  let size = 0
  let entries = 0

  /** Takes away what is in the way. True where the name was whited out by this layer, so that a directory must be opaque. */
  const clear = (target: Target, entry: TarEntry): { readonly keep: boolean; readonly opaque: boolean } => {
    const found = lstatat(target.dirFd, target.name)
    if (found === undefined) return { keep: false, opaque: false }
    if (entry.type === 'directory' && found.isDirectory()) return { keep: true, opaque: false }
    tree.remove(target.dirFd, target.name, found)
    if (found.isDirectory()) forgetBelow(directoryTimes, target.path)
    return { keep: false, opaque: removed.delete(target.path) }
  }
  const addDirectory = (target: Target, entry: TarEntry): void => {
    const { keep, opaque } = clear(target, entry)
    if (!keep) mkdirat(target.dirFd, target.name, 0o755)
    if (opaque) markOpaque(target)
    setMetadata(target, entry)
    directoryTimes.set(target.path, entry.mtime)
  }
  const addFile = (target: Target, entry: TarEntry): void => {
    size += entry.size
    if (size > maxBytes) throw tooLarge(maxBytes)
    clear(target, entry)
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
    open = { fd: openNoSymlinks(target.dirFd, target.name, flags, 0o600), entry, target }
    if (entry.size === 0) endFile()
  }
  const endFile = (): void => {
    if (open === undefined) return
    const { fd, entry, target } = open
    open = undefined
    try {
      fchownSync(fd, entry.uid, entry.gid)
      fchmodSync(fd, entry.mode)
      setXattrs(target, entry)
      setFileTime(fd, target, entry.mtime)
    } finally {
      closeSync(fd)
    }
  }
  const addHardlink = (target: Target, entry: TarEntry): void => {
    const source = splitPath(entryPath(entry.linkname))
    if (entryPath(entry.linkname) === target.path) return
    const fd = openLinkParent(source.parent, entry.name)
    try {
      const found = lstatat(fd, source.name)
      if (found === undefined || !isLinkable(found))
        throw hostileLayer(entry.name, `its hard link target ${JSON.stringify(entry.linkname)} is not there`)
      clear(target, entry)
      linkat({ fd, name: source.name }, { fd: target.dirFd, name: target.name })
    } finally {
      closeSync(fd)
    }
  }
  const openLinkParent = (parent: string, name: string): number => {
    try {
      return tree.open(parent)
    } catch (error) {
      throw hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR') || hasCode(error, 'ELOOP')
        ? hostileLayer(name, 'its hard link target is not there')
        : error
    }
  }
  const addNode = (target: Target, entry: TarEntry, type: number): void => {
    clear(target, entry)
    mknodat(target.dirFd, target.name, type | 0o600, { major: entry.devMajor, minor: entry.devMinor })
    setMetadata(target, entry)
    utimensat(target.dirFd, target.name, { mtime: entry.mtime })
  }
  const addSymlink = (target: Target, entry: TarEntry): void => {
    if (entry.linkname === '' || entry.linkname.includes('\0')) throw hostileLayer(entry.name, 'it links to nothing')
    clear(target, entry)
    symlinkat(entry.linkname, target.dirFd, target.name)
    fchownat(target.dirFd, target.name, entry)
    setXattrs(target, entry)
    utimensat(target.dirFd, target.name, { mtime: entry.mtime })
  }
  const addWhiteout = (target: Target): void => {
    const found = lstatat(target.dirFd, target.name)
    // What this very layer adds under the name stays; only what lies below is hidden.
    if (found?.isDirectory() === true) markOpaque(target)
    if (found !== undefined) return
    mknodat(target.dirFd, target.name, constants.S_IFCHR)
    removed.add(target.path)
  }
  const setRoot = (entry: TarEntry): void => {
    if (entry.type !== 'directory') throw hostileLayer(entry.name, 'the root must be a directory')
    fchownSync(tree.rootFd, entry.uid, entry.gid)
    fchmodSync(tree.rootFd, entry.mode)
    directoryTimes.set('', entry.mtime)
  }
  const add: Readonly<Record<TarEntry['type'], (target: Target, entry: TarEntry) => void>> = {
    directory: addDirectory,
    file: addFile,
    hardlink: addHardlink,
    symlink: addSymlink,
    char: (target, entry) => addNode(target, entry, constants.S_IFCHR),
    block: (target, entry) => addNode(target, entry, constants.S_IFBLK),
    fifo: (target, entry) => addNode(target, entry, constants.S_IFIFO),
  }
  return {
    entry: (entry) => {
      entries++
      const path = entryPath(entry.name)
      if (path === '') {
        setRoot(entry)
        return
      }
      const { parent, name } = splitPath(path)
      const meaning = whiteouts ? whiteoutKind(name) : { kind: 'entry' as const }
      if (meaning.kind === 'ignore') return
      if (meaning.kind === 'opaque') {
        // At the root there is nothing overlayfs could hide this way.
        if (parent !== '') markOpaque({ path: parent, dirFd: tree.directory(parent), name: '.' })
        return
      }
      const dirFd = tree.directory(parent)
      if (meaning.kind === 'whiteout')
        addWhiteout({ path: parent === '' ? meaning.target : `${parent}/${meaning.target}`, dirFd, name: meaning.target })
      else add[entry.type]({ path, dirFd, name }, entry)
    },
    data: (chunk) => {
      if (open === undefined) return
      for (let offset = 0; offset < chunk.length; ) offset += writeSync(open.fd, chunk, offset, chunk.length - offset)
    },
    end: endFile,
    finish: () => {
      for (const [path, mtime] of directoryTimes) setDirectoryTime(tree.rootFd, path, mtime)
      return { size, entries }
    },
    close: () => {
      if (open !== undefined) closeSync(open.fd)
      open = undefined
      tree.close()
    },
  }
}

function forgetBelow(times: Map<string, bigint>, path: string): void {
  for (const known of times.keys()) if (known === path || known.startsWith(`${path}/`)) times.delete(known)
}

/** Links to directories would make cycles; to whiteouts they make no sense. */
function isLinkable(found: Stats): boolean {
  return (
    found.isFile() || found.isSymbolicLink() || found.isFIFO() || ((found.isCharacterDevice() || found.isBlockDevice()) && found.rdev !== 0)
  )
}

function markOpaque({ dirFd, name }: Target): void {
  lsetxattr(`/proc/self/fd/${dirFd}/${name}`, 'trusted.overlay.opaque', Buffer.from('y'))
}

/** Changing the owner clears setuid and capabilities, so the mode and the attributes follow. */
function setMetadata(target: Target, entry: TarEntry): void {
  fchownat(target.dirFd, target.name, entry)
  fchmodat(target.dirFd, target.name, entry.mode)
  setXattrs(target, entry)
}

/** Attributes a layer may bring: capabilities and the user's own; never overlayfs' or another security module's. */
function setXattrs({ dirFd, name }: Target, entry: TarEntry): void {
  for (const [key, value] of entry.xattrs) {
    const isUser = key.startsWith('user.') && !key.startsWith('user.overlay.') && (entry.type === 'file' || entry.type === 'directory')
    if (!(isUser || (key === 'security.capability' && entry.type === 'file'))) continue
    try {
      lsetxattr(`/proc/self/fd/${dirFd}/${name}`, key, value)
    } catch (error) {
      // File systems without them (tmpfs of older kernels) run the image all the same.
      if (!hasCode(error, 'EOPNOTSUPP')) throw error
    }
  }
}

/** Whole seconds, which is nearly always, go through Node's own faster call. */
function setFileTime(fd: number, { dirFd, name }: Target, mtime: bigint): void {
  const seconds = mtime / 1_000_000_000n
  if (seconds * 1_000_000_000n === mtime) futimesSync(fd, Number(seconds), Number(seconds))
  else utimensat(dirFd, name, { mtime })
}

function setDirectoryTime(rootFd: number, path: string, mtime: bigint): void {
  const fd = openInRoot(rootFd, path === '' ? '.' : path, pathOnly)
  try {
    utimensat(fd, '.', { mtime })
  } finally {
    closeSync(fd)
  }
}

function tooLarge(maxBytes: number): TscomposeError {
  return new TscomposeError(
    'invalid',
    'LAYER_TOO_LARGE',
    `the layer unpacks to more than ${maxBytes} bytes, out of all proportion to its size`,
    {
      hint: 'the image is damaged or hostile; do not use it',
    },
  )
}
