import {
  compileRules,
  descend,
  formatPath,
  isList,
  isTree,
  newTree,
  type Path,
  type RuleNode,
  ruleOf,
  type Tree,
  type Value,
  valueAt,
} from '../tree.ts'
import { type LoadContext, reportAt } from './context.ts'
import { scalarToString } from './scalar.ts'

/*
 * Merging one file over what was loaded before (and a service over the one it extends): maps merge deep, lists are
 * appended (unique.ts then drops what is there twice), scalars are replaced; the exceptions are this table.
 */

interface MergeRun {
  readonly context: LoadContext
  readonly root: Tree
  merge(base: Value, over: Value, path: Path, rules: readonly RuleNode<Merger>[]): Value
}

type Merger = (base: Value, over: Value, path: Path, run: MergeRun, rules: readonly RuleNode<Merger>[]) => Value

const replace: Merger = (_base, over) => over
const asList: Merger = (base, over, _path, run) => appendLists(toList(base), toList(over), run.context)
/** Members are replaced, by nothing too: `KEY:` over `KEY: value` asks for the variable of the environment. */
const asMap: Merger = (base, over, _path, run) => {
  const [before, after] = [keyValues(base, run.context), keyValues(over, run.context)]
  const merged = Object.assign(newTree(), before, after)
  run.context.sources.inherit(before, merged)
  run.context.sources.inherit(after, merged)
  return merged
}
const asNames =
  (member: () => Value): Merger =>
  (base, over, path, run, rules) =>
    mergeTrees(namesToMap(base, member, run.context), namesToMap(over, member, run.context), path, run, rules)
const started = (): Value => Object.assign(newTree(), { condition: 'service_started', required: true })

const rules: RuleNode<Merger> = compileRules<Merger>({
  'networks.*.ipam.config': mergePools,
  'networks.*.labels': asMap,
  'volumes.*.labels': asMap,
  'services.*.annotations': asMap,
  'services.*.build': (base, over, path, run, below) => mergeTrees(asBuild(base), asBuild(over), path, run, below),
  'services.*.build.args': asMap,
  'services.*.build.additional_contexts': asMap,
  'services.*.build.extra_hosts': mergeHosts,
  'services.*.build.labels': asMap,
  'services.*.command': replace,
  'services.*.depends_on': asNames(started),
  'services.*.deploy.labels': asMap,
  'services.*.dns': asList,
  'services.*.dns_opt': asList,
  'services.*.dns_search': asList,
  'services.*.entrypoint': replace,
  'services.*.env_file': asList,
  'services.*.environment': asMap,
  'services.*.extra_hosts': mergeHosts,
  'services.*.healthcheck.test': replace,
  'services.*.label_file': asList,
  'services.*.labels': asMap,
  'services.*.logging': mergeLogging,
  'services.*.models': asNames(() => null),
  'services.*.networks': asNames(() => null),
  'services.*.sysctls': asMap,
  'services.*.tmpfs': asList,
  'services.*.ulimits.*': (base, over, path, run, below) =>
    isTree(base) && isTree(over) ? mergeTrees(base, over, path, run, below) : over,
  'services.*.volumes.*.volume.labels': asMap,
})

/** Merges a whole file. What cannot be merged is reported at the value that does not fit. */
export function mergeFiles(base: Tree, over: Tree, context: LoadContext): Tree {
  return mergeAt(base, over, [], context)
}

/** Merges a service over the service it extends. */
export function mergeServices(base: Tree, over: Tree, name: string, context: LoadContext): Tree {
  return mergeAt(base, over, ['services', name], context)
}

function mergeAt(base: Tree, over: Tree, path: Path, context: LoadContext): Tree {
  const run: MergeRun = {
    context,
    root: over,
    merge: (left, right, at, below) => mergeValues(left, right, at, run, below),
  }
  let below: readonly RuleNode<Merger>[] = [rules]
  for (const part of path) below = descend(below, part)
  return mergeTrees(base, over, path, run, below)
}

function mergeValues(base: Value, over: Value, path: Path, run: MergeRun, below: readonly RuleNode<Merger>[]): Value {
  const special = ruleOf(below)
  if (over === null && special !== replace) return base
  if (base === null) return over
  if (special !== undefined) return special(base, over, path, run, below)
  if (isTree(base) && isTree(over)) return mergeTrees(base, over, path, run, below)
  if (isList(base) && isList(over)) return appendLists(base, over, run.context)
  if (isTree(base) || isList(base)) {
    const kind = isTree(base) ? 'a map' : 'a list'
    // The finding is about the later file: paths into it start where the merge started.
    const relative = path.slice(path.length - depthOf(run.root, path))
    reportAt(run.context, {
      root: run.root,
      path: relative,
      code: 'CANNOT_OVERRIDE',
      message: `cannot override ${formatPath(path)}: it is ${kind} in the file before`,
    })
    return base
  }
  return over
}

