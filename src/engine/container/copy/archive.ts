import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { createTarReader, type TarSink } from '../../../oci/tar/reader.ts'
import { encodeHeader, tarEnd, tarPadding } from '../../../oci/tar/writer.ts'

/** Writes what it gets as a tar to a file that is there and empty. */
export function createArchiveWriter(path: string): TarSink & { finish(): void; close(): void } {
  const fd = openSync(path, 'w', 0o600)
  let size = 0
  const write = (bytes: Uint8Array): void => {
    for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done)
  }
  return {
    entry: (entry) => {
      size = entry.type === 'file' ? entry.size : 0
      write(encodeHeader({ ...entry, size, mtime: Number(entry.mtime / 1_000_000_000n) }))
    },
    data: write,
    end: () => write(tarPadding(size)),
    finish: () => write(tarEnd()),
    close: () => closeSync(fd),
  }
}

/** Gives out the entries of a tar file. Throws INVALID_ARCHIVE. */
export function readArchive(path: string, sink: TarSink): void {
  const reader = createTarReader(sink)
  const buffer = Buffer.allocUnsafe(1 << 20)
  const fd = openSync(path, 'r')
  try {
    for (let length = readSync(fd, buffer); length > 0; length = readSync(fd, buffer)) reader.push(buffer.subarray(0, length))
    reader.finish()
  } finally {
    closeSync(fd)
  }
}
