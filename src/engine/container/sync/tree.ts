import { closeSync, constants, readlinkSync } from 'node:fs'
import { posix } from 'node:path'
import { hasErrno, TscomposeError } from '../../../base/errors.ts'
import { mkdirAllInRoot, openDirectory, openFlags, openInRoot } from '../../../sys/files.ts'
import { isSameProcess } from '../../../sys/pidfd.ts'

/** Where a container's files are reached: by its process, which sees them as they are, or piece by piece while it is stopped. */
export type SyncRoot =
  | { readonly kind: 'process'; readonly pid: number; readonly startTime: number }
  | { readonly kind: 'stopped'; readonly rootfs: string; readonly readOnly: boolean; readonly mounts: readonly SyncMount[] }

export interface SyncMount {
  readonly target: string
  /** '' for what exists only while the container runs (tmpfs). */
  readonly source: string
  readonly readOnly: boolean
}

/** A directory of the container, open, and a name in it. */
export interface SyncPlace {
  readonly fd: number
  readonly name: string
}

export interface SyncTree {
  /** Descriptor of the container's `/`. */
  readonly rootFd: number
  /** The directory of a path; undefined where it is missing and not to be made. Valid until the next call. */
  parent(path: string, make: { readonly uid: number; readonly gid: number } | undefined): SyncPlace | undefined
  close(): void
}

interface Piece {
  readonly target: string
  readonly fd: number
  readonly readOnly: boolean
}

/** Opens a container's files, to write to them unless it is only for reading. Throws CONTAINER_GONE where its process has ended meanwhile. */
export function openSyncTree(root: SyncRoot, { reading = false }: { readonly reading?: boolean } = {}): SyncTree {
  const pieces = root.kind === 'process' ? [processPiece(root)] : stoppedPieces(root, reading)
  const [whole] = pieces
  if (whole === undefined) throw new TscomposeError('internal', 'SYNC_ROOT', 'no root to write to')
  // Most paths of a batch are neighbours.
  let last: { readonly path: string; readonly fd: number } | undefined
  const forget = (): void => {
    if (last !== undefined) closeSync(last.fd)
    last = undefined
  }
  const open = (path: string, owner: { readonly uid: number; readonly gid: number } | undefined): number | undefined => {
    const { piece, inside } = settle(pieces, whole, path)
    if (piece.readOnly && !reading) throw new TscomposeError('denied', 'READ_ONLY', `${path} is read-only`, { hint: 'put a volume there' })
    try {
      return openInRoot(piece.fd, inside, constants.O_RDONLY | constants.O_DIRECTORY)
    } catch (error) {
      if (!hasErrno(error, 'ENOENT')) throw error
      return owner === undefined ? undefined : mkdirAllInRoot(piece.fd, inside, 0o755, owner)
    }
  }
  return {
    rootFd: whole.fd,
    parent: (path, make) => {
      const clean = posix.normalize(path)
      const directory = posix.dirname(clean)
      if (last?.path !== directory) {
        forget()
        const fd = open(directory, make)
        if (fd === undefined) return undefined
        last = { path: directory, fd }
      }
      return { fd: last.fd, name: posix.basename(clean) }
    },
    close: () => {
      forget()
      for (const { fd } of pieces) closeSync(fd)
    },
  }
}

function processPiece({ pid, startTime }: SyncRoot & { readonly kind: 'process' }): Piece {
  const gone = (cause?: unknown): TscomposeError =>
    new TscomposeError('conflict', 'CONTAINER_GONE', 'the container has ended meanwhile', cause === undefined ? {} : { cause })
  let fd: number
  try {
    fd = openDirectory(`/proc/${pid}/root`)
  } catch (error) {
    if (hasErrno(error, 'ENOENT') || hasErrno(error, 'ESRCH')) throw gone(error)
    throw error
  }
  if (isSameProcess(pid, startTime)) return { target: '/', fd, readOnly: false }
  closeSync(fd)
  throw gone()
}

function stoppedPieces({ rootfs, readOnly, mounts }: SyncRoot & { readonly kind: 'stopped' }, reading: boolean): readonly Piece[] {
  const pieces: Piece[] = [{ target: '/', fd: openDirectory(rootfs), readOnly }]
  try {
    for (const { target, source, readOnly: locked } of mounts) {
      const fd = source === '' ? undefined : openIfDirectory(source)
      // For a reader, what is not there without the process is what the image has there.
      if (fd === undefined && reading) continue
      // A path below something that is no directory, or is not there without the process, is refused as read-only.
      pieces.push(fd === undefined ? { target, fd: openDirectory(rootfs), readOnly: true } : { target, fd, readOnly: locked })
    }
    return pieces
  } catch (error) {
    for (const { fd } of pieces) closeSync(fd)
    throw error
  }
}

function openIfDirectory(path: string): number | undefined {
  try {
    return openDirectory(path)
  } catch (error) {
    if (hasErrno(error, 'ENOTDIR') || hasErrno(error, 'ENOENT')) return undefined
    throw error
  }
}

/** The piece a directory lies in, links of the container followed: a link may lead from the root file system into a volume. */
function settle(pieces: readonly Piece[], whole: Piece, path: string): { readonly piece: Piece; readonly inside: string } {
  if (pieces.length === 1) return { piece: whole, inside: relativeTo('/', path) }
  let current = path
  for (let attempt = 0; attempt < 8; attempt++) {
    const piece = pieceOf(pieces, whole, current)
    const real = posix.join(piece.target, realPath(piece.fd, relativeTo(piece.target, current)))
    if (pieceOf(pieces, whole, real) === piece) return { piece, inside: relativeTo(piece.target, real) }
    current = real
  }
  throw new TscomposeError('invalid', 'LINK_LOOP', `too many links on the way to ${path}`)
}

/** The path with the links of its existing part followed, relative to the root. */
function realPath(rootFd: number, path: string): string {
  const missing: string[] = []
  for (let head = path; ; head = posix.dirname(head)) {
    try {
      const fd = openInRoot(rootFd, head, openFlags.O_PATH | constants.O_DIRECTORY)
      try {
        const base = readlinkSync(`/proc/self/fd/${rootFd}`)
        return posix.join(readlinkSync(`/proc/self/fd/${fd}`).slice(base.length), ...missing)
      } finally {
        closeSync(fd)
      }
    } catch (error) {
      if (!hasErrno(error, 'ENOENT') || head === '.') throw error
      missing.unshift(posix.basename(head))
    }
  }
}

function pieceOf(pieces: readonly Piece[], whole: Piece, path: string): Piece {
  return pieces.reduce((best, piece) => (isBelow(piece.target, path) && piece.target.length > best.target.length ? piece : best), whole)
}

function isBelow(directory: string, path: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`)
}

function relativeTo(directory: string, path: string): string {
  const inside = posix.relative(directory, path)
  return inside === '' ? '.' : inside
}
