import type { SourcePosition } from '../base/errors.ts'
import { isList, isTree, newTree, type Path, type Tree, type TreeBuilder, type Value } from './tree.ts'

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
  /** With history: what this took the place of, and the extends and includes it came through. */
  readonly replaced?: Origin
  readonly via?: readonly Passage[]
}

/** A value came into a file by `extends` or `include`. */
export interface Passage {
  readonly kind: 'extends' | 'include'
  /** Where the word is written. */
  readonly at: Origin | undefined
  /** `service base of /p/base.yaml` */
  readonly from: string
  /** Files that gave variables to what was included. */
  readonly envFiles: readonly string[]
}

/** Where every value comes from. Positions belong to (container, key), so scalars need no wrapper. */
export interface SourceMap {
  set(container: object, key: string | number, origin: Origin): void
  get(container: object, key: string | number): Origin | undefined
  /** Gives a member of a new container the position of the member it was made from. */
  copy(from: object, fromKey: string | number, to: object, toKey: string | number): void
  /** Takes over the position of every member. */
  inherit(from: object, to: object): void
  /** With history: the same tree, all of it marked as come this way. Without: the tree itself. */
  pass(tree: Tree, passage: () => Passage): Tree
}

export interface SourceMapOptions {
  /** Remember what was replaced, and the ways values took; only `explain` needs it. */
  readonly history?: boolean
}

export function createSourceMap({ history = false }: SourceMapOptions = {}): SourceMap {
  const positions = new WeakMap<object, Map<string | number, Origin>>()
  const set = (container: object, key: string | number, origin: Origin): void => {
    const known = positions.get(container)
    if (known === undefined) positions.set(container, new Map([[key, origin]]))
    else known.set(key, history ? overwrite(known.get(key), origin) : origin)
  }
  const mark = (value: Value, passage: Passage): Value => {
    if (value === null || typeof value !== 'object') return value
    const copy: Value[] | TreeBuilder = isList(value) ? [] : newTree()
    for (const [key, member] of Object.entries(value)) {
      const place = isList(value) ? Number(key) : key
      ;(copy as TreeBuilder)[key] = mark(member as Value, passage)
      const origin = positions.get(value)?.get(place)
      if (origin !== undefined) set(copy, place, { ...origin, via: [...(origin.via ?? []), passage] })
    }
    return copy
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
      if (known === undefined) return
      if (history) for (const [key, origin] of known) set(to, key, origin)
      else positions.set(to, new Map([...(positions.get(to) ?? []), ...known]))
    },
    pass: (tree, passage) => (history ? (mark(tree, passage()) as Tree) : tree),
  }
}

/** A later origin remembers the earlier one, unless it is the same place or knows of it already. */
function overwrite(before: Origin | undefined, after: Origin): Origin {
  for (let known: Origin | undefined = after; known !== undefined; known = known.replaced) {
    if (before === undefined || (known.file === before.file && known.value === before.value)) return after
  }
  return before === undefined ? after : { ...after, replaced: after.replaced === undefined ? before : overwrite(before, after.replaced) }
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
