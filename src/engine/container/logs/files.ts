import { existsSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { open } from 'node:fs/promises'

const blockSize = 64 * 1024
const newline = 0x0a

/** Existing files of a log, oldest first: `log.2`, `log.1`, `log`. */
export function logFiles(path: string): readonly string[] {
  const rotated: string[] = []
  for (let index = 1; existsSync(`${path}.${index}`); index++) rotated.unshift(`${path}.${index}`)
  return existsSync(path) ? [...rotated, path] : rotated
}

/** A place in a log. */
export interface LogPosition {
  /** Index into the list of files. */
  readonly file: number
  readonly offset: number
}

/** Where the last `count` lines begin, found from the end: nothing before them is read. */
export async function findTail(files: readonly string[], count: number): Promise<LogPosition> {
  let missing = count
  for (let file = files.length - 1; file >= 0; file--) {
    const found = await scanBackwards(files[file] ?? '', { count: missing, newest: file === files.length - 1 })
    if (found.offset !== undefined) return { file, offset: found.offset }
    missing = found.missing
  }
  return { file: 0, offset: 0 }
}

/** Counts whole lines (flag F) from the end of one file; the offset is where the wanted first one begins. */
async function scanBackwards(
  path: string,
  { count, newest }: { readonly count: number; readonly newest: boolean },
): Promise<{ readonly offset?: number; readonly missing: number }> {
  const handle = await open(path, 'r')
  try {
    const { size } = await handle.stat()
    if (count === 0) return { offset: size, missing: 0 }
    // A last line without an end counts as one.
    let missing = newest && (await endsOpen(handle, size)) ? count - 1 : count
    let tail = Buffer.alloc(0)
    for (let end = size; end > 0; ) {
      const start = Math.max(0, end - blockSize)
      const block = Buffer.concat([await readAt(handle, start, end - start), tail])
      // The line that begins before the block is finished by the next one.
      const cut = start === 0 ? 0 : block.indexOf(newline) + 1
      if (start > 0 && cut === 0) {
        tail = block
        end = start
        continue
      }
      const lines = lineStarts(block, cut).toReversed()
      for (const at of lines) {
        // One more whole line than wanted: what follows it is the answer.
        if (isWhole(block, at) && missing-- === 0) return { offset: start + lineEnd(block, at), missing: 0 }
      }
      tail = block.subarray(0, cut)
      end = start
    }
    return missing > 0 ? { missing } : { offset: 0, missing: 0 }
  } finally {
    await handle.close()
  }
}

/** The monitor cuts lines at 8 KiB, so the last one is in the last block for sure. */
async function endsOpen(handle: FileHandle, size: number): Promise<boolean> {
  const start = Math.max(0, size - blockSize)
  const block = await readAt(handle, start, size - start)
  const last = block.lastIndexOf(newline, block.length - 2) + 1
  return block.length > 0 && !isWhole(block, last)
}

function lineStarts(block: Buffer, from: number): readonly number[] {
  const starts: number[] = []
  for (let at = from; at < block.length; at = lineEnd(block, at)) starts.push(at)
  return starts
}

function lineEnd(block: Buffer, at: number): number {
  const end = block.indexOf(newline, at)
  return end < 0 ? block.length : end + 1
}

/** The flag stands between the second and the third space. */
function isWhole(block: Buffer, at: number): boolean {
  const first = block.indexOf(' ', at)
  const second = block.indexOf(' ', first + 1)
  return block[second + 1] === 0x46
}

export async function readAt(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length)
  const { bytesRead } = await handle.read(buffer, 0, length, offset)
  return buffer.subarray(0, bytesRead)
}
