import { type Dirent, lstatSync, readdirSync, type Stats } from 'node:fs'
import { dirname } from 'node:path'
import { lgetxattr } from '../../sys/xattr.ts'
import type { FileChange } from '../api.ts'
import { isBareMountPoint } from './mount-points.ts'

/*
 * What a writable directory of an overlay changes of the layers below, as `docker diff` shows it. Read from the
 * directories themselves, so it works whether the container is mounted or not. For worker threads.
 */

const opaqueAttribute = 'trusted.overlay.opaque'

/** Changes of `upper` over `lowers` (top first), by path. Of a removed directory only its own name is told. */
export function overlayChanges(upper: string, lowers: readonly string[]): readonly FileChange[] {
  const all = changesIn(upper, lowers, '')
  const isBare = ({ kind, path }: FileChange): boolean => kind === 'added' && isBareMountPoint(upper, path.slice(1))
  const bare = all.filter(isBare)
  // A directory that was copied up only to hold such a name is no change either.
  const parents = new Set(bare.map(({ path }) => dirname(path)))
  const kept = all.filter((change) => !bare.includes(change))
  return kept.filter(
    ({ kind, path }) => !(kind === 'changed' && parents.has(path) && !kept.some((other) => other.path.startsWith(`${path}/`))),
  )
}

function changesIn(upper: string, lowers: readonly string[], parent: string): readonly FileChange[] {
  const entries = [...readdirSync(upper, { withFileTypes: true })]
  const hidden = parent !== '' && isOpaque(upper) ? namesBelow(lowers).filter((name) => !entries.some((entry) => entry.name === name)) : []
  const removed = hidden.map((name) => ({ name, changes: [{ kind: 'deleted' as const, path: `${parent}/${name}` }] }))
  return [...entries.map((entry) => ({ name: entry.name, changes: changesOf(entry, upper, { lowers, parent }) })), ...removed]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(({ changes }) => changes)
}

function changesOf(
  entry: Dirent,
  upper: string,
  { lowers, parent }: { readonly lowers: readonly string[]; readonly parent: string },
): readonly FileChange[] {
  const path = `${parent}/${entry.name}`
  const full = `${upper}/${entry.name}`
  const stats = lstatSync(full, { throwIfNoEntry: false })
  // A running container may be faster.
  if (stats === undefined) return []
  if (isWhiteout(stats)) return [{ kind: 'deleted', path }]
  const change: FileChange = { kind: existsBelow(lowers, entry.name) ? 'changed' : 'added', path }
  return stats.isDirectory() ? [change, ...changesIn(full, directoriesBelow(lowers, entry.name), path)] : [change]
}

/** As the kernel looks a name up: the first layer that knows it decides. */
function existsBelow(lowers: readonly string[], name: string): boolean {
  for (const lower of lowers) {
    const stats = lstatSync(`${lower}/${name}`, { throwIfNoEntry: false })
    if (stats !== undefined) return !isWhiteout(stats)
  }
  return false
}

/** The directories that show through as one: down to a removal, a file, or one that hides what is below it. */
function directoriesBelow(lowers: readonly string[], name: string): readonly string[] {
  const found: string[] = []
  for (const lower of lowers) {
    const path = `${lower}/${name}`
    const stats = lstatSync(path, { throwIfNoEntry: false })
    if (stats === undefined) continue
    if (!stats.isDirectory()) break
    found.push(path)
    if (isOpaque(path)) break
  }
  return found
}

function namesBelow(lowers: readonly string[]): readonly string[] {
  const names = new Set(lowers.flatMap((lower) => readdirSync(lower)))
  return [...names].filter((name) => existsBelow(lowers, name))
}

function isWhiteout(stats: Stats): boolean {
  return stats.isCharacterDevice() && stats.rdev === 0
}

function isOpaque(directory: string): boolean {
  return lgetxattr(directory, opaqueAttribute)?.toString() === 'y'
}
