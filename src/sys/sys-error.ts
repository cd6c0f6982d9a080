import { constants } from 'node:os'
import { type ErrorKind, TscomposeError } from '../base/errors.ts'

const names = new Map<number, string>(Object.entries(constants.errno).map(([name, value]) => [value, name]))

const kinds: Readonly<Record<string, ErrorKind>> = {
  ENOENT: 'not-found',
  ESRCH: 'not-found',
  ENODEV: 'not-found',
  EEXIST: 'conflict',
  EBUSY: 'conflict',
  EADDRINUSE: 'conflict',
  EPERM: 'denied',
  EACCES: 'denied',
  EROFS: 'denied',
  ENOSPC: 'unavailable',
  EDQUOT: 'unavailable',
  EMFILE: 'unavailable',
  ENFILE: 'unavailable',
  ENOMEM: 'unavailable',
  EAGAIN: 'unavailable',
  EOPNOTSUPP: 'unsupported',
  ENOSYS: 'unsupported',
}

/** A system call that failed: `code` is the errno name, `call` the system call. */
export class SysError extends TscomposeError {
  readonly errno: number
  readonly call: string

  /** `subject` says what the call was about, usually a path. `errno` is the positive number. */
  constructor(call: string, errno: number, subject = '') {
    const name = names.get(errno) ?? `errno ${errno}`
    super(kinds[name] ?? 'internal', name, `${call}${subject === '' ? '' : ` ${subject}`}: ${name}`)
    this.name = 'SysError'
    this.errno = errno
    this.call = call
  }
}

/** Number of an errno name, such as `EEXIST`. */
export function errnoNumber(name: keyof typeof constants.errno): number {
  return constants.errno[name]
}
