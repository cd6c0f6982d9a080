import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readlinkSync, readSync, type Stats, statfsSync } from 'node:fs'
import { posix } from 'node:path'
import type { TarEntry, TarType } from '../../../oci/tar/header.ts'
import type { TarSink } from '../../../oci/tar/reader.ts'
import { openDirectory, openNoSymlinks } from '../../../sys/files.ts'
import { lgetxattr, llistxattr } from '../../../sys/xattr.ts'

/** A directory that is open, and a name in it that is not followed. */
export interface WalkPlace {
  readonly fd: number
  readonly name: string
}

/** File systems that are the kernel talking: proc, sysfs, cgroup, cgroup2, devpts, mqueue. */
const kernelTypes: ReadonlySet<number> = new Set([0x9fa0, 0x62656572, 0x27e0eb, 0x63677270, 0x1cd1, 0x19800202])

interface Walk {
  readonly sink: TarSink
  readonly buffer: Buffer
  /** Inodes with several names -> the first one given out. */
  readonly links: Map<string, string>
  readonly mounted: (name: string) => string | undefined
}

/**
 * Gives out a file, or a directory with all that is in it, as `name`, `name/…`: names sorted, hard links as such.
 * `mounted` tells, by name, of files elsewhere on the host that stand there. Follows no link, and goes into no file system of the kernel and no `/dev` that is mounted below. Synchronous.
 */
export function walkFiles(place: WalkPlace, name: string, sink: TarSink, mounted: Walk['mounted'] = () => undefined): void {
  walk({ sink, buffer: Buffer.allocUnsafe(1 << 20), links: new Map(), mounted }, place, name)
}

function walk(state: Walk, place: WalkPlace, name: string): void {
  const source = state.mounted(name)
  if (source === undefined) {
    give(state, place, name)
    return
  }
  const fd = openDirectory(posix.dirname(source))
  try {
    give(state, { fd, name: posix.basename(source) }, name)
  } finally {
    closeSync(fd)
  }
}

function give(state: Walk, place: WalkPlace, name: string): void {
  const path = pathOf(place)
  const stat = lstatSync(path)
  // Sockets live only as long as the process that made them.
  if (stat.isSocket()) return
  if (stat.isDirectory()) {
    state.sink.entry(entryOf({ path, stat, name: `${name}/`, type: 'directory' }))
    walkChildren(state, place, { name, device: stat.dev })
    return
  }
  const key = `${stat.dev}:${stat.ino}`
  const first = stat.nlink > 1 ? state.links.get(key) : undefined
  if (first !== undefined) {
    state.sink.entry({ ...entryOf({ path, stat, name, type: 'hardlink' }), linkname: first })
    return
  }
  if (stat.nlink > 1) state.links.set(key, name)
  if (stat.isFile()) giveFile(state, place, name)
  else state.sink.entry(entryOf({ path, stat, name, type: specialType(stat) }))
}

function pathOf({ fd, name }: WalkPlace): string {
  return `/proc/self/fd/${fd}/${name}`
}

function walkChildren(state: Walk, place: WalkPlace, { name, device }: { readonly name: string; readonly device: number }): void {
  const fd = openNoSymlinks(place.fd, place.name, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    for (const child of readdirSync(`/proc/self/fd/${fd}`).sort()) {
      const below = { fd, name: child }
      if (!isForeign(below, device)) walk(state, below, `${name}/${child}`)
    }
  } finally {
    closeSync(fd)
  }
}

/** Mounted here, and no files somebody keeps. */
function isForeign(place: WalkPlace, device: number): boolean {
  const stat = lstatSync(pathOf(place), { throwIfNoEntry: false })
  // Removed since the directory was read.
  if (stat === undefined) return true
  if (!stat.isDirectory() || stat.dev === device) return false
  return place.name === 'dev' || kernelTypes.has(statfsSync(pathOf(place)).type)
}

/** A file of the kernel says it has no bytes and gives some all the same; a file that is written to has what its size said. */
function giveFile({ sink, buffer }: Walk, place: WalkPlace, name: string): void {
  const path = pathOf(place)
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const stat = fstatSync(fd)
    const first = readSync(fd, buffer, 0, buffer.length, null)
    const size = stat.size === 0 ? first : stat.size
    sink.entry({ ...entryOf({ path, stat, name, type: 'file' }), size })
    let given = 0
    for (let length = first; given < size && length > 0; length = readSync(fd, buffer, 0, buffer.length, null)) {
      const part = Math.min(length, size - given)
      sink.data(buffer.subarray(0, part))
      given += part
    }
    for (buffer.fill(0); given < size; ) {
      const part = Math.min(buffer.length, size - given)
      sink.data(buffer.subarray(0, part))
      given += part
    }
    if (size > 0) sink.end()
  } finally {
    closeSync(fd)
  }
}

function specialType(stat: Stats): TarType {
  if (stat.isSymbolicLink()) return 'symlink'
  if (stat.isFIFO()) return 'fifo'
  return stat.isCharacterDevice() ? 'char' : 'block'
}

interface Found {
  readonly path: string
  readonly stat: Stats
  readonly name: string
  readonly type: TarType
}

function entryOf({ path, stat, name, type }: Found): TarEntry {
  const device = type === 'char' || type === 'block' ? deviceNumbers(stat.rdev) : { devMajor: 0, devMinor: 0 }
  return {
    ...{ name, type, size: 0, ...device },
    mode: stat.mode & 0o7777,
    uid: stat.uid,
    gid: stat.gid,
    mtime: lstatSync(path, { bigint: true }).mtimeNs,
    linkname: type === 'symlink' ? readlinkSync(path) : '',
    xattrs: type === 'hardlink' ? noXattrs : portableXattrs(path),
  }
}

/** The two numbers of a device as glibc packs them. */
function deviceNumbers(device: number): { readonly devMajor: number; readonly devMinor: number } {
  const high = Math.floor(device / 2 ** 32)
  const low = device >>> 0
  const devMajor = (high & 0xfffff000) | ((low >>> 8) & 0xfff)
  return { devMajor, devMinor: ((low >>> 12) & 0xffffff00) | (low & 0xff) }
}

const noXattrs: ReadonlyMap<string, Uint8Array> = new Map()

/** Attributes that mean the same elsewhere. */
function portableXattrs(path: string): ReadonlyMap<string, Uint8Array> {
  const names = llistxattr(path).filter((name) => name === 'security.capability' || name.startsWith('user.'))
  return names.length === 0 ? noXattrs : new Map(names.map((name) => [name, lgetxattr(path, name) ?? Buffer.alloc(0)]))
}
