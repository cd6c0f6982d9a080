import { lstatSync } from 'node:fs'
import type { ServiceRule } from './rules.ts'
import { pathsOf } from './walk.ts'

/** What the watched trees looked like last: finds what the kernel did not tell when its queue overflowed. */
export interface TreeMemory {
  /** These paths are known as they are now. */
  note(paths: readonly string[]): void
  /** Looks at everything and returns what is not as it is remembered. */
  rescan(): readonly string[]
}

export function createTreeMemory(rules: readonly ServiceRule[]): TreeMemory {
  const known = new Map<string, string>()
  const noteOne = (path: string): void => {
    const now = signature(path)
    if (now === undefined) known.delete(path)
    else known.set(path, now)
  }
  const everything = (): ReadonlySet<string> => new Set(rules.flatMap((rule) => pathsOf(rule)))
  for (const path of everything()) noteOne(path)
  return {
    note: (paths) => paths.forEach(noteOne),
    rescan: () => {
      const present = everything()
      const changed = [...present].filter((path) => known.get(path) !== signature(path))
      const gone = [...known.keys()].filter((path) => !present.has(path))
      return [...changed, ...gone]
    },
  }
}

/** Tells a file from what it was; undefined where there is none. A directory only tells that it is there: what is in it is looked at itself. */
function signature(path: string): string | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return undefined
  return stat.isDirectory() ? 'directory' : `${stat.ino}.${stat.size}.${stat.mtimeMs}.${stat.mode}`
}
