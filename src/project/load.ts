import { decodeSection, fileObjectCodec, modelCodec, networkCodec, serviceCodec, volumeCodec } from './attributes.ts'
import { createDiagnostic } from './diagnostic.ts'
import { checkTree } from './load/check-tree.ts'
import { checkConsistency, settleReplicas } from './load/consistency.ts'
import { createLoadContext, type LoadContext, reportAt } from './load/context.ts'
import { fillDefaults } from './load/defaults.ts'
import { type Discovery, discover } from './load/discover.ts'
import { mergeDocuments, parseFiles } from './load/documents.ts'
import { own, type Variables } from './load/environment.ts'
import { normalize } from './load/normalize.ts'
import type { ParsedDocument } from './load/parse.ts'
import { resolvePaths } from './load/paths.ts'
import { projectName } from './load/project-name.ts'
import { createReader, type Reader } from './load/reader.ts'
import { resolveServiceFiles } from './load/service-files.ts'
import { substitute } from './load/template.ts'
import type { FileObject, Model, Network, Project, Service, Volume } from './model.ts'
import type { LoadOptions, LoadResult } from './options.ts'
import { dropUnusedResources, selectProfiles, selectServices } from './select.ts'
import { createSourceMap, type SourceMapOptions } from './source-map.ts'
import { formatPath, type Path, type Tree, type Value } from './tree.ts'

/** Files read, merged and canonical, before they become a typed project. */
export interface LoadedModel extends Omit<LoadResult, 'project' | 'diagnostics'> {
  readonly name: string
  readonly discovery: Discovery
  readonly reader: Reader
  readonly context: LoadContext
}

/**
 * Reads the files into one canonical tree: all but types, profiles, consistency and env files. Numbers and booleans may
 * still be text in it where variables are left alone (`interpolate: false`). Throws as loadProject does.
 */
export function loadModel(options: LoadOptions, more: SourceMapOptions = {}): LoadedModel {
  const model = readModel(options, more)
  model.context.stopOnErrors()
  return model
}

function readModel(options: LoadOptions, { history = false }: SourceMapOptions = {}): LoadedModel {
  const reader = createReader(options.stdin === undefined ? {} : { stdin: options.stdin })
  const environmentFiles = options.envFiles ?? listOf(options.env.COMPOSE_ENV_FILES)
  const discovery = discover({
    ...options,
    env: { ...options.env, PWD: options.cwd },
    envFiles: environmentFiles,
    reader,
    remotes: options.remotes ?? {},
  })
  const context = createLoadContext(createSourceMap({ history }), { keepsVariables: options.interpolate === false })
  for (const warning of discovery.warnings) context.report(warning)
  const parsed = parseFiles(discovery.files, reader, context)
  const name = nameOf(parsed, discovery, options)
  const environment: Variables = { ...discovery.environment, COMPOSE_PROJECT_NAME: name }
  const lookup = (variable: string): string | undefined => own(environment, variable)
  const tree = orTheErrors(context, () => readTree({ parsed, discovery, reader, context, options, environment, lookup, name }))
  return { name, discovery, reader, context, environment, tree, inputs: reader.inputs, sources: context.sources }
}

/**
 * Loads a project: finds and reads its files, and runs them through the phases of load/ one after another.
 * Throws ProjectError with every finding of the phase that failed, or a TscomposeError for what is not in a file.
 */
export function loadProject(options: LoadOptions): LoadResult {
  return projectOf(readModel(options), options)
}

/** The typed project of a model: profiles, consistency, env files, selection. */
export function projectOf(model: LoadedModel, options: LoadOptions): LoadResult {
  const { name, discovery, context, environment, tree, reader, inputs, sources } = model
  const project = orTheErrors(context, () => {
    const whole = decodeProject(tree, { name, discovery, context })
    context.nextPhase()
    return finish(whole, tree, { options, reader, environment, context })
  })
  context.stopOnErrors()
  const diagnostics = context.diagnostics.filter(({ severity }) => severity === 'warning')
  return { project, environment, diagnostics, inputs, tree, sources }
}

/** Once something is wrong, phases may stumble over it: what was found is the better explanation. */
function orTheErrors<T>(context: LoadContext, phase: () => T): T {
  try {
    return phase()
  } catch (error) {
    context.stopOnErrors()
    throw error
  }
}

function listOf(text: string | undefined): readonly string[] {
  return text === undefined || text === '' ? [] : text.split(',')
}

