import { readlinkSync } from 'node:fs'
import { posix } from 'node:path'
import { hasErrno, TscomposeError } from '../../../base/errors.ts'
import type { TarSink } from '../../../oci/tar/reader.ts'
import { lstatat } from '../../../sys/files.ts'
import { SysError } from '../../../sys/sys-error.ts'
import { reason } from '../sync/apply.ts'
import { openSyncTree, type SyncRoot, type SyncTree } from '../sync/tree.ts'
import { resolveUser } from '../user.ts'
import { createArchiveWriter, readArchive } from './archive.ts'
import { type CopyDestination, endsAsDirectory, meansContents, missingDirectory, placeCopy } from './placement.ts'
import { createTreeWriter, insideOf, type TreeWriterOptions } from './tree-writer.ts'
import { walkFiles } from './walk.ts'

/** What the worker thread is asked to do; see api.Containers.copy. */
export interface CopyJob {
  readonly root: SyncRoot
  readonly direction: 'in' | 'out'
  readonly hostPath: string
  readonly path: string
  readonly tar: boolean
  readonly followLink: boolean
  /** In: the container's user, who gets the files; absent: ids as in the source. */
  readonly owner?: string
  /** Out: ids as in the container, not the engine's own. */
  readonly keepIds: boolean
}

/** The host's files as a tree of the same kind. */
const hostRoot: SyncRoot = { kind: 'stopped', rootfs: '/', readOnly: false, mounts: [] }

/** Copies between the host and a container. Synchronous: for a worker thread. `check` is called again and again and may throw. */
export function runCopy(job: CopyJob, check: () => void): void {
  const { direction, root } = job
  const host = openSyncTree(hostRoot)
  const container = withMountPoints(openSyncTree(root, { reading: direction === 'out' }), host, root)
  try {
    if (direction === 'in') copyIn(job, { container, host, check })
    else copyOut(job, { container, host, check })
  } catch (error) {
    throw explained(error)
  } finally {
    host.close()
    container.close()
  }
}

interface Trees {
  readonly container: SyncTree
  readonly host: SyncTree
  readonly check: () => void
}

function copyIn(job: CopyJob, { container, host, check }: Trees): void {
  const owner = job.owner === undefined ? {} : { owner: resolveUser(container.rootFd, job.owner) }
  const to = lookUp(container, job.path)
  if (job.tar) {
    if (to.kind !== 'directory') throw missingDirectory(job.path)
    writeTree({ tree: container, target: (name) => insideOf(to.path, name), ...owner }, (sink) =>
      readArchive(job.hostPath, checked(sink, check)),
    )
    return
  }
  copyTree(find(host, job, job.hostPath), { tree: container, to, owner, check })
}

function copyOut(job: CopyJob, { container, host, check }: Trees): void {
  const from = find(container, job, job.path)
  if (!job.tar) {
    const owner = job.keepIds ? {} : { owner: { uid: 0, gid: 0 } }
    const mounted = mountsBelow(job.root, from.real, '.')
    copyTree(from, { tree: host, to: lookUp(host, job.hostPath), owner, check, mounted })
    return
  }
  const archive = createArchiveWriter(job.hostPath)
  try {
    const name = from.directory && meansContents(from.path) ? '.' : posix.basename(posix.normalize(from.path))
    walkFiles(from.place(), name, checked(archive, check), mountsBelow(job.root, from.real, name))
    archive.finish()
  } finally {
    archive.close()
  }
}

interface CopyTarget extends Pick<Trees, 'check'> {
  readonly tree: SyncTree
  readonly to: CopyDestination
  readonly owner: Pick<TreeWriterOptions, 'owner'>
  readonly mounted?: (name: string) => string | undefined
}

function copyTree(from: Found, { tree, to, owner, check, mounted }: CopyTarget): void {
  const top = placeCopy(from, to)
  // A directory that is there and only gets contents stays what it is: `cp dir/. web:/` must not change the owner of `/`.
  const merging = to.kind === 'directory' && top === to.path
  writeTree({ tree, target: (name) => posix.join(top, name.slice(1)), ...owner }, (sink) => {
    const all = checked(sink, check)
    walkFiles(from.place(), '.', merging ? { ...all, entry: (entry) => entry.name === './' || all.entry(entry) } : all, mounted)
  })
}

function writeTree(options: TreeWriterOptions, give: (sink: TarSink) => void): void {
  const writer = createTreeWriter(options)
  try {
    give(writer)
    writer.finish()
  } finally {
    writer.abandon()
  }
}

