import { closeSync, openSync, readSync } from 'node:fs'
import { checked, errno, libc } from './ffi/libc.ts'
import { openFlags } from './files.ts'
import { mount } from './mount.ts'
import { errnoNumber, SysError } from './sys-error.ts'

const SYS_move_mount = 429
const SYS_fsopen = 430
const SYS_fsconfig = 431
const SYS_fsmount = 432
const FSOPEN_CLOEXEC = 1
const FSMOUNT_CLOEXEC = 1
const FSCONFIG_SET_FLAG = 0
const FSCONFIG_SET_STRING = 1
const FSCONFIG_CMD_CREATE = 6
const MOVE_MOUNT_F_EMPTY_PATH = 4
const AT_FDCWD = -100

/** The kernel takes one page of mount data with its final NUL, and 255 bytes per value in the newer calls. */
const maxMountData = 4095
const maxValue = 255

const fsopen = libc('long syscall(long number, const char *type, unsigned int flags)')
const fsconfig = libc('long syscall(long number, int fd, unsigned int command, const char *key, const char *value, int aux)')
const fsmount = libc('long syscall(long number, int fd, unsigned int flags, unsigned int attributes)')
const moveMount = libc('long syscall(long number, int fromFd, const char *from, int toFd, const char *to, unsigned int flags)')
const chdir = libc('int chdir(const char *path)')
const fchdir = libc('int fchdir(int fd)')

export interface OverlayParams {
  /** Read-only directories, top first; at least one. The kernel's limit is 500. */
  readonly lowers: readonly string[]
  /** Absent (both): a read-only mount, which needs two lowers. */
  readonly upper?: string
  readonly work?: string
  readonly target: string
  readonly options?: OverlayOptions
}

export interface OverlayOptions {
  /** Skips every sync: for directories that are thrown away if the host dies. */
  readonly volatile?: boolean
  /** Keeps overlay's own attributes as `user.overlay.*`: for user namespaces. */
  readonly userxattr?: boolean
}

/**
 * Mounts an overlay. Uses fsopen/fsconfig, which takes any number of layers, where the kernel has `lowerdir+`
 * (Linux 6.7); otherwise mount(2), with descriptor numbers as names where paths would not fit its page.
 */
export function mountOverlay(params: OverlayParams): void {
  if (!mountByContext(params)) mountOverlayByData(params)
}

/**
 * `index=off` and `metacopy=off` keep upper directories complete, so that their difference is the layer;
 * `redirect_dir=off` makes a rename of a lower directory a copy, for the same reason.
 */
function overlayFlags({ upper, options = {} }: OverlayParams): readonly (readonly [string, string?])[] {
  const writable: readonly (readonly [string, string?])[] =
    upper === undefined ? [] : [['index', 'off'], ['redirect_dir', 'off'], ...(options.volatile === true ? [['volatile'] as const] : [])]
  return [['metacopy', 'off'], ...writable, ...(options.userxattr === true ? [['userxattr'] as const] : [])]
}

/** Returns false where this kernel cannot do it that way; nothing has happened then. */
function mountByContext(params: OverlayParams): boolean {
  const context = fsopen(SYS_fsopen, 'overlay', FSOPEN_CLOEXEC)
  if (context < 0) {
    const code = errno()
    if (code === errnoNumber('ENOSYS')) return false
    throw new SysError('fsopen', code, 'overlay')
  }
  try {
    if (!configure(context, params)) return false
    const mountFd = checked('fsmount', fsmount(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0), params.target)
    try {
      checked('move_mount', moveMount(SYS_move_mount, mountFd, '', AT_FDCWD, params.target, MOVE_MOUNT_F_EMPTY_PATH), params.target)
    } finally {
      closeSync(mountFd)
    }
    return true
  } finally {
    closeSync(context)
  }
}

