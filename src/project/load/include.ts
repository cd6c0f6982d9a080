import { dirname, isAbsolute, join } from 'node:path'
import { locate } from '../source-map.ts'
import { equalValues, isList, isTree, newTree, type Path, type Tree, type TreeBuilder, type Value } from '../tree.ts'
import { checkTree } from './check-tree.ts'
import { type LoadContext, reportAt } from './context.ts'
import { fillDefaults } from './defaults.ts'
import { own, readEnvFiles } from './environment.ts'
import { resolvePaths } from './paths.ts'
import type { ReadOptions } from './read-options.ts'
import { isRemote, remoteFile } from './remote.ts'

interface Include {
  readonly paths: readonly string[]
  readonly envFiles: readonly string[]
  readonly projectDirectory: string | undefined
}

const sections = ['services', 'volumes', 'networks', 'secrets', 'configs', 'models']

export interface IncludeRun {
  /** The file the include is written in. */
  readonly file: string
  readonly options: ReadOptions
  readonly context: LoadContext
  /** Reads and merges files; handed in, for it comes back here. */
  load(files: readonly string[], options: ReadOptions, context: LoadContext): Tree
}

/** Loads the included files as projects of their own and takes over what they define. */
export function applyIncludes(tree: Tree, run: IncludeRun): Tree {
  const { context } = run
  const written = tree.include
  if (written === undefined) return tree
  if (written !== null && !isList(written)) {
    reportAt(context, { root: tree, path: ['include'], code: 'BAD_TYPE', message: '`include` must be a list' })
    return tree
  }
  const { include: _done, ...rest } = tree
  const result: TreeBuilder = Object.assign(newTree(), rest)
  context.sources.inherit(tree, result)
  for (const [index, item] of (written ?? []).entries()) {
    const include = readInclude(item)
    if (include === undefined) {
      reportAt(context, {
        root: tree,
        path: ['include', index],
        code: 'BAD_TYPE',
        message: `include[${index}] must be a path, or a map with \`path\``,
      })
      continue
    }
    const included = loadIncluded(include, { tree, path: ['include', index] }, run)
    if (included !== undefined) importSections(included, result, context)
  }
  return result
}

function readInclude(item: Value): Include | undefined {
  if (typeof item === 'string') return { paths: [item], envFiles: [], projectDirectory: undefined }
  if (!isTree(item)) return undefined
  const texts = (value: Value | undefined): readonly string[] =>
    (isList(value) ? value : [value ?? null]).filter((one) => typeof one === 'string')
  const directory = item.project_directory
  return {
    paths: texts(item.path),
    envFiles: texts(item.env_file),
    projectDirectory: typeof directory === 'string' ? directory : undefined,
  }
}

interface Place {
  readonly tree: Tree
  readonly path: Path
}

function loadIncluded(include: Include, place: Place, run: IncludeRun): Tree | undefined {
  const { options, context } = run
  const absolute = (path: string): string => {
    if (isRemote(path)) return remoteFile(path, options.remotes)
    return isAbsolute(path) ? path : join(options.directory, path)
  }
  const files = include.paths.map(absolute)
  const main = files[0]
  if (main === undefined) return undefined
  const fail = (code: string, message: string): undefined => {
    reportAt(context, { root: place.tree, path: place.path, code, message })
    return undefined
  }
  const including = [...options.including, run.file]
  if (including.includes(main)) return fail('INCLUDE_CYCLE', `include cycle detected: ${[...including, main].join(' includes ')}`)
  for (const path of files) if (options.reader.readText(path) === undefined) return fail('COMPOSE_FILE_NOT_FOUND', `${path}: no such file`)
  const directory = include.projectDirectory === undefined ? dirname(main) : absolute(include.projectDirectory)
  const environment = includedEnvironment(include, directory, absolute, options)
  const inner: ReadOptions = { ...options, directory, environment, lookup: (name) => own(environment, name), including }
  const merged = run.load(files, inner, context)
  const complete = fillDefaults(merged, context)
  checkTree(complete, context)
  const resolved = resolvePaths(complete, { directory, home: options.home }, context)
  return context.sources.pass(resolved, () => ({
    kind: 'include',
    at: locate(context.sources, place.tree, place.path),
    from: main,
    envFiles: include.envFiles.length > 0 ? include.envFiles.map(absolute) : [join(directory, '.env')],
  }))
}

/** Variables for the included files: the including project's win, their own `.env` gives defaults. */
function includedEnvironment(
  include: Include,
  directory: string,
  absolute: (path: string) => string,
  options: ReadOptions,
): Readonly<Record<string, string>> {
  const beside = join(directory, '.env')
  const files =
    include.envFiles.length > 0
      ? include.envFiles.map(absolute).filter((path) => path !== '/dev/null')
      : options.reader.isFile(beside)
        ? [beside]
        : []
  return { ...readEnvFiles(files, (name) => own(options.environment, name), options.reader), ...options.environment }
}

function importSections(from: Tree, into: TreeBuilder, context: LoadContext): void {
  for (const section of sections) {
    const members = from[section]
    if (!isTree(members)) continue
    const present = isTree(into[section]) ? into[section] : newTree()
    const merged = Object.assign(newTree(), present)
    context.sources.inherit(present, merged)
    for (const name of Object.keys(members)) {
      if (name in merged) {
        if (equalValues(merged[name], members[name])) continue
        reportAt(context, {
          root: into,
          path: [section, name],
          code: 'INCLUDE_CONFLICT',
          message: `${section}.${name} conflicts with imported resource`,
          atKey: true,
          hint: 'override it in compose.override.yaml, or in a second `path` of the include',
        })
        continue
      }
      merged[name] = members[name] ?? null
      context.sources.copy(members, name, merged, name)
    }
    into[section] = merged
  }
}
