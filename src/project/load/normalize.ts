import { isList, isTree, newTree, type Tree, type TreeBuilder, type Value } from '../tree.ts'
import type { LoadContext } from './context.ts'
import { cleanTarget } from './volumes.ts'

export interface NormalizeOptions {
  readonly projectName: string
  lookup(name: string): string | undefined
}

/** Makes implied things explicit: the default network, dependencies, names in the engine, values of variables. */
export function normalize(tree: Tree, options: NormalizeOptions, context: LoadContext): Tree {
  const copy: TreeBuilder = Object.assign(newTree(), tree)
  context.sources.inherit(tree, copy)
  const services = isTree(tree.services) ? tree.services : newTree()
  const normal = mapTree(services, (service) => (isTree(service) ? normalizeService(service, options, context) : service), context)
  copy.services = normal
  if (Object.values(normal).some((service) => isTree(service) && isTree(service.networks) && 'default' in service.networks)) {
    const networks = isTree(tree.networks) ? tree.networks : newTree()
    copy.networks = 'default' in networks ? networks : Object.assign(newTree(), networks, { default: null })
    context.sources.inherit(networks, copy.networks as Tree)
  }
  for (const section of ['networks', 'volumes', 'configs', 'secrets']) {
    const members = copy[section]
    if (isTree(members)) copy[section] = nameMembers(members, options.projectName, context)
  }
  for (const section of ['configs', 'secrets']) {
    const members = copy[section]
    if (isTree(members)) copy[section] = fillFromVariables(members, options, context)
  }
  copy.name = options.projectName
  return copy
}

function mapTree(tree: Tree, change: (value: Value, key: string) => Value, context: LoadContext): Tree {
  const copy = newTree()
  for (const key of Object.keys(tree)) copy[key] = change(tree[key] ?? null, key)
  context.sources.inherit(tree, copy)
  return copy
}

/** Names in the engine: `<project>_<key>`, or the key itself for what is external. */
function nameMembers(members: Tree, project: string, context: LoadContext): Tree {
  return mapTree(
    members,
    (member, key) => {
      const tree = isTree(member) ? member : newTree()
      if (tree.name !== undefined && tree.name !== '') return tree
      const named = Object.assign(newTree(), tree, { name: tree.external === true ? key : `${project}_${key}` })
      context.sources.inherit(tree, named)
      return named
    },
    context,
  )
}

/** Configs and secrets that name a variable take its value; without one, who uses them is told when a container is made. */
function fillFromVariables(members: Tree, options: NormalizeOptions, context: LoadContext): Tree {
  return mapTree(
    members,
    (member) => {
      const content = isTree(member) && typeof member.environment === 'string' ? options.lookup(member.environment) : undefined
      if (!isTree(member) || content === undefined) return member
      const filled = Object.assign(newTree(), member, { content })
      context.sources.inherit(member, filled)
      return filled
    },
    context,
  )
}

function normalizeService(service: Tree, options: NormalizeOptions, context: LoadContext): Tree {
  const copy: TreeBuilder = Object.assign(newTree(), service)
  context.sources.inherit(service, copy)
  if (service.provider === undefined && service.network_mode === undefined) {
    const networks = service.networks
    if (!isTree(networks) || Object.keys(networks).length === 0) copy.networks = Object.assign(newTree(), { default: null })
  }
  if (service.pull_policy === 'if_not_present') copy.pull_policy = 'missing'
  if (isTree(service.build)) copy.build = normalizeBuild(service.build, options, context)
  if (isTree(service.environment)) copy.environment = resolveVariables(service.environment, options, context)
  if (isList(service.volumes)) copy.volumes = cleanTargets(service.volumes, context)
  const dependencies = impliedDependencies(service)
  if (Object.keys(dependencies).length > 0) {
    const written = isTree(service.depends_on) ? service.depends_on : newTree()
    copy.depends_on = Object.assign(newTree(), dependencies, written)
    context.sources.inherit(written, copy.depends_on as Tree)
  }
  return copy
}

function normalizeBuild(build: Tree, options: NormalizeOptions, context: LoadContext): Tree {
  const copy: TreeBuilder = Object.assign(newTree(), build)
  context.sources.inherit(build, copy)
  if (copy.dockerfile === undefined && copy.dockerfile_inline === undefined) copy.dockerfile = 'Dockerfile'
  if (isTree(build.args)) {
    const args = resolveVariables(build.args, options, context)
    // An argument nobody gives a value is none: the Dockerfile's default counts.
    const known = newTree()
    for (const key of Object.keys(args)) if (args[key] !== null) known[key] = args[key] ?? null
    context.sources.inherit(args, known)
    copy.args = known
  }
  return copy
}

function resolveVariables(variables: Tree, options: NormalizeOptions, context: LoadContext): Tree {
  return mapTree(variables, (value, key) => (value === null ? (options.lookup(key) ?? null) : value), context)
}

function cleanTargets(mounts: readonly Value[], context: LoadContext): readonly Value[] {
  const cleaned = mounts.map((mount) => {
    if (!isTree(mount) || typeof mount.target !== 'string' || mount.target === '') return mount
    const target = cleanTarget(mount.target)
    if (target === mount.target) return mount
    const copy = Object.assign(newTree(), mount, { target })
    context.sources.inherit(mount, copy)
    return copy
  })
  context.sources.inherit(mounts, cleaned)
  return cleaned
}

/** Links, shared namespaces and volumes_from need the other service to be there. */
function impliedDependencies(service: Tree): TreeBuilder {
  const found = newTree()
  const add = (name: string, restart: boolean): void => {
    if (name in found) return
    found[name] = Object.assign(newTree(), { condition: 'service_started', required: true, ...(restart ? { restart } : {}) })
  }
  for (const link of textsOf(service.links)) add(link.split(':')[0] ?? '', true)
  for (const key of ['network_mode', 'ipc', 'pid', 'uts', 'cgroup']) {
    const value = service[key]
    if (typeof value === 'string' && value.startsWith('service:')) add(value.slice('service:'.length), true)
  }
  for (const from of textsOf(service.volumes_from)) if (!from.startsWith('container:')) add(from.split(':')[0] ?? '', false)
  return found
}

function textsOf(value: Value | undefined): readonly string[] {
  return isList(value) ? value.filter((item) => typeof item === 'string') : []
}
