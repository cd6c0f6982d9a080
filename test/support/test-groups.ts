import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const root = '/sys/fs/cgroup'

/** Control groups of a test's own: what is bound over the host's, so that no two engines meet there. */
export interface TestGroups {
  /** Mount points of hierarchies; each has the directory `name` to be bound over it. */
  readonly hierarchies: readonly string[]
  readonly name: string
  /** Removes them, waiting a little for processes that are just ending. */
  remove(): Promise<void>
}

/**
 * Makes a group in every v1 hierarchy. Tests share the v2 one: its controllers are handed down level by level, so a group
 * of it looks different from the root the engine has to cope with.
 */
export function createTestGroups(name: string): TestGroups {
  const hierarchies = listHierarchies()
  for (const hierarchy of hierarchies) makeGroup(hierarchy, join(hierarchy, name))
  return {
    hierarchies,
    name,
    remove: async () => {
      for (let attempt = 0; attempt < 100; attempt++) {
        const left = hierarchies.map((hierarchy) => join(hierarchy, name)).filter((group) => !removeTree(group))
        if (left.length === 0) return
        await sleep(20)
      }
    },
  }
}

function listHierarchies(): readonly string[] {
  if (!existsSync(root) || existsSync(join(root, 'cgroup.controllers'))) return []
  return readdirSync(root)
    .map((entry) => join(root, entry))
    .filter(
      (path) => lstatSync(path).isDirectory() && existsSync(join(path, 'cgroup.procs')) && !existsSync(join(path, 'cgroup.controllers')),
    )
}

function makeGroup(hierarchy: string, group: string): void {
  mkdirSync(group, { recursive: true })
  // A new cpuset has no processor and no memory, and takes no process before it has both.
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    if (existsSync(join(hierarchy, file))) writeFileSync(join(group, file), readFileSync(join(hierarchy, file)))
  }
}

/** True when the group and everything below it is gone. */
function removeTree(group: string): boolean {
  try {
    for (const entry of readdirSync(group, { withFileTypes: true })) {
      if (entry.isDirectory() && !removeTree(join(group, entry.name))) return false
    }
    rmdirSync(group)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
  }
}
