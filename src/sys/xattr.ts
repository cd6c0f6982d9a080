import { errno, libc } from './ffi/libc.ts'
import { errnoNumber, SysError } from './sys-error.ts'

const setCall = libc('int lsetxattr(const char *path, const char *name, const void *value, size_t size, int flags)')
const getCall = libc('long lgetxattr(const char *path, const char *name, void *value, size_t size)')
const listCall = libc('long llistxattr(const char *path, void *list, size_t size)')

/** The kernel's own limits: one value, and the list of names of one file. */
const maxSize = 64 * 1024

/** Sets an extended attribute of the path itself (links are not followed in the last component). */
export function lsetxattr(path: string, name: string, value: Uint8Array): void {
  if (setCall(path, name, value, value.length, 0) < 0) throw new SysError('lsetxattr', errno(), `${path} ${name}`)
}

/** Value of an attribute; undefined where it is not set or the file system has none. */
export function lgetxattr(path: string, name: string): Buffer | undefined {
  const value = Buffer.allocUnsafe(maxSize)
  const size = getCall(path, name, value, value.length)
  if (size >= 0) return Buffer.from(value.subarray(0, size))
  return absent('lgetxattr', path)
}

/** Names of the attributes this process may see, sorted. */
export function llistxattr(path: string): readonly string[] {
  const list = Buffer.allocUnsafe(maxSize)
  const size = listCall(path, list, list.length)
  if (size === 0) return []
  if (size < 0) return absent('llistxattr', path) ?? []
  return list
    .toString('utf8', 0, size - 1)
    .split('\0')
    .sort()
}

/** Lets "no such attribute" and "no attributes at all" pass; throws for the rest. Must follow the call at once. */
function absent(call: string, path: string): undefined {
  const code = errno()
  if (code === errnoNumber('ENODATA') || code === errnoNumber('EOPNOTSUPP')) return undefined
  throw new SysError(call, code, path)
}
