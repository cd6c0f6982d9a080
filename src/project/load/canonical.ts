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
  type TreeBuilder,
  type Value,
} from '../tree.ts'
import { type LoadContext, reportAt } from './context.ts'
import { asBuild, keyValues, namesToMap, toList } from './merge.ts'
import { expandPort } from './ports.ts'
import { scalarToString } from './scalar.ts'
import { expandVolume, splitVolume, volumeProblem } from './volumes.ts'

/* Short forms to long ones: a table of path pattern -> function. Every function takes one value and gives another. */

interface Place {
  readonly root: Tree
  readonly path: Path
  readonly context: LoadContext
}

type Expand = (value: Value, place: Place) => Value

const pairs: Expand = (value, { context }) => (value === null ? value : keyValues(value, context))
/** `- A = b` names a variable nobody can mean; as a map key it is taken at its word. */
const variables: Expand = (value, place) => {
  for (const [index, item] of isList(value) ? value.entries() : []) {
    const [name = ''] = typeof item === 'string' ? item.split('=', 1) : []
    if (!/\s$/.test(name)) continue
    const message = `the name of variable ${JSON.stringify(name)} ends with a space`
    report(place, [...place.path, index], 'BAD_VALUE', message, `write ${name.trim()}=VALUE, without spaces around the sign`)
  }
  return pairs(value, place)
}
const strings: Expand = (value) => (typeof value === 'string' ? [value] : value)
/** Empty addresses, as variables without value give them, are none. */
const servers: Expand = (value) => (isList(value) ? value : [value]).filter((server) => server !== '' && server !== null)
const names =
  (member: () => Value): Expand =>
  (value, { context }) =>
    isList(value) ? namesToMap(value, member, context) : value

/** A part of a short form may be a variable with colons of its own: `${PORT:-80}:80`. */
const hasVariable = (value: Value, { keepsVariables }: LoadContext): boolean =>
  keepsVariables && typeof value === 'string' && value.includes('${')

function object(members: Readonly<Record<string, Value>>): TreeBuilder {
  return Object.assign(newTree(), members)
}

const grant: Expand = (value) => (typeof value === 'string' ? object({ source: value }) : value)

const envFiles: Expand = (value, { context }) => {
  if (value === null) return value
  const items = toList(value)
  const expanded = items.map((item) =>
    typeof item === 'string'
      ? object({ path: item, required: true })
      : isTree(item) && item.required === undefined
        ? object({ ...item, required: true })
        : item,
  )
  context.sources.inherit(items, expanded)
  return expanded
}

const dependencies: Expand = (value, place) => {
  const map = names(() => object({ condition: 'service_started', required: true }))(value, place)
  if (!isTree(map)) return map
  const copy = newTree()
  for (const [name, dependency] of Object.entries(map)) {
    const complete = isTree(dependency) && dependency.required === undefined ? object({ ...dependency, required: true }) : dependency
    if (isTree(dependency) && isTree(complete)) place.context.sources.inherit(dependency, complete)
    copy[name] = complete
  }
  place.context.sources.inherit(map, copy)
  return copy
}

const ports: Expand = (value, place) => {
  if (!isList(value)) return value
  const expanded: Value[] = []
  for (const [index, item] of value.entries()) {
    if (isTree(item) || hasVariable(item, place.context)) {
      place.context.sources.copy(value, index, expanded, expanded.length)
      expanded.push(isTree(item) ? longPort(item, place.context) : item)
      continue
    }
    const result = expandPort(scalarToString(item as string))
    if ('problem' in result) {
      report(
        place,
        [...place.path, index],
        'BAD_PORT',
        result.problem,
        'write HOST:CONTAINER, IP:HOST:CONTAINER or CONTAINER, with an optional /udp',
      )
      continue
    }
    for (const port of result.ports) {
      place.context.sources.copy(value, index, expanded, expanded.length)
      expanded.push(port)
    }
  }
  return expanded
}

function longPort(port: Tree, context: LoadContext): Tree {
  const complete = object({ ...port })
  complete.protocol ??= 'tcp'
  complete.mode ??= 'ingress'
  if (typeof complete.published === 'number') complete.published = String(complete.published)
  context.sources.inherit(port, complete)
  return complete
}

const volume: Expand = (value, place) => {
  if (typeof value !== 'string') return value
  const parts = splitVolume(value)
  if (parts !== undefined) return expandVolume(parts)
  const reasons = { empty: 'empty volume', 'empty section': 'empty section between colons', 'too many colons': 'too many colons' }
  report(
    place,
    place.path,
    'BAD_VOLUME',
    `invalid volume ${JSON.stringify(value)}: ${reasons[volumeProblem(value)]}`,
    'write SOURCE:TARGET or SOURCE:TARGET:ro',
  )
  return value
}

const device: Expand = (value, place) => {
  if (typeof value !== 'string') return value
  const parts = value.split(':')
  const [source = '', target = source, permissions = 'rwm'] = parts
  if (parts.length > 3) report(place, place.path, 'BAD_DEVICE', `confusing device mapping, please use long syntax: ${value}`)
  return object({ source, target, permissions })
}

const gpus: Expand = (value) => (value === 'all' ? [object({ count: 'all' })] : value)

const ssh: Expand = (value, { context }) => {
  if (value === null) return value
  const map = typeof value === 'string' ? keyValues([value], context) : keyValues(value, context)
  return mapMembers(map, (member) => member ?? '', context)
}

const build: Expand = (value) => (value === null ? value : asBuild(value))

