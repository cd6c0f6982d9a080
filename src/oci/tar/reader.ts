import { TscomposeError } from '../../base/errors.ts'
import { applyPax, blockSize, decodeHeader, decodePax, isEntryType, isZeroBlock, type RawHeader, type TarEntry } from './header.ts'

/** Gets the archive's entries in order; all calls are synchronous. `data` and `end` come for files with content only. */
export interface TarSink {
  entry(entry: TarEntry): void
  /** Valid during the call only. */
  data(chunk: Buffer): void
  /** The file of the last `entry` is complete. */
  end(): void
}

export interface TarReader {
  push(chunk: Buffer): void
  /** No more bytes come. Throws INVALID_ARCHIVE where the archive ends inside an entry. */
  finish(): void
}

export interface TarLimits {
  readonly maxEntries: number
  /** Of one pax or long-name header. */
  readonly maxHeaderBytes: number
}

export const tarLimits: TarLimits = { maxEntries: 4_000_000, maxHeaderBytes: 1024 * 1024 }

const noRecords: ReadonlyMap<string, Buffer> = new Map()

type State = 'header' | 'extension' | 'content' | 'padding' | 'ended'

/** A push parser: bytes in, entries out, in the caller's thread. Throws `invalid` INVALID_ARCHIVE; unusable afterwards. */
export function createTarReader(sink: TarSink, limits: TarLimits = tarLimits): TarReader {
  const block = Buffer.alloc(blockSize)
  let filled = 0
  let state: State = 'header'
  /** Bytes left of content, extension or padding. */
  let left = 0
  let padding = 0
  let entries = 0
  let extension: { readonly typeflag: string; readonly bytes: Buffer } | undefined
  let global = noRecords
  let pending = new Map<string, Buffer>()

  const begin = (next: State, size: number): void => {
    state = next
    left = size
    padding = (blockSize - (size % blockSize)) % blockSize
  }
  const pad = (): void => {
    state = padding === 0 ? 'header' : 'padding'
    left = padding
  }
  const endContent = (): void => {
    sink.end()
    pad()
  }
  const header = (): void => {
    if (isZeroBlock(block)) {
      state = 'ended'
      return
    }
    const raw = decodeHeader(block)
    if (raw === undefined) throw badArchive('a header has a wrong checksum')
    if (!isEntryType(raw.typeflag)) skipOrExtend(raw)
    else startEntry(raw)
  }
  const skipOrExtend = ({ typeflag, entry }: RawHeader): void => {
    const size = checkedSize(entry.size)
    if ('xgLK'.includes(typeflag)) {
      if (size > limits.maxHeaderBytes) throw badArchive(`a header of ${size} bytes is larger than the limit of ${limits.maxHeaderBytes}`)
      extension = { typeflag, bytes: Buffer.alloc(size) }
      begin('extension', size)
      if (size === 0) endExtension()
      return
    }
    if (typeflag === 'S') throw badArchive('sparse files in the old GNU format are not supported')
    // Volume labels, vendor types: no file system object, but content to pass over.
    begin('padding', size)
    left += padding
    padding = 0
    if (left === 0) state = 'header'
  }
  const endExtension = (): void => {
    const { typeflag, bytes } = extension ?? { typeflag: '', bytes: Buffer.alloc(0) }
    extension = undefined
    if (typeflag === 'L') pending.set('path', untilZero(bytes))
    else if (typeflag === 'K') pending.set('linkpath', untilZero(bytes))
    else {
      const records = decodePax(bytes)
      if (records === undefined) throw badArchive('a pax header is malformed')
      if (typeflag === 'g') global = new Map([...global, ...records])
      else pending = new Map([...pending, ...records])
    }
    pad()
  }
  const startEntry = (raw: RawHeader): void => {
    if (++entries > limits.maxEntries) throw badArchive(`it has more than ${limits.maxEntries} entries`)
    const records = global.size + pending.size === 0 ? undefined : new Map([...global, ...pending])
    const entry = records === undefined ? raw.entry : applyPax(raw.entry, records)
    if (records?.has('GNU.sparse.major') === true || records?.has('GNU.sparse.map') === true)
      throw badArchive('sparse files are not supported')
    pending = new Map()
    checkNumbers(entry)
    const hasContent = entry.type === 'file' && entry.size > 0
    sink.entry(entry)
    // Some writers put a size on directories and links too, but no bytes follow it.
    begin('content', entry.type === 'file' ? entry.size : 0)
    if (!hasContent) state = 'header'
  }
  const step = (chunk: Buffer, offset: number): number => {
    const available = chunk.length - offset
    switch (state) {
      case 'ended':
        return available
      case 'header': {
        const take = Math.min(available, blockSize - filled)
        chunk.copy(block, filled, offset, offset + take)
        filled += take
        if (filled === blockSize) {
          filled = 0
          header()
        }
        return take
      }
      case 'extension': {
        const take = Math.min(available, left)
        const bytes = extension?.bytes
        if (bytes !== undefined) chunk.copy(bytes, bytes.length - left, offset, offset + take)
        left -= take
        if (left === 0) endExtension()
        return take
      }
      case 'content': {
        const take = Math.min(available, left)
        sink.data(chunk.subarray(offset, offset + take))
        left -= take
        if (left === 0) endContent()
        return take
      }
      case 'padding': {
        const take = Math.min(available, left)
        left -= take
        if (left === 0) state = 'header'
        return take
      }
    }
  }
  return {
    push: (chunk) => {
      for (let offset = 0; offset < chunk.length; ) offset += step(chunk, offset)
    },
    finish: () => {
      const clean = state === 'ended' || (state === 'header' && filled === 0)
      if (!clean) throw badArchive('it ends in the middle of an entry')
    },
  }
}

function untilZero(bytes: Buffer): Buffer {
  const zero = bytes.indexOf(0)
  return zero < 0 ? bytes : bytes.subarray(0, zero)
}

function checkedSize(size: number): number {
  if (!Number.isSafeInteger(size) || size < 0) throw badArchive('a header has a malformed size')
  return size
}

function checkNumbers(entry: TarEntry): void {
  checkedSize(entry.size)
  for (const [what, value] of [
    ['owner', entry.uid],
    ['group', entry.gid],
  ] as const) {
    if (!Number.isInteger(value) || value < 0 || value > 0xfffffffe) throw badArchive(`an entry has a malformed ${what}`)
  }
}

/** The typed error for every archive that cannot be read. */
export function badArchive(why: string): TscomposeError {
  return new TscomposeError('invalid', 'INVALID_ARCHIVE', `the archive is not valid: ${why}`)
}
