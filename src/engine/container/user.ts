import { closeSync, constants, fstatSync, readSync } from 'node:fs'
import { hasCode, TscomposeError } from '../../base/errors.ts'
import { openInRoot } from '../../sys/files.ts'
import type { ResolvedUser } from './bundle/input.ts'

const sizeCap = 4 * 1024 * 1024

export interface PasswdEntry {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
}

export interface GroupEntry {
  readonly name: string
  readonly gid: number
  readonly members: readonly string[]
}

/**
 * Who `user` (`name`, `uid`, `name:group`, `uid:gid`) is in this root. The account files are the image's, so they are
 * opened inside the root, only as regular files and up to 4 MiB. A number is always an id, never a name.
 * Throws `invalid` USER_NOT_FOUND or GROUP_NOT_FOUND.
 */
export function resolveUser(rootFd: number, user: string, groupAdd: readonly string[] = []): ResolvedUser {
  const accounts = {
    passwd: parsePasswd(readAccountFile(rootFd, '/etc/passwd')),
    group: parseGroup(readAccountFile(rootFd, '/etc/group')),
  }
  return resolveUserIn(accounts, user, groupAdd)
}

/** The rules of resolveUser on files already read. */
export function resolveUserIn(
  { passwd, group }: { readonly passwd: readonly PasswdEntry[]; readonly group: readonly GroupEntry[] },
  user: string,
  groupAdd: readonly string[] = [],
): ResolvedUser {
  const [userPart = '', groupPart = ''] = splitUser(user)
  const entry = findUser(passwd, userPart)
  const gid = groupPart === '' ? (entry?.gid ?? 0) : findGroup(group, groupPart)
  const uid = entry?.uid ?? (userPart === '' ? 0 : parseId(userPart, 'user'))
  // With a group of its own choice a process leaves the account's other groups behind, as in Docker.
  const memberships = groupPart === '' && entry !== undefined ? group.filter((each) => each.members.includes(entry.name)) : []
  const extra = groupAdd.map((name) => findGroup(group, name))
  return {
    uid,
    gid,
    // The primary group is in the list too: access checks on setgid trees rely on it (CVE-2022-36109).
    additionalGids: [...new Set([gid, ...memberships.map((each) => each.gid), ...extra])],
    home: entry?.home === undefined || entry.home === '' ? '/' : entry.home,
  }
}

function splitUser(user: string): readonly string[] {
  const at = user.indexOf(':')
  return at < 0 ? [user] : [user.slice(0, at), user.slice(at + 1)]
}

function findUser(passwd: readonly PasswdEntry[], name: string): PasswdEntry | undefined {
  if (name === '') return passwd.find((entry) => entry.uid === 0)
  if (/^\d+$/.test(name)) return passwd.find((entry) => entry.uid === parseId(name, 'user'))
  const entry = passwd.find((each) => each.name === name)
  if (entry !== undefined) return entry
  throw new TscomposeError('invalid', 'USER_NOT_FOUND', `user ${JSON.stringify(name)} is not in the image's /etc/passwd`, {
    hint: 'create the user in the image, or give a numeric id',
  })
}

function findGroup(group: readonly GroupEntry[], name: string): number {
  if (/^\d+$/.test(name)) return parseId(name, 'group')
  const entry = group.find((each) => each.name === name)
  if (entry !== undefined) return entry.gid
  throw new TscomposeError('invalid', 'GROUP_NOT_FOUND', `group ${JSON.stringify(name)} is not in the image's /etc/group`, {
    hint: 'create the group in the image, or give a numeric id',
  })
}

function parseId(text: string, what: 'user' | 'group'): number {
  const id = Number(text)
  if (Number.isSafeInteger(id) && id >= 0 && id < 2 ** 31) return id
  throw new TscomposeError('invalid', what === 'user' ? 'USER_NOT_FOUND' : 'GROUP_NOT_FOUND', `${what} id ${text} is out of range`)
}

export function parsePasswd(text: string): readonly PasswdEntry[] {
  return text.split('\n').flatMap((line) => {
    const [name = '', , uid = '', gid = '', , home = ''] = line.split(':')
    if (name === '' || !/^\d+$/.test(uid) || !/^\d+$/.test(gid)) return []
    return [{ name, uid: Number(uid), gid: Number(gid), home }]
  })
}

export function parseGroup(text: string): readonly GroupEntry[] {
  return text.split('\n').flatMap((line) => {
    const [name = '', , gid = '', members = ''] = line.split(':')
    if (name === '' || !/^\d+$/.test(gid)) return []
    return [{ name, gid: Number(gid), members: members.split(',').filter((member) => member !== '') }]
  })
}

/** '' where there is none. A FIFO, device or directory in its place is refused, and never waited for. */
function readAccountFile(rootFd: number, path: string): string {
  let fd: number
  try {
    fd = openInRoot(rootFd, path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return ''
    throw error
  }
  try {
    const stat = fstatSync(fd)
    if (!stat.isFile() || stat.size > sizeCap) {
      throw new TscomposeError('invalid', 'BAD_ACCOUNT_FILE', `the image's ${path} is not a regular file of at most 4 MiB`)
    }
    const buffer = Buffer.alloc(stat.size)
    return buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, 0))
  } finally {
    closeSync(fd)
  }
}
