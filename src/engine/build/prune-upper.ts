import { lstatSync, readdirSync, rmdirSync, type Stats } from 'node:fs'
import { lgetxattr } from '../../sys/xattr.ts'
import type { TouchedDirectory } from './stubs.ts'

/**
 * Takes directories out of an unmounted upper directory that are there only because a stub was made and removed in
 * them: empty, not opaque, and with the mode, owner and time they had before.
 */
export function pruneUpper(upper: string, touched: readonly TouchedDirectory[]): void {
  for (const { path, before } of touched) {
    const directory = `${upper}/${path}`
    const now = lstatSync(directory, { throwIfNoEntry: false })
    if (now === undefined || !now.isDirectory() || readdirSync(directory).length > 0) continue
    if (sameDirectory(now, before) && lgetxattr(directory, 'trusted.overlay.opaque') === undefined) rmdirSync(directory)
  }
}

function sameDirectory(a: Stats, b: Stats): boolean {
  return a.mode === b.mode && a.uid === b.uid && a.gid === b.gid && Math.abs(a.mtimeMs - b.mtimeMs) < 0.01
}
