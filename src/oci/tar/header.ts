/*
 * Tar headers (POSIX.1-2001 ustar and pax, GNU long names and base-256 numbers) as values.
 * Own code: attribute values in pax records are bytes, not text (a capability set is not UTF-8),
 * and headers of any claimed size must be refused before they are buffered.
 */

export type TarType = 'file' | 'hardlink' | 'symlink' | 'char' | 'block' | 'directory' | 'fifo'

export interface TarEntry {
  readonly name: string
  readonly type: TarType
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly size: number
  /** Nanoseconds since the epoch. */
  readonly mtime: bigint
  readonly linkname: string
  readonly devMajor: number
  readonly devMinor: number
  /** Values of `SCHILY.xattr.*` records. */
  readonly xattrs: ReadonlyMap<string, Uint8Array>
}

export const blockSize = 512

const types: Readonly<Record<string, TarType>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'char',
  '4': 'block',
  '5': 'directory',
  '6': 'fifo',
}

/** Fields of a raw header block; `typeflag` tells what the data after it is. */
export interface RawHeader {
  readonly typeflag: string
  readonly entry: TarEntry
}

const noXattrs: ReadonlyMap<string, Uint8Array> = new Map()

/** True for a block of zeros, the end mark. */
export function isZeroBlock(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0)
}

/** Decodes one 512-byte block; undefined where the checksum is wrong. */
export function decodeHeader(block: Buffer): RawHeader | undefined {
  if (!checksumMatches(block)) return undefined
  const typeflag = String.fromCharCode(block[156] ?? 0)
  const ustar = block.toString('latin1', 257, 262) === 'ustar'
  const posix = ustar && block[262] === 0
  const name = text(block, 0, 100)
  // GNU keeps times where POSIX has the prefix.
  const prefix = posix ? text(block, 345, 500) : ''
  const full = prefix === '' ? name : `${prefix}/${name}`
  // Before ustar a directory was a file whose name ends with a slash.
  const type = (typeflag === '\0' || typeflag === '0') && !ustar && full.endsWith('/') ? 'directory' : types[typeflag]
  return {
    typeflag,
    entry: {
      name: full,
      type: type ?? 'file',
      mode: number(block, 100, 8) & 0o7777,
      uid: number(block, 108, 8),
      gid: number(block, 116, 8),
      size: number(block, 124, 12),
      mtime: seconds(number(block, 136, 12)),
      linkname: text(block, 157, 257),
      devMajor: ustar ? number(block, 329, 8) : 0,
      devMinor: ustar ? number(block, 337, 8) : 0,
      xattrs: noXattrs,
    },
  }
}

/** True for a typeflag that is an entry of its own (and not a header for the next one). */
export function isEntryType(typeflag: string): boolean {
  return types[typeflag] !== undefined
}

function checksumMatches(block: Buffer): boolean {
  let unsigned = 0
  let signed = 0
  for (let index = 0; index < blockSize; index++) {
    const byte = index >= 148 && index < 156 ? 32 : (block[index] ?? 0)
    unsigned += byte
    signed += byte > 127 ? byte - 256 : byte
  }
  const stored = number(block, 148, 8)
  // Some old writers summed signed bytes.
  return stored === unsigned || stored === signed
}

function text(block: Buffer, start: number, end: number): string {
  const zero = block.indexOf(0, start)
  return block.toString('utf8', start, zero < 0 || zero > end ? end : zero)
}

/** Octal digits, or GNU's base-256 where the top bit is set. NaN for neither. */
function number(block: Buffer, start: number, length: number): number {
  const first = block[start] ?? 0
  if ((first & 0x80) !== 0) return base256(block, start, length)
  const digits = block
    .toString('latin1', start, start + length)
    .replace(/\0.*$/s, '')
    .trim()
  if (digits === '') return 0
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN
}

function base256(block: Buffer, start: number, length: number): number {
  const negative = block[start] === 0xff
  let value = negative ? -1n : BigInt((block[start] ?? 0) & 0x7f)
  for (let index = 1; index < length; index++) value = value * 256n + BigInt(block[start + index] ?? 0)
  return Number(value)
}

/** Whole seconds as nanoseconds; what is no number is the epoch. */
function seconds(value: number): bigint {
  return Number.isSafeInteger(value) ? BigInt(value) * billion : 0n
}

const billion = 1_000_000_000n

/** `1700000000.123456789` as nanoseconds, exactly; undefined where it is malformed. */
function decimalSeconds(text: string): bigint | undefined {
  const match = /^(-?)([0-9]{1,15})(?:\.([0-9]*))?$/.exec(text)
  if (match === null) return undefined
  const [, sign, whole = '0', fraction = ''] = match
  const value = BigInt(whole) * billion + BigInt(fraction.slice(0, 9).padEnd(9, '0'))
  return sign === '-' ? -value : value
}

/** Records of a pax header: `length key=value\n`. Undefined where they are malformed. */
export function decodePax(data: Buffer): Map<string, Buffer> | undefined {
  const records = new Map<string, Buffer>()
  let offset = 0
  while (offset < data.length) {
    const space = data.indexOf(32, offset)
    if (space < 0 || space - offset > 20) return undefined
    const length = Number(data.toString('latin1', offset, space))
    const end = offset + length
    const equals = data.indexOf(61, space)
    if (!Number.isInteger(length) || end > data.length || equals < 0 || equals >= end || data[end - 1] !== 10) return undefined
    records.set(data.toString('utf8', space + 1, equals), data.subarray(equals + 1, end - 1))
    offset = end
  }
  return records
}

const xattrPrefix = 'SCHILY.xattr.'

/** The entry with the records of its pax headers over it. NaN in a number means a malformed record. */
export function applyPax(entry: TarEntry, records: ReadonlyMap<string, Buffer>): TarEntry {
  const string = (key: string, fallback: string): string => records.get(key)?.toString('utf8') ?? fallback
  const decimal = (key: string, fallback: number): number => {
    const value = records.get(key)
    return value === undefined ? fallback : value.length === 0 ? Number.NaN : Number(value.toString('latin1'))
  }
  const xattrs = [...records]
    .filter(([key]) => key.startsWith(xattrPrefix))
    .map(([key, value]) => [key.slice(xattrPrefix.length), value] as const)
  return {
    ...entry,
    name: string('path', entry.name),
    linkname: string('linkpath', entry.linkname),
    size: decimal('size', entry.size),
    uid: decimal('uid', entry.uid),
    gid: decimal('gid', entry.gid),
    mtime: decimalSeconds(records.get('mtime')?.toString('latin1') ?? '') ?? entry.mtime,
    xattrs: xattrs.length === 0 ? noXattrs : new Map(xattrs),
  }
}
