import { createHash } from 'node:crypto'
import {
  type BigIntStats,
  closeSync,
  constants,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { TscomposeError } from '../../base/errors.ts'
import { encodeHeader, type TarHeaderFields, tarEnd, tarPadding } from '../../oci/tar/writer.ts'
import { lgetxattr, llistxattr } from '../../sys/xattr.ts'

/*
 * The tar of a layer, made from its directory in overlayfs form. The same directory gives the same bytes each time:
 * names sorted, whole seconds, no names of users, attributes sorted. Everything is synchronous: for worker threads.
 */

export interface TarSummary {
  /** sha256 of the tar. */
  readonly diffId: string
  /** Bytes of the tar. */
  readonly tarSize: number
  /** Bytes of all files in it. */
  readonly size: number
}

const chunkSize = 1 << 20
const opaqueAttribute = 'trusted.overlay.opaque'

interface Writer {
  readonly write: (bytes: Uint8Array) => void
  readonly chunk: Buffer
  /** Inodes with more than one name -> the first of them. */
  readonly links: Map<string, string>
  readonly leaveOut: (path: string) => boolean
  size: number
}

export interface LayerTarOptions {
  /** Leaves an entry out; `path` is relative. */
  readonly leaveOut?: (path: string) => boolean
}

/** Only hashes. */
export function digestLayer(directory: string): TarSummary {
  return writeLayer(directory, () => undefined)
}

/** Writes the tar to a new file, and removes it again where that fails. */
export function exportLayerTar(directory: string, path: string, options: LayerTarOptions = {}): TarSummary {
  const fd = openSync(path, 'wx', 0o600)
  try {
    return writeLayer(directory, (bytes) => writeAll(fd, bytes), options)
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  } finally {
    closeSync(fd)
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let offset = 0; offset < bytes.length; ) offset += writeSync(fd, bytes, offset)
}

function writeLayer(directory: string, sink: (bytes: Uint8Array) => void, { leaveOut = () => false }: LayerTarOptions = {}): TarSummary {
  const hash = createHash('sha256')
  let tarSize = 0
  const write = (bytes: Uint8Array): void => {
    hash.update(bytes)
    tarSize += bytes.length
    sink(bytes)
  }
  const writer: Writer = { write, chunk: Buffer.allocUnsafe(chunkSize), links: new Map(), leaveOut, size: 0 }
  writeChildren(writer, directory, '')
  write(tarEnd())
  return { diffId: `sha256:${hash.digest('hex')}`, tarSize, size: writer.size }
}

function writeChildren(writer: Writer, root: string, parent: string): void {
  for (const name of sortedNames(root, parent)) {
    const path = `${parent}${name}`
    if (writer.leaveOut(path)) continue
    const stats = lstatSync(`${root}/${path}`, { bigint: true })
    if (stats.isDirectory()) writeDirectory(writer, root, { path, stats })
    else writeEntry(writer, root, { parent, name, stats })
  }
}

interface Directory {
  readonly path: string
  readonly stats: BigIntStats
}

function writeDirectory(writer: Writer, root: string, { path, stats }: Directory): void {
  const full = `${root}/${path}`
  const mode = Number(stats.mode) & 0o7777
  writer.write(encodeHeader({ ...owned(stats), name: `${path}/`, type: 'directory', mode, xattrs: portableXattrs(full) }))
  if (lgetxattr(full, opaqueAttribute)?.toString() === 'y') {
    writer.write(mark(`${path}/.wh..wh..opq`))
  }
  writeChildren(writer, root, `${path}/`)
}

/** A removal has no owner and no time of its own: what the overlay keeps of them is chance. */
function mark(name: string): Buffer {
  return encodeHeader({ name, type: 'file', mode: 0o600 })
}

interface Entry {
  readonly parent: string
  readonly name: string
  readonly stats: BigIntStats
}

function writeEntry(writer: Writer, root: string, entry: Entry): void {
  const { parent, name, stats } = entry
  const path = `${parent}${name}`
  // A name that lives only as long as the process that made it.
  if (stats.isSocket()) return
  if (stats.isCharacterDevice() && stats.rdev === 0n) {
    writer.write(mark(`${parent}.wh.${name}`))
    return
  }
  if (name.startsWith('.wh.')) throw unsupportedName(path, 'names that begin with .wh. mean removal in a layer')
  const first = stats.nlink > 1n ? linkedTo(writer, stats, path) : undefined
  if (first !== undefined) {
    writer.write(encodeHeader({ ...owned(stats), name: path, type: 'hardlink', linkname: first, mode: Number(stats.mode) & 0o7777 }))
    return
  }
  if (stats.isFile()) writeFile(writer, `${root}/${path}`, { path, stats })
  else writer.write(encodeHeader({ ...special(`${root}/${path}`, stats), name: path, xattrs: portableXattrs(`${root}/${path}`) }))
}

/** Name under which the inode is already in the tar; undefined for the first one. */
function linkedTo({ links }: Writer, { dev, ino }: BigIntStats, path: string): string | undefined {
  const key = `${dev}:${ino}`
  const first = links.get(key)
  if (first === undefined) links.set(key, path)
  return first
}

function writeFile(writer: Writer, full: string, { path, stats }: Directory): void {
  const size = Number(stats.size)
  const mode = Number(stats.mode) & 0o7777
  writer.write(encodeHeader({ ...owned(stats), name: path, type: 'file', mode, size, xattrs: portableXattrs(full) }))
  const fd = openSync(full, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NOATIME)
  try {
    let left = size
    while (left > 0) {
      const length = readSync(fd, writer.chunk, 0, Math.min(left, chunkSize), null)
      if (length === 0) throw new TscomposeError('conflict', 'FILE_CHANGED', `${path} became shorter while the layer was read`)
      writer.write(writer.chunk.subarray(0, length))
      left -= length
    }
  } finally {
    closeSync(fd)
  }
  writer.write(tarPadding(size))
  writer.size += size
}

function special(full: string, stats: BigIntStats): Omit<TarHeaderFields, 'name'> {
  const fields = { ...owned(stats), mode: Number(stats.mode) & 0o7777 }
  if (stats.isSymbolicLink()) return { ...fields, mode: 0o777, type: 'symlink', linkname: readlinkSync(full) }
  if (stats.isFIFO()) return { ...fields, type: 'fifo' }
  const device = { devMajor: deviceMajor(stats.rdev), devMinor: deviceMinor(stats.rdev) }
  return { ...fields, ...device, type: stats.isCharacterDevice() ? 'char' : 'block' }
}

function owned(stats: BigIntStats): Pick<TarHeaderFields, 'uid' | 'gid' | 'mtime'> {
  const seconds = stats.mtimeNs / 1_000_000_000n
  return { uid: Number(stats.uid), gid: Number(stats.gid), mtime: Number(seconds) }
}

function deviceMajor(device: bigint): number {
  return Number(((device >> 32n) & 0xfffff000n) | ((device >> 8n) & 0xfffn))
}

function deviceMinor(device: bigint): number {
  return Number(((device >> 12n) & 0xffffff00n) | (device & 0xffn))
}

const noXattrs: ReadonlyMap<string, Uint8Array> = new Map()

/** Attributes that mean the same on another machine; those of overlayfs and of security modules stay here. */
function portableXattrs(path: string): ReadonlyMap<string, Uint8Array> {
  const names = llistxattr(path).filter(
    (name) => name === 'security.capability' || (name.startsWith('user.') && !name.startsWith('user.overlay.')),
  )
  if (names.length === 0) return noXattrs
  return new Map(names.map((name) => [name, lgetxattr(path, name) ?? Buffer.alloc(0)]))
}

function sortedNames(root: string, parent: string): readonly string[] {
  return readdirSync(`${root}/${parent}`, { encoding: 'buffer' })
    .sort(Buffer.compare)
    .map((raw) => {
      const name = raw.toString('utf8')
      if (!Buffer.from(name).equals(raw)) throw unsupportedName(`${parent}${name}`, 'it is not UTF-8')
      return name
    })
}

function unsupportedName(path: string, why: string): TscomposeError {
  return new TscomposeError('unsupported', 'FILE_NAME', `a layer cannot hold the file name ${JSON.stringify(path)}: ${why}`, {
    hint: 'rename or remove the file in the build',
  })
}

/** Bytes on disk below a directory, each inode once. */
export function diskUsage(directory: string): number {
  const seen = new Set<string>()
  const usage = (path: string): number => {
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false })
    if (stats === undefined) return 0
    const key = `${stats.dev}:${stats.ino}`
    if (stats.nlink > 1n && !stats.isDirectory() && seen.has(key)) return 0
    seen.add(key)
    const own = Number(stats.blocks) * 512
    if (!stats.isDirectory()) return own
    return readdirSync(path).reduce((total, name) => total + usage(`${path}/${name}`), own)
  }
  return usage(directory)
}
