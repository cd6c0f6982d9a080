import { compileRules, descend, isList, isTree, newTree, type RuleNode, ruleOf, type Tree, type Value } from '../tree.ts'
import type { LoadContext } from './context.ts'
import { scalarToString } from './scalar.ts'
import { cleanTarget, splitVolume } from './volumes.ts'

/** What makes two items of a list the same; undefined: nothing can be said, keep it. */
type Index = (item: Value) => string | undefined

const text: Index = (item) => (isTree(item) || isList(item) ? undefined : scalarToString(item))
const key: Index = (item) => (typeof item === 'string' ? item.replace(/=.*$/s, '') : undefined)
const member =
  (name: string): Index =>
  (item) =>
    isTree(item) ? text(item[name] ?? null) : text(item)

const mountTarget: Index = (item) => {
  const target = isTree(item) ? item.target : typeof item === 'string' ? splitVolume(item)?.target : undefined
  return typeof target === 'string' && target !== '' ? cleanTarget(target) : undefined
}

const deviceTarget: Index = (item) => {
  if (isTree(item)) return text(item.target ?? null)
  if (typeof item !== 'string') return undefined
  const [source, target] = item.split(':')
  return target ?? source
}

const grantTarget =
  (directory: string): Index =>
  (item) => {
    if (typeof item === 'string') return `${directory}/${item}`
    if (!isTree(item)) return undefined
    return typeof item.target === 'string' ? item.target : `${directory}/${scalarToString((item.source ?? null) as string)}`
  }

const port: Index = (item) => {
  if (!isTree(item)) return text(item)
  const part = (name: string, otherwise: string): string =>
    item[name] === undefined || item[name] === null ? otherwise : String(item[name])
  return `${part('host_ip', '0.0.0.0')}:${part('published', '')}:${part('target', '')}/${part('protocol', 'tcp')}`
}

const rules: RuleNode<Index> = compileRules<Index>({
  'networks.*.labels': key,
  'services.*.annotations': key,
  'services.*.build.args': key,
  'services.*.build.additional_contexts': key,
  'services.*.build.labels': key,
  'services.*.build.platforms': text,
  'services.*.build.tags': text,
  'services.*.cap_add': text,
  'services.*.cap_drop': text,
  'services.*.configs': grantTarget(''),
  'services.*.deploy.labels': key,
  'services.*.devices': deviceTarget,
  'services.*.dns': text,
  'services.*.dns_opt': text,
  'services.*.dns_search': text,
  'services.*.env_file': member('path'),
  'services.*.environment': key,
  'services.*.expose': text,
  'services.*.labels': key,
  'services.*.links': text,
  'services.*.networks.*.aliases': text,
  'services.*.networks.*.link_local_ips': text,
  'services.*.ports': port,
  'services.*.profiles': text,
  'services.*.secrets': grantTarget('/run/secrets'),
  'services.*.sysctls': key,
  'services.*.tmpfs': text,
  'services.*.volumes': mountTarget,
})

/** Drops list items that are there twice: the later one takes the place of the earlier one. */
export function keepUnique(tree: Tree, context: LoadContext): Tree {
  const visit = (value: Value, below: readonly RuleNode<Index>[]): Value => {
    if (below.length === 0) return value
    if (isList(value)) {
      const index = ruleOf(below)
      return index === undefined ? value : dedupe(value, index, context)
    }
    if (!isTree(value)) return value
    let changed = false
    const copy = newTree()
    for (const name of Object.keys(value)) {
      const before = value[name] ?? null
      copy[name] = visit(before, descend(below, name))
      if (copy[name] !== before) changed = true
    }
    if (!changed) return value
    context.sources.inherit(value, copy)
    return copy
  }
  return visit(tree, [rules]) as Tree
}

function dedupe(list: readonly Value[], index: Index, context: LoadContext): readonly Value[] {
  const places = new Map<string, number>()
  const kept: Value[] = []
  const from: number[] = []
  for (const [position, item] of list.entries()) {
    const id = index(item)
    const known = id === undefined ? undefined : places.get(id)
    const place = known ?? kept.length
    if (id !== undefined) places.set(id, place)
    kept[place] = item
    from[place] = position
  }
  if (kept.length === list.length) return list
  for (const [place, position] of from.entries()) context.sources.copy(list, position, kept, place)
  return kept
}
