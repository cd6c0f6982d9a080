import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { TscomposeError } from '../../base/errors.ts'
import { loadCachedProject } from '../../project/cache.ts'
import type { LoadOptions, ProjectResult } from '../../project/options.ts'
import { isSet, text } from '../compose/flags.ts'
import { cacheDirectory, fetching, loadOptions } from '../compose/scope.ts'
import { createWarner } from '../compose/warn.ts'
import { failAsJson, warnAsJson } from '../config/diagnostics-json.ts'
import { isListing, list, listVariables } from '../config/listings.ts'
import type { Invocation, Verb } from '../verb.ts'

export const verb: Verb = {
  configure,
  run: async (invocation) => {
    try {
      await runConfig(invocation)
      return 0
    } catch (error) {
      if (text(invocation.flags, 'format') !== 'json') throw error
      return failAsJson(error, invocation.terminal)
    }
  },
}

function configure(command: Command): void {
  command
    .usage('[OPTIONS] [SERVICE...]')
    .argument('[SERVICE...]')
    .option('--environment', 'Print environment used for interpolation')
    .option('--format <format>', 'Format the output, and errors too. Values: (yaml | json)')
    .option('--hash <services>', 'Print the service config hash, one per line; "*" for all services')
    .option('--images', 'Print the image names, one per line')
    .option('--lock-image-digests', 'Produce an override file with image digests')
    .option('--models', 'Print the model names, one per line')
    .option('--networks', 'Print the network names, one per line')
    .option('--no-consistency', "Don't check model consistency: what is printed may be of no use")
    .option('--no-env-resolution', "Don't resolve service env files")
    .option('--no-interpolate', "Don't interpolate environment variables")
    .option('--no-normalize', "Don't normalize compose model")
    .option('--no-path-resolution', "Don't resolve file paths")
    .option('-o, --output <file>', 'Save to file (default to stdout)')
    .option('--profiles', 'Print the profile names, one per line')
    .option('-q, --quiet', "Only validate the configuration, don't print anything")
    .option('--resolve-image-digests', 'Pin image tags to digests')
    .option('--services', 'Print the service names, one per line')
    .option('--variables', 'Print model variables and default values')
    .option('--volumes', 'Print the volume names, one per line')
}

async function runConfig(invocation: Invocation): Promise<void> {
  const { flags, args, terminal } = invocation
  const listing = isListing(flags)
  // The lists are of the whole project; only images are those of the named services.
  const services = listing && !isSet(flags, 'images') ? [] : args
  const options: LoadOptions = {
    ...(await loadOptions(invocation, { services })),
    normalize: flags.normalize !== false,
    resolvePaths: flags.pathResolution !== false,
    // Names need no env files; the environment is shown with the project that passes all checks.
    resolveEnvironment: flags.envResolution !== false && (!listing || isSet(flags, 'environment')),
    consistency: flags.consistency !== false,
  }
  if (isSet(flags, 'variables') && !listing) {
    terminal.stdout.write(await fetching(invocation, options, (complete) => listVariables(complete, flags)))
    return
  }
  if (!listing && flags.interpolate === false) {
    await printModel(invocation, options)
    return
  }
  const loaded = await fetching(invocation, options, (complete) => loadCachedProject(complete, cacheDirectory))
  warn(invocation, loaded)
  if (listing) terminal.stdout.write(await list(loaded, invocation))
  else await printProject(invocation, loaded)
}

function warn(invocation: Invocation, { diagnostics }: Pick<ProjectResult, 'diagnostics'>): void {
  const { terminal, flags } = invocation
  if (text(flags, 'format') === 'json') {
    warnAsJson(diagnostics, terminal)
    return
  }
  const say = createWarner(terminal, invocation.reporter)
  for (const { message } of diagnostics) say(message)
}

function formatOf({ flags }: Invocation): 'yaml' | 'json' {
  const format = text(flags, 'format') ?? 'yaml'
  if (format === 'yaml' || format === 'json') return format
  throw new TscomposeError('invalid', 'USAGE', `unsupported format ${JSON.stringify(format)}`, {
    hint: 'use --format yaml or --format json',
  })
}

/** The typed project, as docker compose prints it. */
async function printProject(invocation: Invocation, loaded: ProjectResult): Promise<void> {
  const { flags } = invocation
  const lock = isSet(flags, 'lockImageDigests')
  let { project } = loaded
  if (lock || isSet(flags, 'resolveImageDigests')) {
    const { pinImages } = await import('../config/digests.ts')
    project = await pinImages(project, invocation)
  }
  const format = formatOf(invocation)
  if (isSet(flags, 'quiet')) return
  const { renderConfig, renderLock } = await import('../../project/render.ts')
  write(invocation, lock ? renderLock(project, { format }) : renderConfig(project, { format }))
}

/** The tree before it becomes a project: variables as written, every service whatever its profile. */
async function printModel(invocation: Invocation, options: LoadOptions): Promise<void> {
  const { flags } = invocation
  const { loadModel } = await import('../../project/load.ts')
  const { tree, context } = await fetching(invocation, { ...options, interpolate: false }, (complete) => loadModel(complete))
  warn(invocation, context)
  let model = tree
  const lock = isSet(flags, 'lockImageDigests')
  if (lock || isSet(flags, 'resolveImageDigests')) {
    const { pinModelImages } = await import('../config/digests.ts')
    model = await pinModelImages(tree, invocation, { lock })
  }
  const format = formatOf(invocation)
  if (isSet(flags, 'quiet')) return
  const { renderTree } = await import('../../project/render.ts')
  write(invocation, renderTree(model, { format }))
}

function write({ flags, terminal }: Invocation, output: string): void {
  const file = text(flags, 'output')
  if (file === undefined || file === '') {
    terminal.stdout.write(output)
    return
  }
  const path = resolve(terminal.cwd, file)
  try {
    writeFileSync(path, output)
  } catch (cause) {
    throw new TscomposeError('denied', 'CANNOT_WRITE', `cannot write ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
      hint: 'choose another file with --output',
    })
  }
}
