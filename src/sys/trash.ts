import { randomUUID } from 'node:crypto'
import { readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { hasErrno } from '../base/errors.ts'
import { run } from './process.ts'

const trashPrefix = '.trash-'

/** Deleting this many names takes about a millisecond, less than starting a program for it. */
const smallTree = 150

/**
 * Deletes a tree of ours that nobody uses any more. It is out of the way at once; large trees are deleted by a program,
 * so that the engine goes on meanwhile. Succeeds if it is already gone.
 */
export async function deleteTree(path: string): Promise<void> {
  const trash = `${dirname(path)}/${trashPrefix}${randomUUID()}`
  try {
    renameSync(path, trash)
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return
    throw error
  }
  await erase([trash])
}

/** Deletes what earlier runs left half-made or half-deleted in `directory`: names for which `isLeftover`. */
export async function collectLeftovers(directory: string, isLeftover: (name: string) => boolean): Promise<void> {
  const names = readdirSync(directory).filter((name) => name.startsWith(trashPrefix) || isLeftover(name))
  await erase(names.map((name) => `${directory}/${name}`))
}

async function erase(paths: readonly string[]): Promise<void> {
  const large = paths.filter((path) => !isSmall(path))
  for (const path of paths) if (!large.includes(path)) rmSync(path, { recursive: true, force: true })
  if (large.length > 0) await run('rm', ['-rf', '--', ...large])
}

function isSmall(path: string): boolean {
  let left = smallTree
  const visit = (directory: string): boolean => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (--left < 0) return false
      if (entry.isDirectory() && !visit(`${directory}/${entry.name}`)) return false
    }
    return true
  }
  return visit(path)
}
