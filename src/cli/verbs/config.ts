import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { TscomposeError } from '../../base/errors.ts'
import { serviceSpec } from '../../converge/container-spec.ts'
import { readContents } from '../../converge/read-contents.ts'
import { listEnvironment, listImages, listProfiles, listVariables } from '../../project/listing.ts'
import { loadProject } from '../../project/load.ts'
import type { Project } from '../../project/model.ts'
import type { LoadResult } from '../../project/options.ts'
import { renderConfig } from '../../project/render.ts'
import { isSet, text } from '../compose/flags.ts'
import { loadOptions } from '../compose/scope.ts'
import { formatTable } from '../compose/table.ts'
import { createWarner } from '../compose/warn.ts'
import { oneOf } from '../flags.ts'
import type { Invocation, Verb } from '../verb.ts'

export const verb: Verb = {
  configure,
  run: async (invocation) => {
    const { flags, args, terminal } = invocation
    const loaded = loadProject({
      ...(await loadOptions(invocation, { services: args })),
      interpolate: flags.interpolate !== false && !isSet(flags, 'variables'),
      normalize: flags.normalize !== false,
      resolvePaths: flags.pathResolution !== false,
      resolveEnvironment: flags.envResolution !== false,
      consistency: flags.consistency !== false,
    })
    const warn = createWarner(terminal, invocation.reporter)
    for (const { message } of loaded.diagnostics) warn(message)
    const output = await outputOf(invocation, loaded)
    const path = text(flags, 'output')
    if (path === undefined) terminal.stdout.write(output)
    else writeOutput(resolve(terminal.cwd, path), output)
    return 0
  },
}

function configure(command: Command): void {
  command
    .usage('[OPTIONS] [SERVICE...]')
    .argument('[SERVICE...]')
    .option('--environment', 'Print environment used for interpolation')
    .option('--format <format>', 'Format the output. Values: (yaml | json)', oneOf(['yaml', 'json']))
    .option('--hash <services>', 'Print the service config hash, one per line; "*" for all services')
    .option('--images', 'Print the image names, one per line')
    .option('--networks', 'Print the network names, one per line')
    .option('--no-consistency', "Don't check model consistency")
    .option('--no-env-resolution', "Don't resolve service env files")
    .option('--no-interpolate', "Don't interpolate environment variables")
    .option('--no-normalize', "Don't normalize compose model")
    .option('--no-path-resolution', "Don't resolve file paths")
    .option('-o, --output <file>', 'Save to file (default to stdout)')
    .option('--profiles', 'Print the profile names, one per line')
    .option('-q, --quiet', "Only validate the configuration, don't print anything")
    .option('--services', 'Print the service names, one per line')
    .option('--variables', 'Print model variables and default values')
    .option('--volumes', 'Print the volume names, one per line')
}

async function outputOf({ flags }: Invocation, { project, environment, inputs }: LoadResult): Promise<string> {
  if (isSet(flags, 'quiet')) return ''
  const hash = text(flags, 'hash')
  if (hash !== undefined) return lines(await hashes(project, hash))
  if (isSet(flags, 'services')) return lines(Object.keys(project.services))
  if (isSet(flags, 'volumes')) return lines(Object.keys(project.volumes))
  if (isSet(flags, 'networks')) return lines(Object.keys(project.networks))
  if (isSet(flags, 'images')) return lines(listImages(project))
  if (isSet(flags, 'profiles')) return lines(listProfiles(project))
  if (isSet(flags, 'environment')) return lines(listEnvironment(environment))
  if (isSet(flags, 'variables')) return variablesTable(project.configFiles.map((path) => inputs.get(path) ?? ''))
  const format = text(flags, 'format') === 'json' ? 'json' : 'yaml'
  const rendered = renderConfig(project, { format, escapeDollars: flags.interpolate !== false })
  return rendered.endsWith('\n') ? rendered : `${rendered}\n`
}

function lines(items: readonly string[]): string {
  return items.map((item) => `${item}\n`).join('')
}

async function hashes(project: Project, wanted: string): Promise<readonly string[]> {
  const contents = await readContents(project)
  const names = wanted === '*' ? Object.keys(project.services) : wanted.split(',')
  return names.map((name) => {
    const service = project.services[name]
    if (service === undefined) throw new TscomposeError('not-found', 'NO_SUCH_SERVICE', `no such service: ${name}`)
    return `${name} ${serviceSpec(project, service, contents).hash}`
  })
}

function variablesTable(texts: readonly string[]): string {
  return formatTable(
    ['NAME', 'REQUIRED', 'DEFAULT VALUE', 'ALTERNATE VALUE'],
    listVariables(texts).map(({ name, required, defaultValue, alternateValue }) => [name, String(required), defaultValue, alternateValue]),
    { minimum: 20, padding: 3 },
  )
}

function writeOutput(path: string, output: string): void {
  try {
    writeFileSync(path, output)
  } catch (cause) {
    throw new TscomposeError('denied', 'CANNOT_WRITE', `cannot write ${path}`, { cause, hint: 'choose another file with --output' })
  }
}
