import { checked, errno, libc } from './ffi/libc.ts'
import { errnoNumber, SysError } from './sys-error.ts'

const mountCall = libc('int mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data)')
const umountCall = libc('int umount2(const char *target, int flags)')
const setAttributes = libc('long syscall(long number, int fd, const char *path, unsigned int flags, const void *attributes, size_t size)')

const SYS_mount_setattr = 442
const AT_FDCWD = -100
const AT_RECURSIVE = 0x8000
const MOUNT_ATTR_RDONLY = 1n
const MNT_DETACH = 2
const UMOUNT_NOFOLLOW = 8

/** Flags of mount(2). */
export const mountFlags = {
  readOnly: 0x1,
  nosuid: 0x2,
  nodev: 0x4,
  noexec: 0x8,
  remount: 0x20,
  bind: 0x1000,
  move: 0x2000,
  recursive: 0x4000,
  private: 0x40000,
  slave: 0x80000,
  shared: 0x100000,
} as const

export type Propagation = 'private' | 'rprivate' | 'shared' | 'rshared' | 'slave' | 'rslave'

export interface MountParams {
  readonly source: string
  readonly target: string
  readonly type: string
  /** Sum of `mountFlags`. */
  readonly flags?: number
  readonly data?: string
}

/** mount(2). */
export function mount({ source, target, type, flags = 0, data = '' }: MountParams): void {
  checked('mount', mountCall(source, target, type, flags, data === '' ? null : data), target)
}

export interface BindOptions {
  /** Mounts below the source come along. */
  readonly recursive?: boolean
  /** With `recursive` the mounts below too, where the kernel can (Linux 5.12). */
  readonly readOnly?: boolean
  readonly propagation?: Propagation
}

/** Makes `source` appear at `target`, which must exist and be of the same kind. Undone where a later step fails. */
export function bindMount(source: string, target: string, { recursive = false, readOnly = false, propagation }: BindOptions = {}): void {
  const flags = mountFlags.bind | (recursive ? mountFlags.recursive : 0)
  checked('mount', mountCall(source, target, null, flags, null), `${source} on ${target}`)
  try {
    if (readOnly) makeReadOnly(target, recursive)
    if (propagation !== undefined) makePropagation(target, propagation)
  } catch (error) {
    umount(target, { detach: true })
    throw error
  }
}

function makeReadOnly(target: string, recursive: boolean): void {
  const attributes = new BigUint64Array([MOUNT_ATTR_RDONLY, 0n, 0n, 0n])
  if (setAttributes(SYS_mount_setattr, AT_FDCWD, target, recursive ? AT_RECURSIVE : 0, attributes, 32) >= 0) return
  const code = errno()
  if (code !== errnoNumber('ENOSYS')) throw new SysError('mount_setattr', code, target)
  checked('mount', mountCall(null, target, null, mountFlags.remount | mountFlags.bind | mountFlags.readOnly, null), target)
}

/**
 * Takes away the topmost mount of `target`. Returns false where nothing is mounted there or it does not exist.
 * `detach` lets go even while it is in use: it disappears at once and ends with its last user.
 */
export function umount(target: string, { detach = false }: { readonly detach?: boolean } = {}): boolean {
  if (umountCall(target, UMOUNT_NOFOLLOW | (detach ? MNT_DETACH : 0)) >= 0) return true
  const code = errno()
  if (code === errnoNumber('EINVAL') || code === errnoNumber('ENOENT')) return false
  throw new SysError('umount2', code, target)
}

/** Changes how mounts made below `target` spread to its copies. `target` must be a mount point. */
export function makePropagation(target: string, propagation: Propagation): void {
  const recursive = propagation.startsWith('r')
  const kind = (recursive ? propagation.slice(1) : propagation) as 'private' | 'shared' | 'slave'
  const flags = mountFlags[kind] | (recursive ? mountFlags.recursive : 0)
  checked('mount', mountCall('none', target, null, flags, null), `${target} ${propagation}`)
}
