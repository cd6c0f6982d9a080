import { closeSync, constants, fsyncSync, lstatSync, openSync, renameSync, rmSync, type Stats, statfsSync, writeFileSync } from 'node:fs'
import { threadId } from 'node:worker_threads'
import { checked, errno, libc } from './ffi/libc.ts'
import { errnoNumber, SysError } from './sys-error.ts'

/*
 * Path work on trees somebody else controls: every step is relative to a directory descriptor, and the kernel resolves
 * symbolic links inside the root or refuses them. The last component of the *at functions is a plain name.
 * Every descriptor made here is close-on-exec.
 */

const AT_SYMLINK_NOFOLLOW = 0x100
const AT_REMOVEDIR = 0x200
const AT_EMPTY_PATH = 0x1000
const O_PATH = 0o10000000
const O_CLOEXEC = 0o2000000
const RESOLVE_NO_XDEV = 0x01n
const RESOLVE_NO_MAGICLINKS = 0x02n
const RESOLVE_NO_SYMLINKS = 0x04n
const RESOLVE_BENEATH = 0x08n
const RESOLVE_IN_ROOT = 0x10n
const SYS_openat2 = 437
const SYS_fchmodat2 = 452
const LOCK_EX_NB = 2 | 4
const UTIME_OMIT = 0x3ffffffen
const FS_IOC_GETFLAGS = 0x80086601
const FS_IOC_SETFLAGS = 0x40086602
const FS_TOPDIR_FL = 0x20000

const openat2 = libc('long syscall(long number, int fd, const char *path, const void *how, size_t size)')
const fchmodat2 = libc('long syscall(long number, int fd, const char *path, unsigned int mode, unsigned int flags)')
const mkdirAt = libc('int mkdirat(int fd, const char *path, unsigned int mode)')
const mknodAt = libc('int mknodat(int fd, const char *path, unsigned int mode, unsigned long dev)')
const symlinkAt = libc('int symlinkat(const char *target, int fd, const char *path)')
const linkAt = libc('int linkat(int oldFd, const char *oldPath, int newFd, const char *newPath, int flags)')
const unlinkAt = libc('int unlinkat(int fd, const char *path, int flags)')
const renameAt2 = libc('int renameat2(int oldFd, const char *oldPath, int newFd, const char *newPath, unsigned int flags)')
const fchownAt = libc('int fchownat(int fd, const char *path, unsigned int uid, unsigned int gid, int flags)')
const utimensAt = libc('int utimensat(int fd, const char *path, const void *times, int flags)')
const chmodPath = libc('int chmod(const char *path, unsigned int mode)')
const flockFd = libc('int flock(int fd, int operation)')
const ioctl = libc('int ioctl(int fd, unsigned long request, void *argument)')
const syncFs = libc('int syncfs(int fd)')

/** Open flags beside `fs.constants`. */
export const openFlags: { readonly O_PATH: number; readonly O_CLOEXEC: number } = { O_PATH, O_CLOEXEC }

/** Descriptor of a directory to work in; only for paths we trust up to their last component. */
export function openDirectory(path: string): number {
  return openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | O_CLOEXEC)
}

/** Opens `path` as if `rootFd` were `/`: absolute links and `..` stay inside. Kernel magic links are refused. */
export function openInRoot(rootFd: number, path: string, flags: number, mode = 0): number {
  return open2(rootFd, path, { flags, mode, resolve: RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS })
}

/** Opens `path` below `rootFd`; a path that leaves it (`..`, absolute links) fails with EXDEV. */
export function openBeneath(rootFd: number, path: string, flags: number, mode = 0): number {
  return open2(rootFd, path, { flags, mode, resolve: RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS })
}

/** As `openBeneath`, and any symbolic link on the way fails with ELOOP. */
export function openNoSymlinks(rootFd: number, path: string, flags: number, mode = 0): number {
  return open2(rootFd, path, { flags, mode, resolve: RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS })
}

/** As `openNoSymlinks`, and anything mounted on the way or at its end fails with EXDEV. */
export function openSameMount(rootFd: number, path: string, flags: number): number {
  return open2(rootFd, path, { flags, mode: 0, resolve: RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV })
}

interface OpenHow {
  readonly flags: number
  readonly mode: number
  readonly resolve: bigint
}

