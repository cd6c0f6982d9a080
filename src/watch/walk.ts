import { type Dirent, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { hasErrno } from '../base/errors.ts'
import type { ServiceRule } from './rules.ts'

/** Every path of the host a rule matches now, directories before what is in them. Ignored trees are not looked into. */
export function pathsOf(rule: ServiceRule): readonly string[] {
  const root = rule.rule.path
  const found = statSync(root, { throwIfNoEntry: false })
  if (found === undefined) return []
  const paths = rule.matches(root) ? [root] : []
  if (found.isDirectory()) walk(rule, root, paths)
  return paths
}

function walk(rule: ServiceRule, directory: string, paths: string[]): void {
  for (const entry of entriesOf(directory)) {
    const path = join(directory, entry.name)
    if (rule.matches(path)) paths.push(path)
    if (entry.isDirectory() && !rule.prunes(path)) walk(rule, path, paths)
  }
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
