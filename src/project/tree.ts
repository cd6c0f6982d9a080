/*
 * Compose files as plain trees: what YAML gives, before the typed model. Trees are never changed in place;
 * a phase takes one and returns another. Maps have no prototype, so that a service may be called `constructor`.
 */

export type Scalar = null | boolean | number | string
export type Value = Scalar | List | Tree
export type List = readonly Value[]
export interface Tree {
  readonly [key: string]: Value
}
export type TreeBuilder = Record<string, Value>
export type Path = readonly (string | number)[]

export function newTree(): TreeBuilder {
  return Object.create(null) as TreeBuilder
}

export function isTree(value: Value | undefined): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isList(value: Value | undefined): value is List {
  return Array.isArray(value)
}

/** `services.web.ports[0]`, as messages show it. */
export function formatPath(path: Path): string {
  let text = ''
  for (const part of path) text += typeof part === 'number' ? `[${part}]` : text === '' ? part : `.${part}`
  return text
}

/** The value at a path, or undefined. */
export function valueAt(root: Value, path: Path): Value | undefined {
  let value: Value | undefined = root
  for (const part of path) {
    if (isList(value)) value = value[Number(part)]
    else if (isTree(value)) value = value[part]
    else return undefined
  }
  return value
}

/** True where both are the same data. */
export function equalValues(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true
  if (isList(a) && isList(b)) return a.length === b.length && a.every((item, index) => equalValues(item, b[index]))
  if (isTree(a) && isTree(b)) {
    const keys = Object.keys(a)
    return keys.length === Object.keys(b).length && keys.every((key) => key in b && equalValues(a[key], b[key]))
  }
  return false
}

// ---------------------------------------------------------------- rules: path pattern -> something

/** A table of rules compiled for walking: `*` matches one key or index. */
export interface RuleNode<R> {
  readonly rule: R | undefined
  readonly children: ReadonlyMap<string, RuleNode<R>>
}

interface MutableRuleNode<R> {
  rule: R | undefined
  children: Map<string, MutableRuleNode<R>>
}

/** Compiles `services.*.ports` -> rule. */
export function compileRules<R>(table: Readonly<Record<string, R>>): RuleNode<R> {
  const root: MutableRuleNode<R> = { rule: undefined, children: new Map() }
  for (const [pattern, rule] of Object.entries(table)) {
    let node = root
    for (const part of pattern.split('.')) {
      let next = node.children.get(part)
      if (next === undefined) {
        next = { rule: undefined, children: new Map() }
        node.children.set(part, next)
      }
      node = next
    }
    node.rule = rule
  }
  return root
}

/** The rules one step down; a literal key and `*` may both apply, the literal one comes first. */
export function descend<R>(nodes: readonly RuleNode<R>[], part: string | number): readonly RuleNode<R>[] {
  const found: RuleNode<R>[] = []
  for (const node of nodes) {
    const literal = typeof part === 'string' ? node.children.get(part) : undefined
    if (literal !== undefined) found.push(literal)
    const any = node.children.get('*')
    if (any !== undefined && any !== literal) found.push(any)
  }
  return found
}

export function ruleOf<R>(nodes: readonly RuleNode<R>[]): R | undefined {
  for (const node of nodes) if (node.rule !== undefined) return node.rule
  return undefined
}
