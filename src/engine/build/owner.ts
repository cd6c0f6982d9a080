import { closeSync, constants, fstatSync, readFileSync } from 'node:fs'
import { TscomposeError } from '../../base/errors.ts'
import { openDirectory, openInRoot } from '../../sys/files.ts'
import type { Owner } from './context/copy.ts'

/** Larger passwd files than this are no passwd files. */
const maximumSize = 1 << 20

/**
 * Owner that `user[:group]` names in a root file system; numbers need no files there. A user without group gives the
 * user's own group. Throws `not-found` USER_NOT_FOUND.
 */
export function resolveOwner(rootfs: string, text: string): Owner {
  const [user = '', group] = text.split(':', 2)
  const rootFd = openDirectory(rootfs)
  try {
    const account = findUser(rootFd, user)
    return { uid: account.uid, gid: group === undefined ? account.gid : findGroup(rootFd, group) }
  } finally {
    closeSync(rootFd)
  }
}

function findUser(rootFd: number, user: string): Owner {
  const entries = readTable(rootFd, 'etc/passwd')
  const entry = entries.find(([name, , uid]) => name === user || uid === user)
  if (entry !== undefined) return { uid: Number(entry[2]), gid: Number(entry[3]) }
  // As docker: a bare number is user and group at once where the image does not know it.
  if (/^\d{1,10}$/.test(user)) return { uid: Number(user), gid: Number(user) }
  throw new TscomposeError('not-found', 'USER_NOT_FOUND', `the image has no user ${JSON.stringify(user)}`, {
    hint: 'create it in an earlier RUN step, or give its number',
  })
}

function findGroup(rootFd: number, group: string): number {
  if (/^\d{1,10}$/.test(group)) return Number(group)
  const entry = readTable(rootFd, 'etc/group').find(([name]) => name === group)
  if (entry !== undefined) return Number(entry[2])
  throw new TscomposeError('not-found', 'USER_NOT_FOUND', `the image has no group ${JSON.stringify(group)}`, {
    hint: 'create it in an earlier RUN step, or give its number',
  })
}

function readTable(rootFd: number, path: string): string[][] {
  let fd: number
  try {
    fd = openInRoot(rootFd, path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch {
    return []
  }
  try {
    const stat = fstatSync(fd)
    if (!stat.isFile() || stat.size > maximumSize) return []
    return readFileSync(fd, 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
  } finally {
    closeSync(fd)
  }
}
