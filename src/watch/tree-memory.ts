import { basename, dirname, join } from 'node:path'
import { lstatIfThere } from '../base/lstat.ts'
import type { ServiceRule } from './rules.ts'
import { visitTree } from './walk.ts'

/**
 * What the watched trees looked like last. Tells changes from mere events, knows what was in a directory that is gone,
 * and finds what the kernel did not tell when its queue overflowed.
 */
export interface TreeMemory {
  /** Everything known below a path; nothing where it was no directory. */
  below(path: string): readonly string[]
  isFile(path: string): boolean
  /** Of these paths, those that are not as they are remembered; they are remembered as they are now. */
  settle(paths: readonly string[]): readonly string[]
  /** Remembers a path as it is now. */
  expect(path: string): void
  /** Looks at everything and returns what is not as it is remembered. */
  rescan(): readonly string[]
}

interface Known {
  readonly signature: string
  /** False where the file was so young that another write could have left the same time. */
  readonly certain: boolean
}

/** Coarsest step of the kernel's clock for file times. */
const clockStepMs = 20

export function createTreeMemory(rules: readonly ServiceRule[], files: readonly string[] = []): TreeMemory {
  const directories = new Map<string, Map<string, Known>>()
  const find = (path: string): Known | undefined => directories.get(dirname(path))?.get(basename(path))
  const note = (path: string, known: Known | undefined): void => {
    const siblings = directories.get(dirname(path))
    if (known !== undefined) {
      if (siblings === undefined) directories.set(dirname(path), new Map([[basename(path), known]]))
      else siblings.set(basename(path), known)
      return
    }
    siblings?.delete(basename(path))
    if (siblings?.size === 0) directories.delete(dirname(path))
  }
  const everything = (): ReadonlySet<string> => {
    const paths = new Set(files)
    for (const rule of rules) {
      visitTree(rule, (path, isDirectory) => {
        if (isDirectory || rule.matches(path)) paths.add(path)
      })
    }
    return paths
  }
  const below = (path: string): readonly string[] => {
    const names = [...(directories.get(path)?.keys() ?? [])]
    return names.flatMap((name) => [join(path, name), ...below(join(path, name))])
  }
  const isSame = (path: string, now: Known | undefined): boolean => {
    const before = find(path)
    return before === undefined ? now === undefined : before.certain && before.signature === now?.signature
  }
  for (const path of everything()) note(path, look(path))
  return {
    below,
    isFile: (path) => find(path)?.signature.startsWith('directory') === false,
    settle: (paths) =>
      paths.filter((path) => {
        const now = look(path)
        if (isSame(path, now)) return false
        note(path, now)
        return true
      }),
    expect: (path) => {
      const now = look(path)
      note(path, now === undefined ? undefined : { ...now, certain: true })
    },
    rescan: () => {
      const present = everything()
      const known = [...directories].flatMap(([directory, names]) => [...names.keys()].map((name) => join(directory, name)))
      return [...[...present].filter((path) => !isSame(path, look(path))), ...known.filter((path) => !present.has(path))]
    },
  }
}

/** Tells a file from what it was; undefined where there is none. Of a directory only its mode counts: what is in it is looked at itself. */
function look(path: string): Known | undefined {
  const stat = lstatIfThere(path, { denied: 'missing' })
  if (stat === undefined) return undefined
  if (stat.isDirectory()) return { signature: `directory.${stat.mode}`, certain: true }
  return { signature: `${stat.ino}.${stat.size}.${stat.mtimeMs}.${stat.mode}`, certain: Date.now() - stat.mtimeMs > clockStepMs }
}
