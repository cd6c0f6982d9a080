import { createHash } from 'node:crypto'
import { closeSync, createReadStream, openSync, writeSync } from 'node:fs'
import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import type { Digest } from '../../../oci/digest.ts'
import { exited, findExecutable, spawnProcess } from '../../../sys/process.ts'
import { unpackStream } from './decompress.ts'
import type { JobContext, JobResults, PackJob, PackResult, UploadJob } from './jobs.ts'
import { createReporter } from './reporter.ts'

const readSize = 1024 * 1024

/** Sends a file to a registry, see blob-upload.ts. */
export async function runUploadJob({ path, target }: UploadJob, { report, sendBlob }: JobContext): Promise<JobResults['upload']> {
  const reporter = createReporter(report)
  await sendBlob(target, path, (sent) => reporter.uploading(sent, target.size))
  return {}
}

/** Packs on all cores where pigz is installed; without a name and a time, so that equal tars give equal bytes. */
export async function runPackJob({ path, output }: PackJob, { signal }: JobContext): Promise<PackResult> {
  const hash = createHash('sha256')
  const fd = openSync(output, 'wx', 0o600)
  let size = 0
  try {
    for await (const chunk of await packed(path, signal)) {
      signal.throwIfAborted()
      hash.update(chunk)
      size += chunk.length
      for (let offset = 0; offset < chunk.length; ) offset += writeSync(fd, chunk, offset)
    }
  } finally {
    closeSync(fd)
  }
  return { digest: `sha256:${hash.digest('hex')}` as Digest, size }
}

async function packed(path: string, signal: AbortSignal): Promise<AsyncIterable<Buffer>> {
  const input = createReadStream(path, { highWaterMark: readSize })
  const { compression, output } = await unpackStream(input.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>, undefined, signal)
  const pigz = compression === 'none' ? findExecutable('pigz') : undefined
  if (pigz !== undefined) {
    input.destroy()
    return throughPigz(pigz, path, signal)
  }
  const gzip = createGzip({ chunkSize: readSize })
  const plain = Readable.from(copies(output), { objectMode: false })
  plain.once('error', (error) => gzip.destroy(error))
  return plain.pipe(gzip)
}

/** Chunks are valid until the next one only, but streams keep some. */
async function* copies(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield Buffer.from(chunk)
}

async function* throughPigz(program: string, path: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  const input = openSync(path, 'r')
  try {
    const child = spawnProcess(program, ['-n', '-c'], { stdio: [input, 'pipe', 'ignore'] })
    const ended = exited(child)
    const stop = (): void => {
      child.kill('SIGKILL')
    }
    signal.addEventListener('abort', stop, { once: true })
    try {
      if (child.stdout === null) throw new Error('no pipe')
      yield* child.stdout as AsyncIterable<Buffer>
      const { exitCode } = await ended
      signal.throwIfAborted()
      if (exitCode !== 0) throw new Error(`${program} ended with ${exitCode}`)
    } finally {
      signal.removeEventListener('abort', stop)
      stop()
    }
  } finally {
    closeSync(input)
  }
}
