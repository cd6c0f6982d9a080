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

interface Step {
  readonly file: string
  readonly service: string
}

interface Run {
  readonly options: ReadOptions
  readonly context: LoadContext
  readonly steps: readonly Step[]
  /** `!reset` and `!override` of the files on the way, as they apply to the service that is extended. */
  readonly directives: readonly Directive[]
}

/** Replaces every service that extends another by the merge of both. */
export function applyExtends(tree: Tree, directives: readonly Directive[], file: string, options: ReadOptions, context: LoadContext): Tree {
  const services = tree.services
  if (!isTree(services)) return tree
  if (!Object.values(services).some((service) => isTree(service) && service.extends !== undefined)) return tree
  const extended = newTree()
  for (const name of Object.keys(services)) {
    extended[name] = extendService(name, { tree, services, file }, { options, context, steps: [], directives }) ?? null
  }
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

function extendService(name: string, place: Place, run: Run): Tree | undefined {
  const service = place.services[name]
  if (!isTree(service)) return undefined
  const reference = readReference(service)
  if (reference === undefined) return service
  const at: Path = ['services', name, 'extends']
  if (run.steps.some((step) => step.file === place.file && step.service === name)) {
    const chain = [...run.steps, { file: place.file, service: name }].map((step) => `${step.service} in ${step.file}`)
    fail(run, place, at, 'EXTENDS_CYCLE', `Circular reference: ${chain.join(' extends ')}`)
    return service
  }
  const base = findBase(reference, name, place, run)
  if (base === undefined) return service
  const steps = [...run.steps, { file: place.file, service: name }]
  const found = extendService(reference.service, base.place, { ...run, steps, directives: base.directives })
  if (found === undefined) return service
  const cleaned = applyDirectives(
    found,
    run.directives.flatMap((directive) => relativeTo(directive, name)),
  )
  run.context.sources.inherit(found, cleaned)
  const passed = run.context.sources.pass(cleaned, () => ({
    kind: 'extends',
    at: locate(run.context.sources, place.tree, at),
    from: `service ${reference.service} of ${base.place.file}`,
    envFiles: [],
  }))
  const merged = mergeServices(passed, service, name, run.context)
  const { extends: _done, ...rest } = merged
  const result = Object.assign(newTree(), rest)
  run.context.sources.inherit(merged, result)
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

function findBase(
  reference: Reference,
  name: string,
  place: Place,
  run: Run,
): { readonly place: Place; readonly directives: readonly Directive[] } | undefined {
  const at: Path = ['services', name, 'extends']
  if (reference.file === undefined) {
    if (reference.service in place.services) return { place, directives: run.directives }
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
  const other = readExtended(path, run)
  if (other === undefined) return undefined
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
function readExtended(path: string, run: Run): { readonly place: Place; readonly directives: readonly Directive[] } | undefined {
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
