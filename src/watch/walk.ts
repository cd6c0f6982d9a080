import { type Dirent, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { hasErrno } from '../base/errors.ts'
import { lstatIfThere } from '../base/lstat.ts'
import type { ServiceRule } from './rules.ts'

/** Every path of the host a rule matches now, directories before what is in them. Ignored trees are not looked into. */
export function pathsOf(rule: ServiceRule): readonly string[] {
  const paths: string[] = []
  visitTree(rule, (path) => {
    if (rule.matches(path)) paths.push(path)
  })
  return paths
}

/** Calls `visit` for the rule's path and all that is below it, matched or not, but for ignored trees. */
export function visitTree({ rule, prunes }: ServiceRule, visit: (path: string, isDirectory: boolean) => void): void {
  const found = lstatIfThere(rule.path, { denied: 'missing' })
  if (found === undefined) return
  visit(rule.path, found.isDirectory())
  const enter = (directory: string): void => {
    for (const entry of entriesOf(directory)) {
      const path = join(directory, entry.name)
      const isDirectory = entry.isDirectory()
      if (isDirectory && prunes(path)) continue
      visit(path, isDirectory)
      if (isDirectory) enter(path)
    }
  }
  if (found.isDirectory()) enter(rule.path)
}

/** None where it is gone or may not be read: what cannot be read cannot be synced either. */
function entriesOf(directory: string): readonly Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].some((code) => hasErrno(error, code))) return []
    throw error
  }
}
