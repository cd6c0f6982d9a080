import { closeSync, constants, lstatSync, mkdirSync, openSync, readdirSync, readFileSync, readlinkSync, symlinkSync } from 'node:fs'
import { checked, libc } from '../ffi/libc.ts'
import { openFlags } from '../files.ts'
import { bindMount, makePropagation, mount, mountFlags, umount } from '../mount.ts'
import { type MountEntry, readMountinfo } from '../mountinfo.ts'
import { type CgroupLayout, readCgroupLayout } from './layout.ts'

/*
 * crun refuses hosts with v1 hierarchies that keep controllers in the v2 one as well (`hybrid`). It works unchanged in a
 * mount namespace whose /sys/fs/cgroup shows the v1 hierarchies only. That namespace is all this file makes.
 *
 * It lives in a descriptor of this process and in the programs started in it, so nothing is left behind to clean up:
 * a restarted engine makes a new one, which is as good for containers begun in an old one.
 */

const CLONE_FS = 0x200
const CLONE_NEWNS = 0x20000
const ownNamespace = '/proc/thread-self/ns/mnt'
const cgroupRoot = '/sys/fs/cgroup'

const unshare = libc('int unshare(int flags)')
const setns = libc('int setns(int fd, int type)')
const fchdir = libc('int fchdir(int fd)')
const chroot = libc('int chroot(const char *path)')

/** A function that must finish before it returns: a promise would go on outside. */
type Synchronous<T> = () => T extends PromiseLike<unknown> ? never : T

export interface CgroupView {
  /** False where the host needs none; then `enter` just calls and `prefix` is empty. */
  readonly needed: boolean
  /**
   * Runs `fn` with this thread in the view: a process it spawns is born there, at no cost. Only for `spawn` and other
   * synchronous work on the engine's main thread. `ownMountsOnly`: it needs no mounts but those below the engine's
   * directories, so the view need not be compared with the host's mounts, a read that waits for every mount being made.
   */
  enter<T>(fn: Synchronous<T>, options?: { readonly ownMountsOnly?: boolean }): T
  /** The same for a command line: to be put before it. One more program per call; valid until the next mount on the host. */
  prefix(): readonly string[]
  /** Lets go of the view, and of the mounts made for it where nothing uses them any more. Idempotent. */
  close(): void
}

/**
 * Makes the view if this host needs one. `roots` are the engine's directories: mounts made there later must appear in
 * the view, so they become shared mount points where they are not.
 */
export function createCgroupView(roots: readonly string[], layout: CgroupLayout = readCgroupLayout()): CgroupView {
  if (layout.mode !== 'hybrid' || layout.unifiedControllers.length === 0) {
    return { needed: false, enter: (fn) => fn() as never, prefix: () => [], close: () => undefined }
  }
  for (const root of roots) share(root)
  let namespace: Namespace | undefined
  const current = (): Namespace => {
    // What is mounted on a host with a shared / comes in by itself.
    if (namespace?.mounts === '') return namespace
    const mounts = foreignMounts(roots)
    if (namespace !== undefined && namespace.mounts !== mounts) {
      closeNamespace(namespace)
      namespace = undefined
    }
    namespace ??= makeNamespace(layout, mounts)
    return namespace
  }
  current()
  return {
    needed: true,
    enter: (fn, { ownMountsOnly = false } = {}) => enterNamespace(ownMountsOnly && namespace !== undefined ? namespace : current(), fn),
    prefix: () => ['nsenter', `--mount=/proc/${process.pid}/fd/${current().fd}`, '--'],
    close: () => {
      if (namespace !== undefined) closeNamespace(namespace)
      namespace = undefined
      for (const root of roots) unshareRoot(root)
    },
  }
}

interface Namespace {
  readonly fd: number
  /** Root directory inside: entering leads to the namespace's own root, which need not be ours. */
  readonly rootFd: number
  readonly mounts: string
}

function closeNamespace({ fd, rootFd }: Namespace): void {
  closeSync(fd)
  closeSync(rootFd)
}

function makeNamespace(layout: CgroupLayout, mounts: string): Namespace {
  const home = openHome()
  try {
    checked('unshare', unshare(CLONE_FS | CLONE_NEWNS), 'mount namespace')
    try {
      // Mounts made on the host come in, ours do not get out.
      makePropagation('/', 'rslave')
      hideUnified(layout)
      return { fd: openSync(ownNamespace, 'r'), rootFd: openSync('/', openFlags.O_PATH | openFlags.O_CLOEXEC), mounts }
    } finally {
      goHome(home)
    }
  } finally {
    closeHome(home)
  }
}