function open2(fd: number, path: string, { flags, mode, resolve }: OpenHow): number {
  refuseNul(path)
  const how = new BigUint64Array([BigInt(flags | O_CLOEXEC), BigInt(mode), resolve])
  // EAGAIN: something was renamed while the kernel resolved; the next try sees a settled tree.
  for (let attempt = 0; ; attempt++) {
    const result = openat2(SYS_openat2, fd, path, how, 24)
    if (result >= 0) return result
    const code = errno()
    if (attempt >= 100 || (code !== errnoNumber('EAGAIN') && code !== errnoNumber('EINTR'))) throw new SysError('openat2', code, path)
  }
}

/** A NUL would end the path early in C: `a\0b` would name `a`. */
function refuseNul(path: string): void {
  if (path.includes('\0')) throw new SysError('open', errnoNumber('EINVAL'), JSON.stringify(path))
}

/**
 * Makes the directory `path` and its missing parents in the root and returns a descriptor of it.
 * Links in existing parents are followed inside the root. New directories get `mode` exactly and, if given, the owner.
 */
export function mkdirAllInRoot(rootFd: number, path: string, mode = 0o755, owner?: { readonly uid: number; readonly gid: number }): number {
  const flags = constants.O_RDONLY | constants.O_DIRECTORY
  const names = path.split('/').filter((name) => name !== '' && name !== '.')
  let current = openInRoot(rootFd, '.', flags)
  for (let index = 0; index < names.length; index++) {
    const soFar = names.slice(0, index + 1).join('/')
    try {
      // Opened from the root each time, so that `..` and absolute links mean what they mean in the container.
      const next = openOrMake({ rootFd, parentFd: current, path: soFar, name: names[index] ?? '', mode, owner })
      closeSync(current)
      current = next
    } catch (error) {
      closeSync(current)
      throw error
    }
  }
  return current
}

interface MakeStep {
  readonly rootFd: number
  readonly parentFd: number
  readonly path: string
  readonly name: string
  readonly mode: number
  readonly owner: { readonly uid: number; readonly gid: number } | undefined
}

function openOrMake({ rootFd, parentFd, path, name, mode, owner }: MakeStep): number {
  const flags = constants.O_RDONLY | constants.O_DIRECTORY
  try {
    return openInRoot(rootFd, path, flags)
  } catch (error) {
    if (!(error instanceof SysError) || error.code !== 'ENOENT' || name === '..') throw error
  }
  if (mkdirAt(parentFd, name, mode) < 0) {
    const code = errno()
    if (code !== errnoNumber('EEXIST')) throw new SysError('mkdirat', code, path)
  } else {
    fchmodat(parentFd, name, mode)
    if (owner !== undefined) fchownat(parentFd, name, owner)
  }
  return openInRoot(rootFd, path, flags)
}

export function mkdirat(dirFd: number, name: string, mode: number): void {
  checked('mkdirat', mkdirAt(dirFd, name, mode), name)
}

/** `mode` includes the type (`constants.S_IFCHR` …); `device` is needed for block and character devices. */
export function mknodat(dirFd: number, name: string, mode: number, device = { major: 0, minor: 0 }): void {
  checked('mknodat', mknodAt(dirFd, name, mode, makeDevice(device.major, device.minor)), name)
}

/** Number of a device as user space writes it. */
export function makeDevice(major: number, minor: number): number {
  // The parts do not overlap; multiplication instead of shifts because the result has more than 32 bits.
  return Math.floor(major / 0x1000) * 2 ** 44 + (major & 0xfff) * 0x100 + Math.floor(minor / 0x100) * 2 ** 20 + (minor & 0xff)
}

export function symlinkat(target: string, dirFd: number, name: string): void {
  checked('symlinkat', symlinkAt(target, dirFd, name), name)
}

/** Never follows a link in the last component of the source. */
export function linkat(from: { readonly fd: number; readonly name: string }, to: { readonly fd: number; readonly name: string }): void {
  checked('linkat', linkAt(from.fd, from.name, to.fd, to.name, from.name === '' ? AT_EMPTY_PATH : 0), to.name)
}

/** Removes a name; an empty directory with `directory`. */
export function unlinkat(dirFd: number, name: string, { directory = false }: { readonly directory?: boolean } = {}): void {
  checked('unlinkat', unlinkAt(dirFd, name, directory ? AT_REMOVEDIR : 0), name)
}

/** `RENAME_NOREPLACE` is 1, `RENAME_EXCHANGE` 2. */
export function renameat2(
  from: { readonly fd: number; readonly name: string },
  to: { readonly fd: number; readonly name: string },
  flags = 0,
): void {
  checked('renameat2', renameAt2(from.fd, from.name, to.fd, to.name, flags), to.name)
}

