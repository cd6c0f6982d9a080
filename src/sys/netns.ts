import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { checked, errno, libc } from './ffi/libc.ts'
import { errnoNumber, SysError } from './sys-error.ts'

const CLONE_NEWNET = 0x40000000
const MS_BIND = 0x1000
const MNT_DETACH = 2

const unshare = libc('int unshare(int flags)')
const setns = libc('int setns(int fd, int type)')
const mount = libc('int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data)')
const umount2 = libc('int umount2(const char *target, int flags)')

/** A function that must finish before it returns: a promise would go on in another namespace. */
export type Synchronous<T> = () => T extends PromiseLike<unknown> ? never : T

const ownNetns = '/proc/thread-self/ns/net'

/**
 * Makes a network namespace that lives as long as the file `path` (a bind mount) or anything inside it.
 * `inside` runs in it at once, which saves entering it again. Undone if `inside` throws.
 */
export function createNetns<T>(path: string, inside: Synchronous<T>): T {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  closeSync(openSync(path, 'wx', 0o600))
  const home = openSync(ownNetns, 'r')
  try {
    checked('unshare', unshare(CLONE_NEWNET), 'network namespace')
    try {
      checked('mount', mount(ownNetns, path, 'none', MS_BIND, null), path)
      return inside() as T
    } finally {
      returnHome(home)
    }
  } catch (error) {
    removeNetns(path)
    throw error
  } finally {
    closeSync(home)
  }
}

/** Lets go of the namespace; it ends when nothing is inside. Succeeds if it is already gone. */
export function removeNetns(path: string): void {
  if (umount2(path, MNT_DETACH) < 0) {
    const code = errno()
    // EINVAL: the file is there but nothing is mounted on it.
    if (code !== errnoNumber('ENOENT') && code !== errnoNumber('EINVAL')) throw new SysError('umount2', code, path)
  }
  rmSync(path, { force: true })
}

/** Runs `fn` with this thread inside the namespace at `path`. Only synchronous work can be done there. */
export function withNetns<T>(path: string, fn: Synchronous<T>): T {
  const home = openSync(ownNetns, 'r')
  try {
    const there = openSync(path, 'r')
    try {
      checked('setns', setns(there, CLONE_NEWNET), path)
    } finally {
      closeSync(there)
    }
    try {
      return fn() as T
    } finally {
      returnHome(home)
    }
  } finally {
    closeSync(home)
  }
}

/** In a foreign namespace every later step of this process would be wrong, so there is no going on. */
function returnHome(home: number): void {
  if (setns(home, CLONE_NEWNET) < 0) process.abort()
}
