import type { SourcePosition } from '../base/errors.ts'
import { isList, isTree, type Path, type Value } from './tree.ts'

/** One text that was read. */
export interface SourceFile {
  /** As messages show it: absolute path, or `-` for standard input. */
  readonly path: string
  readonly text: string
}

/** Where one member of a map or list was written; offsets into the text. */
export interface Origin {
  readonly file: SourceFile
  /** Start of the key, or of the value for list items. */
  readonly key: number
  readonly value: number
  readonly end: number
}

/** Where every value comes from. Positions belong to (container, key), so scalars need no wrapper. */
export interface SourceMap {
  set(container: object, key: string | number, origin: Origin): void
  get(container: object, key: string | number): Origin | undefined
  /** Gives a member of a new container the position of the member it was made from. */
  copy(from: object, fromKey: string | number, to: object, toKey: string | number): void
  /** Takes over the position of every member. */
  inherit(from: object, to: object): void
}

export function createSourceMap(): SourceMap {
  const positions = new WeakMap<object, Map<string | number, Origin>>()
  const set = (container: object, key: string | number, origin: Origin): void => {
    const known = positions.get(container)
    if (known === undefined) positions.set(container, new Map([[key, origin]]))
    else known.set(key, origin)
  }
  return {
    set,
    get: (container, key) => positions.get(container)?.get(key),
    copy: (from, fromKey, to, toKey) => {
      const origin = positions.get(from)?.get(fromKey)
      if (origin !== undefined) set(to, toKey, origin)
    },
    inherit: (from, to) => {
      const known = positions.get(from)
      if (known !== undefined) positions.set(to, new Map([...(positions.get(to) ?? []), ...known]))
    },
  }
}

/** Origin of the value at a path, or of the deepest part of the path that was written somewhere. */
export function locate(sources: SourceMap, root: Value, path: Path): Origin | undefined {
  let found: Origin | undefined
  let value: Value | undefined = root
  for (const part of path) {
    if (value === null || typeof value !== 'object') break
    found = sources.get(value, part) ?? found
    value = isList(value) ? value[Number(part)] : isTree(value) ? value[part] : undefined
  }
  return found
}

/** Line and column, both from 1. */
export function positionAt(file: SourceFile, offset: number): SourcePosition {
  let line = 1
  let start = 0
  for (let next = file.text.indexOf('\n'); next !== -1 && next < offset; next = file.text.indexOf('\n', start)) {
    line++
    start = next + 1
  }
  return { file: file.path, line, column: offset - start + 1 }
}