function nameOf(parsed: ReadonlyMap<string, readonly ParsedDocument[]>, discovery: Discovery, options: LoadOptions): string {
  const written = [...parsed.values()]
    .flat()
    .map(({ tree }) => tree.name)
    .filter((value) => typeof value === 'string' && value !== '')
    .at(-1)
  const result =
    typeof written === 'string' ? substitute(written, { lookup: (variable) => own(discovery.environment, variable) }) : undefined
  return projectName({
    explicit: options.projectName ?? discovery.environment.COMPOSE_PROJECT_NAME,
    fromFiles: result !== undefined && 'text' in result ? result.text : undefined,
    workingDir: discovery.workingDir,
  })
}

interface TreeRun {
  readonly parsed: ReadonlyMap<string, readonly ParsedDocument[]>
  readonly discovery: Discovery
  readonly reader: Reader
  readonly context: LoadContext
  readonly options: LoadOptions
  readonly environment: Variables
  readonly name: string
  lookup(name: string): string | undefined
}

/** All files as one canonical tree with defaults, paths and names. */
function readTree(run: TreeRun): Tree {
  const { context, discovery, options } = run
  const home = own(run.environment, 'HOME')
  const merged = mergeDocuments(
    run.parsed,
    {
      reader: run.reader,
      directory: discovery.pathsDir,
      remotes: options.remotes ?? {},
      home,
      interpolation: options.interpolate !== false,
      lookup: run.lookup,
      environment: run.environment,
      including: [],
    },
    context,
  )
  if (Object.keys(merged).length === 0) {
    const [file] = discovery.files
    const diagnostic = createDiagnostic('EMPTY_FILE', 'empty compose file', { hint: 'define at least one service under `services:`' })
    context.report({ ...diagnostic, ...(file === undefined ? {} : { file, line: 1, column: 1 }) })
    context.stopOnErrors()
  }
  const complete = fillDefaults(merged, context)
  checkTree(complete, context)
  context.nextPhase()
  const located = options.resolvePaths === false ? complete : resolvePaths(complete, { directory: discovery.pathsDir, home }, context)
  if (options.normalize === false) return located
  return normalize(located, { projectName: run.name, lookup: run.lookup }, context)
}

interface DecodeRun {
  readonly name: string
  readonly discovery: Discovery
  readonly context: LoadContext
}

/** The typed project of a canonical tree, all services enabled. */
export function decodeProject(tree: Tree, { name, discovery, context }: DecodeRun): Project {
  const problem = (path: Path, message: string): void =>
    reportAt(context, { root: tree, path, code: 'BAD_VALUE', message: `${formatPath(path)}: ${message}` })
  const services = decodeSection(tree.services, serviceCodec, ['services'], problem) as Record<string, Service>
  for (const key of Object.keys(services)) {
    const service = services[key]
    if (service !== undefined)
      services[key] = { ...service, name: key, command: service.command ?? null, entrypoint: service.entrypoint ?? null }
  }
  const extensions: Record<string, Value> = {}
  for (const [key, value] of Object.entries(tree)) if (key.startsWith('x-')) extensions[key] = value
  return {
    name,
    workingDir: discovery.workingDir,
    configFiles: discovery.files,
    envFiles: discovery.envFiles,
    activeProfiles: [],
    services,
    disabledServices: {},
    networks: decodeSection(tree.networks, networkCodec, ['networks'], problem) as Record<string, Network>,
    volumes: decodeSection(tree.volumes, volumeCodec, ['volumes'], problem) as Record<string, Volume>,
    configs: decodeSection(tree.configs, fileObjectCodec, ['configs'], problem) as Record<string, FileObject>,
    secrets: decodeSection(tree.secrets, fileObjectCodec, ['secrets'], problem) as Record<string, FileObject>,
    models: decodeSection(tree.models, modelCodec, ['models'], problem) as Record<string, Model>,
    extensions,
  }
}

interface FinishRun {
  readonly options: LoadOptions
  readonly reader: Reader
  readonly environment: Variables
  readonly context: LoadContext
}

/** Profiles, consistency, env files, selection. */
function finish(whole: Project, tree: Tree, { options, reader, environment, context }: FinishRun): Project {
  const profiles = [...(options.profiles ?? []), ...listOf(own(environment, 'COMPOSE_PROFILES'))]
  const requested = (options.services ?? []).flatMap((service) => whole.services[service]?.profiles ?? [])
  const enabled = { ...selectProfiles(whole, [...profiles, ...requested]), activeProfiles: [...new Set(profiles)] }
  if (options.consistency !== false) checkConsistency(enabled, tree, context)
  const services: Record<string, Service> = {}
  for (const [name, service] of Object.entries(enabled.services)) {
    const settled = options.consistency === false ? service : settleReplicas(service)
    services[name] = options.resolveEnvironment === false ? settled : resolveServiceFiles(settled, { reader, environment, context })
  }
  const selected = selectServices({ ...enabled, services }, options.services ?? [], { dependencies: options.dependencies !== false })
  return options.allResources === true ? selected : dropUnusedResources(selected)
}
