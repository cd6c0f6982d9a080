import { posix } from 'node:path'
import { compileRules, descend, isList, isTree, newTree, type RuleNode, ruleOf, type Tree, type Value } from '../tree.ts'
import type { LoadContext } from './context.ts'

export interface PathOptions {
  readonly directory: string
  /** What `~` stands for. */
  readonly home: string | undefined
}

type Resolve = (value: Value, options: PathOptions) => Value

const absolute: Resolve = (value, { directory, home }) => {
  if (typeof value !== 'string' || value === '') return value
  if (home !== undefined && (value === '~' || value.startsWith('~/'))) return joined(home, value.slice(1))
  return posix.isAbsolute(value) ? value : joined(directory, value)
}

/** A slash at the end would make another path of `./data/` than of `./data`. */
const joined = (directory: string, path: string): string => posix.resolve(directory, `.${posix.sep}${path}`)

/** Volumes and grants may name Windows paths: those are left alone. */
const hostPath: Resolve = (value, options) =>
  typeof value === 'string' && /^(?:[a-zA-Z]:[\\/]|\\\\)/.test(value) ? value : absolute(value, options)

const remoteContext = /:\/\/|^(?:service:|github\.com\/|git@)/

const buildContext: Resolve = (value, options) =>
  typeof value === 'string' && remoteContext.test(value) ? value : absolute(value, options)

const bindSource: Resolve = (value, options) => {
  if (!isTree(value) || value.type !== 'bind' || value.source === undefined) return value
  return Object.assign(newTree(), value, { source: hostPath(value.source, options) })
}

const boundVolume: Resolve = (value, options) => {
  if (!isTree(value) || value.driver !== 'local' || !isTree(value.driver_opts)) return value
  const driverOptions = value.driver_opts
  if (driverOptions.o !== 'bind' || driverOptions.device === undefined) return value
  return Object.assign(newTree(), value, {
    driver_opts: Object.assign(newTree(), driverOptions, { device: hostPath(driverOptions.device, options) }),
  })
}

const sshKey: Resolve = (value, options) => (value === '' ? value : hostPath(value, options))

const rules: RuleNode<Resolve> = compileRules<Resolve>({
  'services.*.build.context': buildContext,
  'services.*.build.additional_contexts.*': buildContext,
  'services.*.build.ssh.*': sshKey,
  'services.*.env_file.*.path': absolute,
  'services.*.label_file.*': absolute,
  'services.*.extends.file': absolute,
  'services.*.develop.watch.*.path': absolute,
  'services.*.volumes.*': bindSource,
  'configs.*.file': hostPath,
  'secrets.*.file': hostPath,
  'volumes.*': boundVolume,
})

/** Makes the paths of a canonical tree absolute. */
export function resolvePaths(tree: Tree, options: PathOptions, context: LoadContext): Tree {
  const visit = (value: Value, below: readonly RuleNode<Resolve>[]): Value => {
    if (below.length === 0) return value
    const rule = ruleOf(below)
    if (rule !== undefined) {
      const resolved = rule(value, options)
      if (resolved !== value && isTree(value) && isTree(resolved)) context.sources.inherit(value, resolved)
      return resolved
    }
    if (isList(value)) {
      const items = value.map((item, index) => visit(item, descend(below, index)))
      context.sources.inherit(value, items)
      return items
    }
    if (!isTree(value)) return value
    const copy = newTree()
    for (const key of Object.keys(value)) copy[key] = visit(value[key] ?? null, descend(below, key))
    context.sources.inherit(value, copy)
    return copy
  }
  return visit(tree, [rules]) as Tree
}
