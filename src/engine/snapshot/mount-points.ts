import { lstatSync, readdirSync } from 'node:fs'

/**
 * What the runtime makes in a root file system to mount something over it. As long as it is empty it is nobody's work:
 * docker keeps these names in a layer of their own that neither its diffs nor its commits show.
 */
const names: ReadonlySet<string> = new Set(['dev', 'proc', 'sys', 'etc/hostname', 'etc/hosts', 'etc/resolv.conf'])

/** True for such a name in a container's writable directory; `path` is relative to `root`. */
export function isBareMountPoint(root: string, path: string): boolean {
  if (!names.has(path)) return false
  const stats = lstatSync(`${root}/${path}`)
  return stats.isDirectory() ? readdirSync(`${root}/${path}`).length === 0 : stats.isFile() && stats.size === 0
}
