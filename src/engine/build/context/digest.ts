import { createHash, type Hash } from 'node:crypto'
import { closeSync, constants, openSync, readlinkSync, readSync } from 'node:fs'
import { hasWildcard } from '../../../base/path-pattern.ts'
import { lgetxattr, llistxattr } from '../../../sys/xattr.ts'
import type { StatCache } from './stat-cache.ts'
import { findSources, type SourceItem, type SourceTree, type WalkEntry, walkItem } from './walk.ts'

export interface SourceDigest {
  /** sha256 hex over names, types, modes and contents; times do not count. */
  readonly digest: string
  readonly items: readonly SourceItem[]
  /** Patterns that named nothing. */
  readonly missing: readonly string[]
}

export interface DigestOptions {
  /** Owners and extended attributes count too (sources that keep theirs). */
  readonly preserve: boolean
  readonly statCache?: StatCache
}

/** Content hash of everything the patterns name. Equal content at other times or places gives the equal digest. */
export function digestSources(tree: SourceTree, patterns: readonly string[], options: DigestOptions): SourceDigest {
  const hash = createHash('sha256')
  const items: SourceItem[] = []
  const missing: string[] = []
  for (const pattern of patterns) {
    const found = findSources(tree, pattern)
    // A wildcard may stand for nothing.
    if (found.length === 0 && !hasWildcard(pattern)) missing.push(pattern)
    for (const item of found) {
      hash.update(`\0item ${item.directory ? '' : item.name}\n`)
      digestItem(tree, item, { hash, ...options })
    }
    items.push(...found)
  }
  return { digest: hash.digest('hex'), items, missing }
}

function digestItem(tree: SourceTree, item: SourceItem, context: DigestOptions & { readonly hash: Hash }): void {
  const add = (entry: WalkEntry): void => {
    context.hash.update(`${JSON.stringify(describe(entry, context))}\n`)
  }
  walkItem(tree, item, { enter: add, leave: () => undefined, other: add })
}

function describe(entry: WalkEntry, { preserve, statCache }: DigestOptions): unknown[] {
  const { stat } = entry
  // Of a directory that is copied only what it holds counts: the destination has its own mode and owner.
  if (entry.relative === '' && stat.isDirectory()) return ['']
  const line: unknown[] = [entry.relative, Number(stat.mode)]
  if (stat.isFile()) line.push(String(stat.size), contentDigest(entry, statCache))
  else if (stat.isSymbolicLink()) line.push(readlinkSync(entry.pinned))
  else if (stat.isBlockDevice() || stat.isCharacterDevice()) line.push(String(stat.rdev))
  if (preserve) line.push(Number(stat.uid), Number(stat.gid), ...attributes(entry))
  return line
}

/** Extended attributes that a copy keeps, as sorted `name value` texts. */
function attributes(entry: WalkEntry): string[] {
  return llistxattr(entry.pinned)
    .filter(isKeptAttribute)
    .sort()
    .map((name) => `${name} ${lgetxattr(entry.pinned, name)?.toString('hex') ?? ''}`)
}

export function isKeptAttribute(name: string): boolean {
  return name === 'security.capability' || name.startsWith('user.')
}

function contentDigest(entry: WalkEntry, statCache: StatCache | undefined): string {
  const known = statCache?.get(entry.path, entry.stat)
  if (known !== undefined) return known
  const digest = hashFile(entry.pinned)
  statCache?.set(entry.path, entry.stat, digest)
  return digest
}

function hashFile(path: string): string {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const hash = createHash('sha256')
    const buffer = Buffer.allocUnsafe(256 * 1024)
    for (let read = readSync(fd, buffer); read > 0; read = readSync(fd, buffer)) hash.update(buffer.subarray(0, read))
    return hash.digest('hex')
  } finally {
    closeSync(fd)
  }
}
