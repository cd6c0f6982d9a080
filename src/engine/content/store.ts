import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { hasErrno, TscomposeError } from '../../base/errors.ts'
import { sha256 } from '../../base/hash.ts'
import { type Digest, digestAlgorithm, digestHex, digestMatches, isDigest } from '../../oci/digest.ts'
import type { ContentStore } from '../parts.ts'

const partialLifetime = 7 * 24 * 3600 * 1000

/** Blobs under `root/blobs/<algorithm>/<hex>`, work in progress under `root/ingest`. `clock` gives milliseconds. */
export function createContentStore({ root, clock = Date.now }: { readonly root: string; readonly clock?: () => number }): ContentStore {
  const openedAt = clock()
  const blobs = join(root, 'blobs')
  const ingest = join(root, 'ingest')
  const path = (digest: Digest): string => join(blobs, digestAlgorithm(digest), digestHex(digest))
  const partialPath = (digest: Digest): string => join(ingest, `${digestAlgorithm(digest)}-${digestHex(digest)}.partial`)

  const has = async (digest: Digest): Promise<boolean> => {
    try {
      return (await stat(path(digest))).isFile()
    } catch (error) {
      if (hasErrno(error, 'ENOENT')) return false
      throw error
    }
  }
  const adopt = async (from: string, digest: Digest): Promise<void> => {
    await mkdir(join(blobs, digestAlgorithm(digest)), { recursive: true, mode: 0o700 })
    await rename(from, path(digest))
  }
  return {
    has,
    path,
    partialPath,
    adopt,
    read: async (digest, maxBytes) => {
      const bytes = await readBlob(path(digest), digest, maxBytes)
      if (digestMatches(bytes, digest)) return bytes
      await rm(path(digest), { force: true })
      throw new TscomposeError('internal', 'BLOB_DAMAGED', `blob ${digest} on this machine's disk was damaged and has been removed`, {
        hint: 'pull or load the image again',
      })
    },
    write: async (bytes) => {
      const digest = `sha256:${sha256(bytes)}` as Digest
      if (await has(digest)) return digest
      await mkdir(ingest, { recursive: true, mode: 0o700 })
      const temporary = join(ingest, `write-${randomUUID()}`)
      try {
        await writeSynced(temporary, bytes)
        await adopt(temporary, digest)
      } catch (error) {
        await rm(temporary, { force: true })
        throw error
      }
      return digest
    },
    remove: (digest) => rm(path(digest), { force: true }),
    discardPartial: (digest) => rm(partialPath(digest), { force: true }),
    scratch: async () => {
      const directory = join(ingest, `scratch-${randomUUID()}`)
      await mkdir(directory, { recursive: true, mode: 0o700 })
      return directory
    },
    collect: async (isKept) => {
      // Listed before anything is deleted: what comes meanwhile is somebody's work.
      const left = await namesIn(ingest)
      for (const algorithm of ['sha256', 'sha512']) {
        for (const hex of await namesIn(join(blobs, algorithm))) {
          const digest = `${algorithm}:${hex}`
          if (!(isDigest(digest) && isKept(digest))) await rm(join(blobs, algorithm, hex), { recursive: true, force: true })
        }
      }
      for (const name of left) {
        const file = join(ingest, name)
        const oldest = name.endsWith('.partial') ? clock() - partialLifetime : openedAt
        if ((await modified(file)) < oldest) await rm(file, { recursive: true, force: true })
      }
    },
  }
}

/** Milliseconds; Infinity for what is gone already. */
async function modified(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return Number.POSITIVE_INFINITY
    throw error
  }
}

async function readBlob(path: string, digest: Digest, maxBytes: number): Promise<Buffer> {
  try {
    const { size } = await stat(path)
    if (size > maxBytes) throw new TscomposeError('invalid', 'BLOB_TOO_LARGE', `blob ${digest} has ${size} bytes, more than ${maxBytes}`)
    return await readFile(path)
  } catch (error) {
    if (!hasErrno(error, 'ENOENT')) throw error
    throw new TscomposeError('not-found', 'BLOB_MISSING', `blob ${digest} is not on this machine`, { hint: 'pull or load the image again' })
  }
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(bytes)
    await file.datasync()
  } finally {
    await file.close()
  }
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return []
    throw error
  }
}