function checked(sink: TarSink, check: () => void): TarSink {
  return {
    entry: (entry) => {
      check()
      sink.entry(entry)
    },
    data: (chunk) => {
      check()
      sink.data(chunk)
    },
    end: sink.end,
  }
}

/** What of a stopped container's mounts lies at or below `top`, by the names of a walk that calls it `base`. */
function mountsBelow(root: SyncRoot, top: string, base: string): (name: string) => string | undefined {
  if (root.kind === 'process') return () => undefined
  const sources = new Map(root.mounts.map(({ target, source }) => [target, source]))
  return (name) => sources.get(posix.join(top, name.slice(base.length))) || undefined
}

interface Found {
  readonly path: string
  /** Absolute and clean, links followed where they are to be. */
  readonly real: string
  readonly directory: boolean
  /** Where it is, looked up anew. */
  readonly place: () => { readonly fd: number; readonly name: string }
}

/** The source; a link is the source itself, unless it is to be followed. Throws COPY_NOT_FOUND. */
function find(tree: SyncTree, { followLink }: Pick<CopyJob, 'followLink'>, path: string): Found {
  const real = followLink || endsAsDirectory(path) ? followLinks(tree, path) : posix.normalize(path).replace(/(?<=.)\/$/, '')
  const place = (): { readonly fd: number; readonly name: string } => {
    const parent = parentOf(tree, real)
    if (parent === undefined) throw notFound(path)
    return { fd: parent.fd, name: parent.name === '' ? '.' : parent.name }
  }
  const found = place()
  const stat = lstatat(found.fd, found.name)
  if (stat === undefined) throw notFound(path)
  if (endsAsDirectory(path) && !stat.isDirectory()) {
    throw new TscomposeError('invalid', 'COPY_NOT_A_DIRECTORY', `${path} is not a directory`, { hint: 'leave the slash at the end out' })
  }
  return { path, real, directory: stat.isDirectory(), place }
}

function notFound(path: string): TscomposeError {
  return new TscomposeError('not-found', 'COPY_NOT_FOUND', `there is no file ${path}`, { hint: 'check the spelling', target: path })
}

function lookUp(tree: SyncTree, path: string): CopyDestination {
  const real = followLinks(tree, path)
  const place = parentOf(tree, real)
  const stat = place === undefined ? undefined : lstatat(place.fd, place.name === '' ? '.' : place.name)
  const kind = stat === undefined ? 'missing' : stat.isDirectory() ? 'directory' : 'other'
  return { path: real, kind, parentExists: place !== undefined, asDirectory: endsAsDirectory(path) }
}

/** The path with links at its end followed inside the tree; the last one may lead to nothing. */
function followLinks(tree: SyncTree, path: string): string {
  let current = posix.normalize(path).replace(/(?<=.)\/$/, '')
  for (let followed = 0; followed < 40; followed++) {
    const place = parentOf(tree, current)
    if (place === undefined || place.name === '' || lstatat(place.fd, place.name)?.isSymbolicLink() !== true) return current
    current = posix.resolve(posix.dirname(current), readlinkSync(`/proc/self/fd/${place.fd}/${place.name}`))
  }
  throw new TscomposeError('invalid', 'LINK_LOOP', `too many links on the way to ${path}`)
}

/** A mount point of a stopped container is the mounted thing, even where the directory for it was never made. */
function withMountPoints(tree: SyncTree, host: SyncTree, root: SyncRoot): SyncTree {
  if (root.kind === 'process') return tree
  const sources = new Map(root.mounts.map(({ target, source }) => [target, source]))
  return {
    ...tree,
    parent: (path, make) => {
      const source = make === undefined ? sources.get(path) : undefined
      return source === undefined || source === '' ? tree.parent(path, make) : host.parent(source, undefined)
    },
  }
}

function parentOf(tree: SyncTree, path: string): { readonly fd: number; readonly name: string } | undefined {
  try {
    return tree.parent(path, undefined)
  } catch (error) {
    if (hasErrno(error, 'ENOTDIR')) return undefined
    throw error
  }
}

/** What the system said, in words. */
function explained(error: unknown): unknown {
  const bySystem = error instanceof SysError || (error instanceof Error && !(error instanceof TscomposeError) && 'code' in error)
  if (!bySystem) return error
  return new TscomposeError('unavailable', 'COPY_FAILED', `cannot copy: ${reason(error)}`, { cause: error })
}