/** Changes the owner of the name itself, never of what a link points to. Clears setuid bits: set the mode afterwards. */
export function fchownat(dirFd: number, name: string, owner: { readonly uid: number; readonly gid: number }): void {
  checked('fchownat', fchownAt(dirFd, name, owner.uid, owner.gid, AT_SYMLINK_NOFOLLOW), name)
}

/** Sets the permission bits of the name itself; a link fails with EOPNOTSUPP (or ENOTSUP). */
export function fchmodat(dirFd: number, name: string, mode: number): void {
  if (fchmodat2(SYS_fchmodat2, dirFd, name, mode, AT_SYMLINK_NOFOLLOW) >= 0) return
  const code = errno()
  if (code !== errnoNumber('ENOSYS')) throw new SysError('fchmodat2', code, name)
  // Before Linux 6.6: pin the object by a path descriptor, then go through its magic link.
  const fd = openNoSymlinks(dirFd, name, O_PATH)
  try {
    checked('chmod', chmodPath(`/proc/self/fd/${fd}`, mode), name)
  } finally {
    closeSync(fd)
  }
}

/** Sets times of the name itself, in nanoseconds; what is absent stays. */
export function utimensat(dirFd: number, name: string, times: { readonly atime?: bigint; readonly mtime?: bigint }): void {
  const spec = new BigInt64Array([...timespec(times.atime), ...timespec(times.mtime)])
  checked('utimensat', utimensAt(dirFd, name, spec, AT_SYMLINK_NOFOLLOW), name)
}

function timespec(time: bigint | undefined): readonly [bigint, bigint] {
  if (time === undefined) return [0n, UTIME_OMIT]
  const billion = 1_000_000_000n
  const nanoseconds = ((time % billion) + billion) % billion
  return [(time - nanoseconds) / billion, nanoseconds]
}

/** Status of the name itself, or undefined where there is nothing. `name` must be one component. */
export function lstatat(dirFd: number, name: string): Stats | undefined {
  return lstatSync(`/proc/self/fd/${dirFd}/${name}`, { throwIfNoEntry: false })
}

/** Writes everything of the file system that holds `path` to disk. Blocks: call it in a worker. */
export function syncfs(path: string): void {
  const fd = openSync(path, constants.O_RDONLY | O_CLOEXEC)
  try {
    checked('syncfs', syncFs(fd), path)
  } finally {
    closeSync(fd)
  }
}

/**
 * Tells the file system that the directories made in `path` from now on have nothing to do with each other, so that it
 * lays each out in a place of its own (ext4's top-level flag, chattr +T). False where the file system knows no such hint.
 */
export function spreadChildren(path: string): boolean {
  const fd = openDirectory(path)
  try {
    const flags = Buffer.alloc(8)
    if (ioctl(fd, FS_IOC_GETFLAGS, flags) < 0) return false
    flags.writeUInt32LE((flags.readUInt32LE(0) | FS_TOPDIR_FL) >>> 0)
    return ioctl(fd, FS_IOC_SETFLAGS, flags) >= 0
  } finally {
    closeSync(fd)
  }
}

/**
 * Replaces the file as a whole: readers see the old content or the new. With `sync` it also survives a power loss;
 * without, a power loss may leave either. A failure leaves the old file and nothing else.
 */
export function writeFileAtomic(
  path: string,
  data: string | Uint8Array,
  { mode = 0o600, sync = false }: { readonly mode?: number; readonly sync?: boolean } = {},
): void {
  // Threads share the process id, and several may write the same file: builds side by side of one context do.
  const temporary = `${path}.tmp-${process.pid}-${threadId}`
  try {
    const fd = openSync(temporary, 'w', mode)
    try {
      writeFileSync(fd, data)
      if (sync) fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/**
 * Takes the lock of a file (made if missing) without waiting. Returns the descriptor that holds it, to be closed to
 * let go, or undefined while another holder has it. It ends with the process, however that ends.
 */
export function flock(path: string): number | undefined {
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | O_CLOEXEC, 0o600)
  if (flockFd(fd, LOCK_EX_NB) >= 0) return fd
  const code = errno()
  closeSync(fd)
  if (code === errnoNumber('EAGAIN')) return undefined
  throw new SysError('flock', code, path)
}

/** Bytes an ordinary user could still write to the file system of `path`, and inodes left. */
export function diskFree(path: string): { readonly bytes: number; readonly total: number; readonly inodes: number } {
  const { bavail, blocks, bsize, ffree } = statfsSync(path)
  return { bytes: bavail * bsize, total: blocks * bsize, inodes: ffree }
}
