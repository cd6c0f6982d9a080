import { createHash } from 'node:crypto'
import { closeSync, createReadStream, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { TscomposeError } from '../../../base/errors.ts'
import type { TarEntry } from '../../../oci/tar/header.ts'
import { createTarReader, type TarSink } from '../../../oci/tar/reader.ts'
import { encodeHeader, tarEnd, tarPadding } from '../../../oci/tar/writer.ts'
import { entryPath, splitPath } from '../unpack/entry-path.ts'
import { unpackStream } from './decompress.ts'
import type { ArchiveMember, AssembleJob, JobContext, JobResults, ScanJob, ScannedMember, ScanResult } from './jobs.ts'

const readSize = 1024 * 1024
/** An image archive has a few files per layer. */
const maxMembers = 100_000

/** Takes a (packed) image archive apart: each file goes to a numbered file of ours, so no name of theirs is ever a path. */
export async function runScanJob({ path, into }: ScanJob, { signal, report }: JobContext): Promise<ScanResult> {
  const { size } = statSync(path)
  const sink = createScanSink(into)
  try {
    const reader = createTarReader(sink, { maxEntries: maxMembers, maxHeaderBytes: 64 * 1024 })
    const input = createReadStream(path, { highWaterMark: readSize })
    const { output } = await unpackStream(input.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>, size, signal)
    let read = 0
    for await (const chunk of output) {
      signal.throwIfAborted()
      reader.push(chunk)
      read += chunk.length
      report({ stage: 'extracting', current: read, total: size })
    }
    reader.finish()
    return { members: sink.members }
  } finally {
    sink.close()
  }
}

function createScanSink(into: string): TarSink & { readonly members: readonly ScannedMember[]; close(): void } {
  const members: ScannedMember[] = []
  let open: { readonly fd: number; readonly entry: TarEntry; readonly file: string } | undefined
  let hash = createHash('sha256')
  const end = (): void => {
    if (open === undefined) return
    const { fd, entry, file } = open
    open = undefined
    closeSync(fd)
    members.push({ name: entryPath(entry.name), size: entry.size, file, sha256: hash.digest('hex') })
  }
  return {
    members,
    entry: (entry) => {
      if (entry.type === 'symlink' || entry.type === 'hardlink') {
        members.push({ name: entryPath(entry.name), size: 0, file: '', sha256: '', link: linkPath(entry) })
        return
      }
      if (entry.type !== 'file') return
      const file = join(into, String(members.length))
      hash = createHash('sha256')
      open = { fd: openSync(file, 'wx', 0o600), entry, file }
      if (entry.size === 0) end()
    },
    data: (chunk) => {
      if (open === undefined) return
      hash.update(chunk)
      for (let offset = 0; offset < chunk.length; ) offset += writeSync(open.fd, chunk, offset)
    },
    end,
    close: () => {
      if (open !== undefined) closeSync(open.fd)
      open = undefined
    },
  }
}

/** Symbolic links count from their own directory, hard links from the root. */
function linkPath(entry: TarEntry): string {
  const base = entry.type === 'symlink' && !entry.linkname.startsWith('/') ? splitPath(entryPath(entry.name)).parent : ''
  return entryPath(`${base}/${entry.linkname}`)
}

/** Writes a tar beside `output` and puts it in place when it is whole. */
export async function runAssembleJob({ output, members }: AssembleJob, { signal }: JobContext): Promise<JobResults['assemble']> {
  const temporary = `${output}.tscompose-partial`
  const fd = openSync(temporary, 'w', 0o600)
  let size = 0
  const write = (bytes: Uint8Array): void => {
    for (let offset = 0; offset < bytes.length; ) offset += writeSync(fd, bytes, offset)
    size += bytes.length
  }
  try {
    for (const member of members) await writeMember(member, write, signal)
    write(tarEnd())
    closeSync(fd)
    renameSync(temporary, output)
    return { size }
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

async function writeMember(
  { name, mtime, content }: ArchiveMember,
  write: (bytes: Uint8Array) => void,
  signal: AbortSignal,
): Promise<void> {
  if (content === 'directory') {
    write(encodeHeader({ name, type: 'directory', mode: 0o755, mtime }))
    return
  }
  if ('text' in content) {
    const bytes = Buffer.from(content.text)
    write(encodeHeader({ name, mode: 0o644, size: bytes.length, mtime }))
    write(bytes)
    write(tarPadding(bytes.length))
    return
  }
  write(encodeHeader({ name, mode: 0o644, size: content.size, mtime }))
  const input = createReadStream(content.file, { highWaterMark: readSize })
  const { output } = await unpackStream(input.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>, undefined, signal)
  let written = 0
  for await (const chunk of output) {
    signal.throwIfAborted()
    written += chunk.length
    write(chunk)
  }
  if (written !== content.size)
    throw new TscomposeError('internal', 'BLOB_DAMAGED', `${name} has ${written} bytes instead of ${content.size}`)
  write(tarPadding(written))
}