/** Covers /sys/fs/cgroup with a small file system that has the v1 hierarchies only. */
function hideUnified({ v1 }: CgroupLayout): void {
  const targets = [...new Set(v1.values())].filter((target) => target.startsWith(`${cgroupRoot}/`))
  const links = readdirSync(cgroupRoot)
    .filter((name) => lstatSync(`${cgroupRoot}/${name}`).isSymbolicLink())
    .map((name) => [name, readlinkSync(`${cgroupRoot}/${name}`)] as const)
  const sources = targets.map((target) => ({
    target,
    fd: openSync(target, openFlags.O_PATH | constants.O_DIRECTORY | openFlags.O_CLOEXEC),
  }))
  try {
    mount({
      source: 'tmpfs',
      target: cgroupRoot,
      type: 'tmpfs',
      flags: mountFlags.nosuid | mountFlags.nodev | mountFlags.noexec,
      data: 'mode=755',
    })
    for (const { target, fd } of sources) {
      mkdirSync(target, { recursive: true })
      bindMount(`/proc/thread-self/fd/${fd}`, target)
    }
    for (const [name, target] of links) symlinkSync(target, `${cgroupRoot}/${name}`)
  } finally {
    for (const { fd } of sources) closeSync(fd)
  }
}

interface Home {
  readonly fd: number
  readonly rootFd: number
  readonly cwdFd: number
}

function openHome(): Home {
  const flags = openFlags.O_PATH | openFlags.O_CLOEXEC
  return { fd: openSync(ownNamespace, 'r'), rootFd: openSync('/', flags), cwdFd: openSync('.', flags) }
}

function closeHome({ fd, rootFd, cwdFd }: Home): void {
  for (const each of [fd, rootFd, cwdFd]) closeSync(each)
}

/** In a foreign namespace every later step of this process would be wrong, so there is no going on. */
function goHome({ fd, rootFd, cwdFd }: Home): void {
  const back = setns(fd, CLONE_NEWNS) >= 0 && fchdir(rootFd) >= 0 && chroot('.') >= 0 && fchdir(cwdFd) >= 0
  if (!back) process.abort()
}

function enterNamespace<T>({ fd, rootFd }: Namespace, fn: Synchronous<T>): T {
  const home = openHome()
  try {
    // Threads started since share our root and working directory again, and setns refuses that.
    checked('unshare', unshare(CLONE_FS), 'working directory')
    checked('setns', setns(fd, CLONE_NEWNS), 'cgroup view')
    try {
      checked('fchdir', fchdir(rootFd))
      checked('chroot', chroot('.'))
      return fn() as T
    } finally {
      goHome(home)
    }
  } finally {
    closeHome(home)
  }
}

/**
 * The host's mounts outside our directories, as text to compare; '' where new ones come into the view by themselves.
 * On hosts whose / is private they do not, and a bind mount of something mounted since would show the directory below it.
 */
function foreignMounts(roots: readonly string[]): string {
  const text = readFileSync('/proc/thread-self/mountinfo', 'utf8')
  const lines = text.split('\n')
  const root = lines.find((line) => line.split(' ', 5)[4] === '/')
  if (root !== undefined && / shared:\d+ /.test(root)) return ''
  return lines.filter((line) => !roots.some((path) => line.includes(` ${path}/`) || line.includes(` ${path} `))).join('\n')
}

/** The mount that is at `path` itself, uppermost. */
function mountAt(path: string, mounts: readonly MountEntry[]): MountEntry | undefined {
  return mounts.findLast(({ target }) => target === path)
}

function isShared({ propagation }: MountEntry): boolean {
  return propagation.some((tag) => tag.startsWith('shared:'))
}

/** The mount `path` lies on. */
function mountOf(path: string, mounts: readonly MountEntry[]): MountEntry | undefined {
  const under = mounts.filter(({ target }) => target === '/' || path === target || path.startsWith(`${target}/`))
  return under.toSorted((a, b) => a.target.length - b.target.length).at(-1)
}

function share(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  const under = mountOf(path, readMountinfo())
  if (under !== undefined && isShared(under)) return
  bindMount(path, path, { recursive: true })
  makePropagation(path, 'shared')
}

/**
 * Takes away the mount `share` made; leaves it where something is mounted below, for containers that go on.
 * Detached, because a socket or a working directory in it would keep it otherwise; both get along without.
 */
function unshareRoot(path: string): void {
  const mounts = readMountinfo()
  const own = mountAt(path, mounts)
  const below = mounts.find(({ id }) => id === own?.parentId)
  if (own === undefined || below === undefined || !isSelfBind(own, below)) return
  if (!mounts.some(({ target }) => target.startsWith(`${path}/`))) umount(path, { detach: true })
}

/** The directory of the mount below, on itself. */
function isSelfBind(own: MountEntry, below: MountEntry): boolean {
  const directory = `${below.root}/${own.target.slice(below.target.length)}`.replaceAll(/\/+/g, '/').replace(/(.)\/$/, '$1')
  return isShared(own) && own.device === below.device && own.root === directory
}
