import { createHash, type Hash } from 'node:crypto'
import { closeSync, constants, fstatSync, ftruncateSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { hasCode, TscomposeError } from '../../../base/errors.ts'
import { type Digest, digestAlgorithm, digestHex } from '../../../oci/digest.ts'
import { createTarReader } from '../../../oci/tar/reader.ts'
import { createUntar } from '../unpack/untar.ts'
import { unpackStream } from './decompress.ts'
import type { JobContext, LayerJob, LayerResult } from './jobs.ts'
import { createReporter, type Reporter } from './reporter.ts'

const readSize = 1024 * 1024
/** Honest layers, even of zeros only, stay far below this; above it nothing more is written. */
const bombFloor = 8 * 1024 ** 3
const bombRatio = 2000

/** Downloads or reads, hashes (packed and plain), unpacks one layer: one pass, nothing kept in memory. */
export async function runLayerJob(job: LayerJob, context: JobContext): Promise<LayerResult> {
  const reporter = createReporter(context.report)
  const algorithm = job.expected.digest === undefined ? 'sha256' : digestAlgorithm(job.expected.digest)
  const packed = { hash: createHash(algorithm), size: 0 }
  const input = inputOf(job, context, reporter)
  const iterator = input.chunks[Symbol.asyncIterator]()
  const next = async (): Promise<IteratorResult<Buffer>> => {
    const result = await iterator.next()
    if (result.done !== true) {
      packed.hash.update(result.value)
      packed.size += result.value.length
    }
    return result
  }
  try {
    const plain = await unpackInto(job, { next }, { context, reporter, size: input.size, algorithm })
    const digest = `${algorithm}:${packed.hash.digest('hex')}` as Digest
    const { diffId = digest } = plain
    checkDigest(job, digest)
    checkDiffId(job, diffId)
    return { digest, size: packed.size, ...plain, diffId }
  } catch (error) {
    // Damaged bytes make all kinds of noise; the digest tells whether that is what happened.
    if (hasCode(error, 'INVALID_ARCHIVE') || hasCode(error, 'INVALID_LAYER')) await blameDigest(job, { next, hash: packed.hash, algorithm })
    throw error
  } finally {
    await iterator.return?.()
  }
}

interface PlainResult {
  readonly compression: LayerResult['compression']
  /** Absent: these are the bytes as they came, which are hashed already. */
  readonly diffId?: string
  readonly tarSize: number
  readonly unpackedSize: number
}

interface UnpackOptions {
  readonly context: JobContext
  readonly reporter: Reporter
  readonly size: number
  /** Of the hash over the bytes as they come. */
  readonly algorithm: string
}

async function unpackInto(job: LayerJob, input: AsyncIterator<Buffer>, options: UnpackOptions): Promise<PlainResult> {
  const { context, reporter, size, algorithm } = options
  const untar = createUntar(job.staging, { whiteouts: true, maxBytes: Math.max(bombFloor, size * bombRatio) })
  try {
    const reader = createTarReader(untar)
    const { compression, output } = await unpackStream(input, size, context.signal)
    const hash = compression === 'none' && algorithm === 'sha256' ? undefined : createHash('sha256')
    let tarSize = 0
    for await (const chunk of output) {
      context.signal.throwIfAborted()
      hash?.update(chunk)
      tarSize += chunk.length
      reader.push(chunk)
      reporter.extracting(tarSize)
    }
    reader.finish()
    const { size: unpackedSize } = untar.finish()
    return { compression, tarSize, unpackedSize, ...(hash === undefined ? {} : { diffId: `sha256:${hash.digest('hex')}` }) }
  } finally {
    untar.close()
  }
}

function checkDigest({ input, expected }: LayerJob, digest: string): void {
  if (expected.digest === undefined || expected.digest === digest) return
  if (input.type === 'remote') rmSync(input.partial, { force: true })
  throw mismatch(expected.digest, input.type === 'remote' ? ` from ${new URL(input.blob.url).host}` : '')
}

function checkDiffId({ expected }: LayerJob, diffId: string): void {
  if (expected.diffId === undefined || expected.diffId === diffId) return
  throw new TscomposeError(
    'invalid',
    'DIGEST_MISMATCH',
    `layer ${expected.digest ?? expected.diffId} unpacks to ${diffId}, but the image says ${expected.diffId}`,
    {
      hint: 'the image was put together wrongly or forged; do not use it',
      target: expected.diffId,
    },
  )
}

function mismatch(digest: string, where: string): TscomposeError {
  return new TscomposeError(
    'invalid',
    'DIGEST_MISMATCH',
    `blob ${digest}${where} does not have that digest: the content is damaged or forged`,
    {
      hint: 'pull again; if it stays, the registry or something between is broken',
      target: digest,
    },
  )
}

/** Reads the rest, and throws DIGEST_MISMATCH instead of what the damaged bytes caused. */
async function blameDigest(
  job: LayerJob,
  { next, hash, algorithm }: { readonly next: () => Promise<IteratorResult<Buffer>>; readonly hash: Hash; readonly algorithm: string },
): Promise<void> {
  if (job.expected.digest === undefined) return
  for (let result = await next(); result.done !== true; ) result = await next()
  if (hash.digest('hex') !== digestHex(job.expected.digest)) checkDigest(job, `${algorithm}:`)
}

interface LayerInput {
  readonly chunks: AsyncIterable<Buffer>
  readonly size: number
}

function inputOf(job: LayerJob, context: JobContext, reporter: Reporter): LayerInput {
  const { input } = job
  if (input.type === 'remote') return { chunks: remoteChunks(input, context, reporter), size: input.blob.size }
  return { chunks: fileChunks(input, context), size: sizeOf(input.path) }
}

function sizeOf(path: string): number {
  const fd = openSync(path, constants.O_RDONLY)
  try {
    return fstatSync(fd).size
  } finally {
    closeSync(fd)
  }
}

type RemoteInput = Extract<LayerJob['input'], { type: 'remote' }>
type FileInput = Extract<LayerJob['input'], { type: 'file' }>

/** First what an earlier attempt left in the partial file, then the rest from the registry, appended as it comes. */
async function* remoteChunks({ blob, partial }: RemoteInput, { fetchBlob }: JobContext, reporter: Reporter): AsyncGenerator<Buffer> {
  mkdirSync(dirname(partial), { recursive: true, mode: 0o700 })
  const fd = openSync(partial, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND, 0o600)
  try {
    let position = fstatSync(fd).size
    if (position > blob.size) {
      ftruncateSync(fd, 0)
      position = 0
    }
    for (let offset = 0; offset < position; ) {
      const chunk = readAt(fd, offset, position - offset)
      offset += chunk.length
      yield chunk
    }
    for await (const chunk of fetchBlob(blob, position)) {
      writeAll(fd, chunk)
      position += chunk.length
      reporter.downloading(position, blob.size)
      yield chunk
    }
    reporter.downloaded(blob.size)
  } finally {
    closeSync(fd)
  }
}

async function* fileChunks({ path, copyTo }: FileInput, { signal }: JobContext): AsyncGenerator<Buffer> {
  const fd = openSync(path, constants.O_RDONLY)
  const copy = copyTo === undefined ? undefined : openSync(copyTo, 'wx', 0o600)
  try {
    for (let offset = 0; ; ) {
      signal.throwIfAborted()
      const chunk = readAt(fd, offset, readSize)
      if (chunk.length === 0) return
      offset += chunk.length
      if (copy !== undefined) writeAll(copy, chunk)
      yield chunk
    }
  } finally {
    closeSync(fd)
    if (copy !== undefined) closeSync(copy)
  }
}

function readAt(fd: number, offset: number, length: number): Buffer {
  const chunk = Buffer.allocUnsafe(Math.min(length, readSize))
  return chunk.subarray(0, readSync(fd, chunk, 0, chunk.length, offset))
}

function writeAll(fd: number, chunk: Buffer): void {
  for (let offset = 0; offset < chunk.length; ) offset += writeSync(fd, chunk, offset)
}