function depthOf(root: Tree, path: Path): number {
  for (let length = path.length; length > 0; length--) if (valueAt(root, path.slice(path.length - length)) !== undefined) return length
  return 0
}

function mergeTrees(base: Tree, over: Tree, path: Path, run: MergeRun, below: readonly RuleNode<Merger>[]): Tree {
  const merged = Object.assign(newTree(), base)
  const { sources } = run.context
  sources.inherit(base, merged)
  for (const key of Object.keys(over)) {
    const value = over[key] ?? null
    const before = base[key]
    merged[key] = before === undefined ? value : run.merge(before, value, [...path, key], descend(below, key))
    if (value !== null || before === undefined) sources.copy(over, key, merged, key)
  }
  return merged
}

function appendLists(base: readonly Value[], over: readonly Value[], context: LoadContext): readonly Value[] {
  const merged = [...base, ...over]
  context.sources.inherit(base, merged)
  for (const index of over.keys()) context.sources.copy(over, index, merged, base.length + index)
  return merged
}

// ---------------------------------------------------------------- one form for both sides

/** Text becomes a list of one. */
export function toList(value: Value): readonly Value[] {
  if (isList(value)) return value
  if (isTree(value))
    return Object.entries(value).map(([key, member]) => (member === null ? key : `${key}=${scalarToString(member as string)}`))
  if (value === null) return []
  return [value]
}

/** `K=V` items become members; a bare key has no value. */
export function keyValues(value: Value, context: LoadContext, separator: RegExp = /=/): Tree {
  if (isTree(value)) return value
  const tree = newTree()
  for (const [index, item] of (isList(value) ? value : []).entries()) {
    const written = scalarToString(isTree(item) || isList(item) ? '' : item)
    const at = written.search(separator)
    const key = at === -1 ? written : written.slice(0, at)
    tree[key] = at === -1 ? null : written.slice(at + 1)
    context.sources.copy(value as object, index, tree, key)
  }
  return tree
}

/** A list of names becomes a map of them. */
export function namesToMap(value: Value, member: () => Value, context: LoadContext): Tree {
  if (isTree(value)) return value
  const tree = newTree()
  for (const [index, name] of (isList(value) ? value : []).entries()) {
    if (typeof name !== 'string') continue
    tree[name] = member()
    context.sources.copy(value as object, index, tree, name)
  }
  return tree
}

/** `build: dir` is `build: {context: dir}`. */
export function asBuild(value: Value): Tree {
  if (isTree(value)) return value
  const tree = newTree()
  if (value !== null) tree.context = value
  return tree
}

function hostItems(value: Value): readonly Value[] {
  if (isList(value)) return value
  if (!isTree(value)) return []
  return Object.entries(value).flatMap(([host, address]) => (isList(address) ? address : [address]).map((one) => `${host}=${String(one)}`))
}

function mergeHosts(base: Value, over: Value, _path: Path, run: MergeRun): Value {
  const before = hostItems(base)
  return appendLists(
    before,
    hostItems(over).filter((item) => !before.includes(item)),
    run.context,
  )
}

/** Options are merged only while the driver is the same, or one side does not say. */
function mergeLogging(base: Value, over: Value, path: Path, run: MergeRun, below: readonly RuleNode<Merger>[]): Value {
  if (!isTree(base) || !isTree(over)) return over
  const [before, after] = [base.driver, over.driver]
  return before === undefined || after === undefined || before === after ? mergeTrees(base, over, path, run, below) : over
}

/** Address pools are the same pool when the subnet is. */
function mergePools(base: Value, over: Value, path: Path, run: MergeRun, below: readonly RuleNode<Merger>[]): Value {
  if (!isList(base) || !isList(over)) return over
  const pools: Value[] = []
  const subnetOf = (pool: Value): Value | undefined => (isTree(pool) ? pool.subnet : undefined)
  const put = (pool: Value, overwrite: boolean): void => {
    const known = pools.findIndex((other) => subnetOf(other) === subnetOf(pool))
    if (known === -1) pools.push(pool)
    else if (overwrite) pools[known] = pool
  }
  for (const before of base) {
    for (const after of over) {
      if (!isTree(before) || !isTree(after) || subnetOf(before) !== subnetOf(after)) put(after, false)
      else put(mergeTrees(before, after, path, run, below), true)
    }
  }
  return pools
}