function configure(context: number, params: OverlayParams): boolean {
  const { lowers, upper, work, target } = params
  const paths = [...lowers, ...(upper === undefined ? [] : [upper]), ...(work === undefined ? [] : [work])]
  if (paths.some((path) => Buffer.byteLength(path) > maxValue)) return false
  for (const [index, lower] of lowers.entries()) {
    if (setString(context, 'lowerdir+', lower)) continue
    const code = errno()
    const explanation = contextLog(context)
    // An unknown parameter on the very first layer: a kernel before 6.7.
    if (index === 0 && code === errnoNumber('EINVAL') && /unknown parameter/i.test(explanation)) return false
    throw overlayError({ code, subject: lower, explanation })
  }
  if (upper !== undefined) set(context, 'upperdir', upper)
  if (work !== undefined) set(context, 'workdir', work)
  for (const [key, value] of overlayFlags(params)) set(context, key, value)
  if (fsconfig(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, null, null, 0) < 0) {
    const code = errno()
    throw overlayError({ code, subject: target, explanation: contextLog(context) })
  }
  return true
}

function setString(context: number, key: string, value: string): boolean {
  return fsconfig(SYS_fsconfig, context, FSCONFIG_SET_STRING, key, value, 0) >= 0
}

function set(context: number, key: string, value: string | undefined): void {
  const done = value === undefined ? fsconfig(SYS_fsconfig, context, FSCONFIG_SET_FLAG, key, null, 0) >= 0 : setString(context, key, value)
  if (done) return
  const code = errno()
  throw overlayError({ code, subject: `${key}${value === undefined ? '' : `=${value}`}`, explanation: contextLog(context) })
}

function overlayError({ code, subject, explanation }: { code: number; subject: string; explanation: string }): SysError {
  return new SysError('mount overlay', code, explanation === '' ? subject : `${subject} (${explanation})`)
}

/** What the kernel has to say about a failed call: lines like `e overlay: …`. */
function contextLog(context: number): string {
  const buffer = Buffer.alloc(1024)
  const lines: string[] = []
  try {
    for (;;) {
      const length = readSync(context, buffer)
      if (length === 0) break
      lines.push(buffer.toString('utf8', 2, length).trim())
    }
  } catch {
    // ENODATA: no more messages.
  }
  return lines.join('; ')
}

/** As `mountOverlay`, through mount(2) alone: what kernels before 6.7 get. */
export function mountOverlayByData(params: OverlayParams): void {
  const { lowers, upper, work, target } = params
  const direct = mountData(params, (path) => path)
  const paths = [...lowers, ...(upper === undefined || work === undefined ? [] : [upper, work])]
  const plain = !paths.some((path) => /[\\:,]/.test(path))
  if (plain && Buffer.byteLength(direct) <= maxMountData) {
    mount({ source: 'overlay', target, type: 'overlay', data: direct })
    return
  }
  const fds = new Map<string, number>()
  try {
    for (const path of paths) if (!fds.has(path)) fds.set(path, openSync(path, openFlags.O_PATH | openFlags.O_CLOEXEC))
    inDirectory('/proc/self/fd', () => {
      mount({ source: 'overlay', target, type: 'overlay', data: mountData(params, (path) => String(fds.get(path))) })
    })
  } finally {
    for (const fd of fds.values()) closeSync(fd)
  }
}

function mountData(params: OverlayParams, name: (path: string) => string): string {
  const { lowers, upper, work } = params
  const directories = [`lowerdir=${lowers.map(name).join(':')}`]
  if (upper !== undefined && work !== undefined) directories.push(`upperdir=${name(upper)}`, `workdir=${name(work)}`)
  const flags = overlayFlags(params).map(([key, value]) => (value === undefined ? key : `${key}=${value}`))
  return [...directories, ...flags].join(',')
}

/** Synchronous on purpose: the working directory is the whole process's, and nothing else may run meanwhile. */
function inDirectory(path: string, fn: () => void): void {
  const home = openSync('.', openFlags.O_PATH | openFlags.O_CLOEXEC)
  try {
    checked('chdir', chdir(path), path)
    try {
      fn()
    } finally {
      checked('fchdir', fchdir(home))
    }
  } finally {
    closeSync(home)
  }
}
