import { compileRules, descend, isList, isTree, newTree, type RuleNode, ruleOf, type Tree, type Value } from '../tree.ts'
import type { LoadContext } from './context.ts'

type Fill = (value: Tree) => Readonly<Record<string, Value>>

const rules: RuleNode<Fill> = compileRules<Fill>({
  'services.*.build': (build) =>
    build.context === undefined && build.dockerfile_inline === undefined
      ? { context: '.' }
      : build.context === undefined
        ? { context: '.' }
        : {},
  'services.*.secrets.*': (grant) => (grant.target === undefined ? { target: `/run/secrets/${String(grant.source)}` } : {}),
  'services.*.ports.*': () => ({}),
  'services.*.deploy.resources.reservations.devices.*': allDevices,
  'services.*.gpus.*': allDevices,
})

function allDevices(request: Tree): Readonly<Record<string, Value>> {
  return request.count === undefined && request.device_ids === undefined ? { count: 'all' } : {}
}

/** Fills in what compose gives where nothing was written. */
export function fillDefaults(tree: Tree, context: LoadContext): Tree {
  const visit = (value: Value, below: readonly RuleNode<Fill>[]): Value => {
    if (below.length === 0) return value
    if (isList(value)) {
      const items = value.map((item, index) => visit(item, descend(below, index)))
      context.sources.inherit(value, items)
      return items
    }
    if (!isTree(value)) return value
    const copy = newTree()
    for (const key of Object.keys(value)) copy[key] = visit(value[key] ?? null, descend(below, key))
    Object.assign(copy, ruleOf(below)?.(copy))
    context.sources.inherit(value, copy)
    return copy
  }
  return visit(tree, [rules]) as Tree
}
