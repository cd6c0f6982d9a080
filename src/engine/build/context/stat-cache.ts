import { type BigIntStats, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { writeFileAtomic } from '../../../sys/files.ts'

/** Content hashes of files that have not changed since they were read: a rebuild then reads no content at all. */
export interface StatCache {
  get(path: string, stat: BigIntStats): string | undefined
  set(path: string, stat: BigIntStats, digest: string): void
  /** Writes it back where something is new. */
  save(): void
}

/** A file changed this shortly before it was read may change again without a new time stamp. */
const settleNanos = 1_000_000_000n
const maximumEntries = 200_000

/** Opens the cache kept in `file`; anything unreadable there counts as empty. */
export function openStatCache(file: string, now: () => number = Date.now): StatCache {
  const entries = readEntries(file)
  let changed = false
  return {
    get: (path, stat) => {
      const [signature, digest] = entries.get(path) ?? []
      return signature === sign(stat) ? digest : undefined
    },
    set: (path, stat, digest) => {
      if (BigInt(Math.trunc(now())) * 1_000_000n - stat.ctimeNs < settleNanos) return
      entries.set(path, [sign(stat), digest])
      changed = true
    },
    save: () => {
      if (!changed) return
      const kept = [...entries].slice(-maximumEntries)
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
      writeFileAtomic(file, JSON.stringify(Object.fromEntries(kept)))
      changed = false
    },
  }
}

function sign(stat: BigIntStats): string {
  return `${stat.dev}.${stat.ino}.${stat.size}.${stat.mtimeNs}.${stat.ctimeNs}`
}

function readEntries(file: string): Map<string, readonly [string, string]> {
  const entries = new Map<string, readonly [string, string]>()
  try {
    const data: unknown = JSON.parse(readFileSync(file, 'utf8'))
    for (const [path, entry] of Object.entries(data ?? {})) {
      if (Array.isArray(entry) && typeof entry[0] === 'string' && /^[0-9a-f]{64}$/.test(String(entry[1])))
        entries.set(path, [entry[0], String(entry[1])])
    }
  } catch {
    // Missing or damaged: the files are read once more.
  }
  return entries
}
