import { closeSync, readlinkSync } from 'node:fs'
import { posix } from 'node:path'
import { hasErrno, TscomposeError } from '../../../base/errors.ts'
import { openFlags, openInRoot } from '../../../sys/files.ts'

const maximumLinks = 40

/**
 * The path to make in a root for a destination: links that lead nowhere are replaced by what they name, seen from inside
 * the root, because that is what has to be made. The result is relative to the root; a slash at the end stays.
 */
export function resolveDestination(rootFd: number, path: string): string {
  const slash = path.endsWith('/') ? '/' : ''
  let names = split(path)
  for (let links = 0; ; links++) {
    const found = realPath(rootFd, names.join('/'))
    // A file that a link names is written itself.
    if (found !== undefined) return `${found.slice(1)}${slash}`
    const next = replaceDanglingLink(rootFd, names)
    if (next === undefined) return `${names.join('/')}${slash}`
    if (links === maximumLinks) throw new TscomposeError('invalid', 'COPY_LINK_LOOP', `the links in ${path} lead in a circle`)
    names = next
  }
}

function split(path: string): string[] {
  return posix
    .resolve('/', path)
    .split('/')
    .filter((name) => name !== '')
}

/** The names with the first link that leads nowhere replaced, or undefined where there is none. */
function replaceDanglingLink(rootFd: number, names: readonly string[]): string[] | undefined {
  let real = ''
  for (const [index, name] of names.entries()) {
    const found = realPath(rootFd, `${real}/${name}`)
    if (found !== undefined) {
      real = found
      continue
    }
    const link = readLink(rootFd, real, name)
    return link === undefined ? undefined : split(posix.resolve(real === '' ? '/' : real, link, ...names.slice(index + 1)))
  }
  return undefined
}

/** Path inside the root with all links resolved, '' for the root; undefined where nothing is. */
function realPath(rootFd: number, path: string): string | undefined {
  let fd: number
  try {
    fd = openInRoot(rootFd, path, openFlags.O_PATH)
  } catch (error) {
    if (hasErrno(error, 'ENOENT') || hasErrno(error, 'ENOTDIR')) return undefined
    throw error
  }
  try {
    return readlinkSync(`/proc/self/fd/${fd}`).slice(readlinkSync(`/proc/self/fd/${rootFd}`).length)
  } finally {
    closeSync(fd)
  }
}

function readLink(rootFd: number, directory: string, name: string): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${rootFd}${directory}/${name}`)
  } catch (error) {
    if (hasErrno(error, 'ENOENT') || hasErrno(error, 'EINVAL') || hasErrno(error, 'ENOTDIR')) return undefined
    throw error
  }
}
