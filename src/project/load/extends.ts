import { dirname, isAbsolute, join } from 'node:path'
import { didYouMean } from '../diagnostic.ts'
import { locate } from '../source-map.ts'
import { formatPath, isTree, newTree, type Path, type Tree } from '../tree.ts'
import { toCanonical } from './canonical.ts'
import { type LoadContext, reportAt } from './context.ts'
import { applyDirectives } from './directives.ts'
import { interpolate } from './interpolate.ts'
import { mergeFiles, mergeServices } from './merge.ts'
import { type Directive, parseFile } from './parse.ts'
import { resolvePaths } from './paths.ts'
import type { ReadOptions } from './read-options.ts'
import { isRemote, remoteFile } from './remote.ts'
import { keepUnique } from './unique.ts'

interface Run {
  readonly options: ReadOptions
  readonly context: LoadContext
  /** What is finished already: a chain costs each of its services once, and a file is read once. */
  readonly done: Map<Place, Map<string, Tree>>
  readonly files: Map<string, Base>
}

/** Replaces every service that extends another by the merge of both. */
export function applyExtends(tree: Tree, directives: readonly Directive[], file: string, options: ReadOptions, context: LoadContext): Tree {
  const services = tree.services
  if (!isTree(services)) return tree
  if (!Object.values(services).some((service) => isTree(service) && service.extends !== undefined)) return tree
  const extended = newTree()
  const place = { tree, services, file }
  const run: Run = { options, context, done: new Map(), files: new Map() }
  for (const name of Object.keys(services)) extended[name] = extendService(name, { place, directives }, run) ?? null
  context.sources.inherit(services, extended)
  const result = Object.assign(newTree(), tree, { services: extended })
  context.sources.inherit(tree, result)
  return result
}

interface Place {
  readonly tree: Tree
  readonly services: Tree
  readonly file: string
}

/** Where a service is taken from, with the directives of all documents there. */
interface Base {
  readonly place: Place
  readonly directives: readonly Directive[]
}

/** A service on the way to the one that extends nothing. */
interface Link {
  readonly name: string
  readonly service: Tree
  /** Where it is written, and the `!reset` and `!override` there. */
  readonly from: Base
  readonly extended: string
  readonly base: Base
}

/** The service with everything it extends; undefined where there is none. Chains may be long: no recursion. */
function extendService(first: string, start: Base, run: Run): Tree | undefined {
  const links: Link[] = []
  const seen = new Set<string>()
  let name = first
  let from = start
  let found: Tree | undefined
  for (;;) {
    const service = from.place.services[name]
    found = isTree(service) ? (run.done.get(from.place)?.get(name) ?? service) : undefined
    const reference = found === service && found !== undefined ? readReference(found) : undefined
    if (found === undefined || reference === undefined) break
    if (seen.has(`${from.place.file}\n${name}`)) {
      failOnCycle(links, name, from, run)
      break
    }
    seen.add(`${from.place.file}\n${name}`)
    const base = findBase(reference, name, from, run)
    if (base === undefined) break
    links.push({ name, service: found, from, extended: reference.service, base })
    name = reference.service
    from = base
  }
  for (const link of links.reverse()) found = found === undefined ? link.service : extendBy(found, link, run)
  return found
}

function failOnCycle(links: readonly Link[], name: string, from: Base, run: Run): void {
  const chain = [...links, { name, from }].map((link) => `${link.name} in ${link.from.place.file}`)
  fail(run, from.place, ['services', name, 'extends'], 'EXTENDS_CYCLE', `Circular reference: ${chain.join(' extends ')}`)
}

function extendBy(found: Tree, { name, service, from, extended, base }: Link, run: Run): Tree {
  const { sources } = run.context
  const { place } = from
  const cleaned = applyDirectives(
    found,
    from.directives.flatMap((directive) => relativeTo(directive, name)),
  )
  sources.inherit(found, cleaned)
  const passed = sources.pass(cleaned, () => ({
    kind: 'extends',
    at: locate(sources, place.tree, ['services', name, 'extends']),
    from: `service ${extended} of ${base.place.file}`,
    envFiles: [],
  }))
  const merged = mergeServices(passed, service, name, run.context)
  const { extends: _done, ...rest } = merged
  const result = Object.assign(newTree(), rest)
  sources.inherit(merged, result)
  const finished = run.done.get(place) ?? new Map<string, Tree>()
  run.done.set(place, finished.set(name, result))
  return result
}

function relativeTo(directive: Directive, name: string): readonly Directive[] {
  const [section, service, ...path] = directive.path
  return section === 'services' && service === name && path.length > 0 ? [{ kind: directive.kind, path }] : []
}

interface Reference {
  readonly service: string
  readonly file: string | undefined
}

function readReference(service: Tree): Reference | undefined {
  const written = service.extends
  if (typeof written === 'string') return { service: written, file: undefined }
  if (!isTree(written) || typeof written.service !== 'string') return undefined
  return { service: written.service, file: typeof written.file === 'string' ? written.file : undefined }
}

function findBase(reference: Reference, name: string, from: Base, run: Run): Base | undefined {
  const { place } = from
  const at: Path = ['services', name, 'extends']
  if (reference.file === undefined) {
    if (reference.service in place.services) return from
    const meant = didYouMean(reference.service, Object.keys(place.services))
    const hint = meant === undefined ? undefined : `did you mean \`${meant}\`?`
    fail(
      run,
      place,
      at,
      'UNDEFINED_SERVICE',
      `cannot extend service ${JSON.stringify(name)} in ${place.file}: service ${JSON.stringify(reference.service)} not found`,
      hint,
    )
    return undefined
  }
  const path = localPath(reference.file, run.options)
  if (run.options.reader.readText(path) === undefined) {
    fail(run, place, [...at, 'file'], 'COMPOSE_FILE_NOT_FOUND', `${path}: no such file`)
    return undefined
  }
  const other = run.files.get(path) ?? readExtended(path, run)
  run.files.set(path, other)
  if (reference.service in other.place.services) return other
  const meant = didYouMean(reference.service, Object.keys(other.place.services))
  fail(
    run,
    place,
    [...at, 'service'],
    'UNDEFINED_SERVICE',
    `cannot extend service ${JSON.stringify(name)} in ${place.file}: service ${JSON.stringify(reference.service)} not found in ${path}`,
    meant === undefined ? undefined : `did you mean \`${meant}\`?`,
  )
  return undefined
}

function localPath(file: string, { directory, remotes }: ReadOptions): string {
  if (isRemote(file)) return remoteFile(file, remotes)
  return isAbsolute(file) ? file : join(directory, file)
}

/** The file a service is taken from: canonical, with paths that start from its own directory. */
function readExtended(path: string, run: Run): Base {
  const { options, context } = run
  let tree: Tree = newTree()
  const directives: Directive[] = []
  for (const document of parseFile(options.reader.readSource(path), context)) {
    const interpolated = interpolate(document.tree, { lookup: options.lookup, enabled: options.interpolation }, context)
    tree = keepUnique(mergeFiles(applyDirectives(tree, document.directives), interpolated, context), context)
    directives.push(...document.directives)
  }
  context.stopOnErrors()
  const resolved = resolvePaths(keepUnique(toCanonical(tree, context), context), { directory: dirname(path), home: options.home }, context)
  const services = resolved.services
  return { place: { tree: resolved, services: isTree(services) ? services : newTree(), file: path }, directives }
}

function fail(run: Run, place: Place, path: Path, code: string, message: string, hint?: string): void {
  reportAt(run.context, { root: place.tree, path, code, message: message === '' ? formatPath(path) : message, hint })
}