const hosts: Expand = (value, place) => {
  if (value === null || (isList(value) && value.some((item) => hasVariable(item, place.context)))) return value
  const items = isTree(value)
    ? Object.entries(value).flatMap(([host, to]) => (isList(to) ? to : [to]).map((one) => [host, String(one ?? '')] as const))
    : []
  if (isList(value)) {
    for (const [index, item] of value.entries()) {
      const text = String(item)
      const at = text.includes('=') ? text.indexOf('=') : text.indexOf(':')
      if (at === -1) report(place, [...place.path, index], 'BAD_HOST', `invalid additional host, missing IP: ${text}`, 'write NAME=ADDRESS')
      else items.push([text.slice(0, at).trim(), text.slice(at + 1).trim()] as const)
    }
  }
  const map = new Map<string, string[]>()
  for (const [host, address] of items) map.set(host, [...(map.get(host) ?? []), address.replace(/^\[(.*)\]$/, '$1')])
  return object(Object.fromEntries(map))
}

/** A watch rule with several paths is several rules. */
const watch: Expand = (value) =>
  isList(value)
    ? value.flatMap((rule) => (isTree(rule) && isList(rule.path) ? rule.path.map((path) => object({ ...rule, path })) : [rule]))
    : value

const healthTest: Expand = (value) => (typeof value === 'string' ? ['CMD-SHELL', value] : value)

const providerOptions: Expand = (value, { context }) =>
  isTree(value)
    ? mapMembers(value, (member) => (isList(member) ? member : [member]).map((item) => scalarToString(item as string)), context)
    : value

/** `external: {name: x}` is `external: true` and `name: x`. */
const external: Expand = (value, place) => {
  if (value === null) return newTree()
  if (!isTree(value) || value.external === undefined) return value
  const old = value.external
  if (!isTree(old)) return value
  const kind = String(place.path[0])
  place.context.report({
    severity: 'warning',
    code: 'DEPRECATED',
    message: `${formatPath(place.path)}: external.name is deprecated. Please set name and external: true`,
    path: formatPath(place.path),
  })
  const name = old.name ?? null
  if (value.name !== undefined && name !== null && value.name !== name) {
    report(
      place,
      [...place.path, 'external'],
      'CONFLICT',
      `${formatPath(place.path)}: name and external.name conflict; only use name`,
      `remove ${kind}.${String(place.path[1])}.external.name`,
    )
  }
  const copy = object({ ...value, external: true, ...(name === null ? {} : { name }) })
  place.context.sources.inherit(value, copy)
  return copy
}

function mapMembers(tree: Tree, change: (value: Value) => Value, context: LoadContext): Tree {
  const copy = newTree()
  for (const [key, value] of Object.entries(tree)) copy[key] = change(value)
  context.sources.inherit(tree, copy)
  return copy
}

const inService = (table: Readonly<Record<string, Expand>>): Record<string, Expand> =>
  Object.fromEntries(Object.entries(table).map(([path, expand]) => [`services.*.${path}`, expand]))

const rules: RuleNode<Expand> = compileRules<Expand>({
  ...inService({
    annotations: pairs,
    build,
    'build.additional_contexts': pairs,
    'build.args': variables,
    'build.extra_hosts': hosts,
    'build.labels': pairs,
    'build.no_cache_filter': strings,
    'build.secrets.*': grant,
    'build.ssh': ssh,
    'configs.*': grant,
    depends_on: dependencies,
    'deploy.labels': pairs,
    'deploy.resources.reservations.devices.*.options': pairs,
    'develop.watch': watch,
    'develop.watch.*.exec.environment': variables,
    'develop.watch.*.ignore': strings,
    'develop.watch.*.include': strings,
    'devices.*': device,
    dns: servers,
    dns_search: strings,
    env_file: envFiles,
    environment: variables,
    extra_hosts: hosts,
    gpus,
    'healthcheck.test': healthTest,
    label_file: strings,
    labels: pairs,
    models: names(() => null),
    networks: names(() => null),
    ports,
    'post_start.*.environment': variables,
    'pre_start.*.environment': variables,
    'pre_stop.*.environment': variables,
    'provider.options': providerOptions,
    'secrets.*': grant,
    sysctls: pairs,
    tmpfs: strings,
    'volumes.*': volume,
    'volumes.*.volume.labels': pairs,
  }),
  'networks.*': external,
  'networks.*.labels': pairs,
  'volumes.*': external,
  'volumes.*.labels': pairs,
  'secrets.*': external,
  'secrets.*.labels': pairs,
  'configs.*': external,
  'configs.*.labels': pairs,
})

function report(place: Place, path: Path, code: string, message: string, hint?: string): void {
  reportAt(place.context, { root: place.root, path, code, message: `${formatPath(path)}: ${message}`, hint })
}

/** Expands every short form. Running it on its own result changes nothing. */
export function toCanonical(tree: Tree, context: LoadContext): Tree {
  const visit = (given: Value, path: Path, below: readonly RuleNode<Expand>[]): Value => {
    if (below.length === 0) return given
    const expand = ruleOf(below)
    const value = expand === undefined ? given : expand(given, { root: tree, path, context })
    if (isList(value)) {
      const items = value.map((item, index) => visit(item, [...path, index], descend(below, index)))
      context.sources.inherit(value, items)
      return items
    }
    if (!isTree(value)) return value
    const copy = newTree()
    for (const key of Object.keys(value)) copy[key] = visit(value[key] ?? null, [...path, key], descend(below, key))
    context.sources.inherit(value, copy)
    return copy
  }
  return visit(tree, [], [rules]) as Tree
}
