import { closeSync } from 'node:fs'
import { Readable, type Writable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { isAbortError } from '../../../base/errors.ts'
import { badArchive } from '../../../oci/tar/reader.ts'
import { createSocketPair } from '../../../sys/posix-spawn.ts'
import { exited, findExecutable, spawnProcess } from '../../../sys/process.ts'
import type { Compression } from './jobs.ts'
import { readInPlace } from './read-in-place.ts'

/** Programs that unpack faster than Node's own zlib, each in a process (and so on a core) of its own; best first. */
const programs: Readonly<Record<Exclude<Compression, 'none'>, readonly string[]>> = {
  gzip: ['igzip', 'pigz'],
  zstd: ['zstd'],
  xz: ['xz'],
  bzip2: ['bzip2'],
}

const magics: readonly (readonly [Compression, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['bzip2', [0x42, 0x5a, 0x68]],
]

/** Compression by the first bytes: names and media types of layers are wrong too often. */
export function detectCompression(head: Uint8Array): Compression {
  const found = magics.find(([, magic]) => magic.every((byte, index) => head[index] === byte))
  if (found !== undefined) return found[0]
  // A zstd stream may begin with a frame to skip.
  const isSkippable = (head[0] ?? 0) >> 4 === 5 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18
  return isSkippable ? 'zstd' : 'none'
}

export interface Unpacked {
  readonly compression: Compression
  /** Plain bytes; a chunk is valid until the next. Throws `invalid` INVALID_ARCHIVE where the input is damaged. */
  readonly output: AsyncIterable<Buffer>
}

/** A program is started only for inputs that outweigh its start. */
const smallInput = 256 * 1024

/**
 * Unpacks `input`, whose compression is read off its first bytes. `size` is that of the whole input where it is known.
 * The input is never closed early: after a failure the caller can go on reading it.
 */
export async function unpackStream(input: AsyncIterator<Buffer>, size: number | undefined, signal: AbortSignal): Promise<Unpacked> {
  const head = await readHead(input)
  const compression = detectCompression(head)
  const chunks = withHead(head, input)
  if (compression === 'none') return { compression, output: chunks }
  const program = (size ?? Number.POSITIVE_INFINITY) > smallInput || !hasBuiltin(compression) ? findProgram(compression) : undefined
  if (program !== undefined) return { compression, output: throughProgram(program, chunks, signal) }
  if (hasBuiltin(compression)) return { compression, output: throughZlib(compression, chunks) }
  throw badArchive(`it is packed with ${compression}, and no program for that is installed`)
}

function hasBuiltin(compression: Compression): compression is 'gzip' | 'zstd' {
  return compression === 'gzip' || compression === 'zstd'
}

function findProgram(compression: Exclude<Compression, 'none'>): string | undefined {
  for (const name of programs[compression]) {
    const path = findExecutable(name, '')
    if (path !== undefined) return path
  }
  return undefined
}

async function readHead(input: AsyncIterator<Buffer>): Promise<Buffer> {
  let head: Buffer = Buffer.alloc(0)
  while (head.length < 6) {
    const next = await input.next()
    if (next.done === true) break
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value])
  }
  return head
}

async function* withHead(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
}

async function* throughProgram(program: string, input: AsyncIterable<Buffer>, signal: AbortSignal): AsyncGenerator<Buffer> {
  const [ours, theirs] = createSocketPair()
  const child = spawnProcess(program, ['-d', '-c'], { stdio: ['pipe', theirs, 'ignore'] })
  closeSync(theirs)
  const ended = exited(child)
  const { stdin } = child
  if (stdin === null) {
    closeSync(ours)
    return await ended.then(() => undefined)
  }
  const stop = (): void => {
    child.kill('SIGKILL')
  }
  signal.addEventListener('abort', stop, { once: true })
  const pumped = pump(input, stdin)
  // Looked at below; until then a failure must not count as unhandled.
  pumped.catch(() => stop())
  ended.catch(() => undefined)
  try {
    yield* readInPlace(ours)
    await pumped
    const { exitCode } = await ended
    signal.throwIfAborted()
    if (exitCode !== 0) throw badArchive('its compressed data is damaged')
  } finally {
    signal.removeEventListener('abort', stop)
    stop()
  }
}

/** Writes everything; ends quietly where the reader has gone, for its exit code tells why. Rejects with failures of the input. */
async function pump(input: AsyncIterable<Buffer>, to: Writable): Promise<void> {
  let gone = false
  let wake: (() => void) | undefined
  const onGone = (): void => {
    gone = true
    wake?.()
  }
  to.on('error', onGone)
  to.on('close', onGone)
  to.on('drain', () => wake?.())
  for await (const chunk of input) {
    if (gone) return
    if (!to.write(chunk)) {
      await new Promise<void>((resolve) => {
        wake = resolve
        if (gone) resolve()
      })
    }
  }
  to.end()
}

async function* throughZlib(compression: 'gzip' | 'zstd', input: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const unzip = compression === 'gzip' ? createGunzip({ chunkSize: 256 * 1024 }) : createZstdDecompress({ chunkSize: 256 * 1024 })
  let inputFailure: unknown
  const source = Readable.from(input, { objectMode: false })
  source.on('error', (error) => {
    inputFailure = error
    unzip.destroy(error)
  })
  source.pipe(unzip)
  try {
    for await (const chunk of unzip as AsyncIterable<Buffer>) yield chunk
  } catch (error) {
    if (inputFailure !== undefined) throw inputFailure
    throw isAbortError(error) ? error : badArchive('its compressed data is damaged')
  }
}
