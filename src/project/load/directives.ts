import { isList, isTree, newTree, type Path, type Tree, type Value } from '../tree.ts'
import type { Directive } from './parse.ts'

/** Takes away what `!reset` and `!override` of a later document are about. */
export function applyDirectives(tree: Tree, directives: readonly Directive[]): Tree {
  return directives.reduce<Tree>((result, { path }) => removeAt(result, path) as Tree, tree)
}

function removeAt(value: Value, path: Path): Value {
  const [first, ...rest] = path
  if (first === undefined) return value
  if (isTree(value)) {
    if (!(first in value)) return value
    const copy = Object.assign(newTree(), value)
    if (rest.length === 0) delete copy[first]
    else copy[first] = removeAt(value[first] ?? null, rest)
    return copy
  }
  if (isList(value) && typeof first === 'number' && first < value.length && rest.length > 0) {
    return value.map((item, index) => (index === first ? removeAt(item, rest) : item))
  }
  return value
}
