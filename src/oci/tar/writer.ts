import { blockSize, type TarType } from './header.ts'

/** What a header says; what is absent is 0 or empty. */
export interface TarHeaderFields {
  readonly name: string
  readonly type?: TarType
  readonly mode?: number
  readonly uid?: number
  readonly gid?: number
  readonly size?: number
  /** Seconds since the epoch. */
  readonly mtime?: number
  readonly linkname?: string
  readonly devMajor?: number
  readonly devMinor?: number
  readonly xattrs?: ReadonlyMap<string, Uint8Array>
}

const typeflags: Readonly<Record<TarType, string>> = {
  file: '0',
  hardlink: '1',
  symlink: '2',
  char: '3',
  block: '4',
  directory: '5',
  fifo: '6',
}

/**
 * Header blocks of one entry: a pax header first where ustar has no room (long names, other than ASCII, large
 * numbers, fractions of seconds, attributes). Equal fields give equal bytes.
 */
export function encodeHeader(fields: TarHeaderFields): Buffer {
  const records = paxRecords(fields)
  const header = ustarBlock(fields, typeflags[fields.type ?? 'file'])
  if (records.length === 0) return header
  const body = Buffer.concat(records)
  const pax = ustarBlock({ name: 'PaxHeaders/entry', mode: 0o644, size: body.length }, 'x')
  return Buffer.concat([pax, body, tarPadding(body.length), header])
}

/** Zeros that fill the last block of `size` bytes of content. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((blockSize - (size % blockSize)) % blockSize)
}

/** The two zero blocks that end an archive. */
export function tarEnd(): Buffer {
  return Buffer.alloc(2 * blockSize)
}

function paxRecords(fields: TarHeaderFields): Buffer[] {
  const records: Buffer[] = []
  const add = (key: string, value: string | Uint8Array): void => {
    records.push(paxRecord(key, Buffer.from(value as Uint8Array)))
  }
  const { name, linkname = '', mtime = 0, size = 0, uid = 0, gid = 0 } = fields
  if (!fits(name, 100)) add('path', name)
  if (!fits(linkname, 100)) add('linkpath', linkname)
  if (size > 0o77777777777) add('size', String(size))
  if (uid > 0o7777777) add('uid', String(uid))
  if (gid > 0o7777777) add('gid', String(gid))
  if (!Number.isInteger(mtime) || mtime < 0 || mtime > 0o77777777777) add('mtime', String(mtime))
  for (const [key, value] of [...(fields.xattrs ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))) add(`SCHILY.xattr.${key}`, value)
  return records
}

function fits(text: string, length: number): boolean {
  return Buffer.byteLength(text) <= length && /^[\x20-\x7e]*$/.test(text)
}

/** The length counts itself, so it may need one digit more than first thought. */
function paxRecord(key: string, value: Buffer): Buffer {
  const rest = Buffer.byteLength(key) + value.length + 3
  let length = rest + String(rest).length
  if (rest + String(length).length !== length) length = rest + String(length).length
  return Buffer.concat([Buffer.from(`${length} ${key}=`), value, Buffer.from('\n')])
}

function ustarBlock(fields: TarHeaderFields, typeflag: string): Buffer {
  const block = Buffer.alloc(blockSize)
  const octal = (value: number, offset: number, length: number): void => {
    const max = 8 ** (length - 1) - 1
    const bounded = Math.min(Math.max(0, Math.trunc(value)), max)
    block.write(`${bounded.toString(8).padStart(length - 1, '0')}\0`, offset, 'latin1')
  }
  Buffer.from(fields.name).copy(block, 0, 0, 100)
  octal(fields.mode ?? 0, 100, 8)
  octal(fields.uid ?? 0, 108, 8)
  octal(fields.gid ?? 0, 116, 8)
  octal(fields.size ?? 0, 124, 12)
  octal(fields.mtime ?? 0, 136, 12)
  block.fill(32, 148, 156)
  block.write(typeflag, 156, 'latin1')
  Buffer.from(fields.linkname ?? '').copy(block, 157, 0, 100)
  block.write('ustar\x0000', 257, 'latin1')
  octal(fields.devMajor ?? 0, 329, 8)
  octal(fields.devMinor ?? 0, 337, 8)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return block
}
