import { TscomposeError } from '../../base/errors.ts'
import type { Project } from '../../project/model.ts'
import type { LoadOptions, ProjectResult } from '../../project/options.ts'
import { isSet, text } from '../compose/flags.ts'
import { formatTable } from '../compose/table.ts'
import type { Invocation } from '../verb.ts'

type Flags = Invocation['flags']

type Lister = (loaded: ProjectResult) => Promise<readonly string[]> | readonly string[]

/** What the listing flags print, in order of precedence: where several are given the first one counts. */
const listers: readonly (readonly [string, Lister])[] = [
  ['services', ({ project }) => Object.keys(project.services)],
  ['volumes', ({ project }) => Object.keys(project.volumes)],
  ['networks', ({ project }) => Object.keys(project.networks)],
  ['models', async ({ project }) => (await listing()).listModels(project)],
  ['hash', () => []],
  ['profiles', async ({ project }) => (await listing()).listProfiles(project)],
  ['images', async ({ project }) => (await listing()).listImages(project)],
  ['environment', async ({ environment }) => (await listing()).listEnvironment(environment)],
]

const listing = () => import('../../project/listing.ts')

const isGiven = (flags: Flags, name: string): boolean => (name === 'hash' ? (text(flags, 'hash') ?? '') !== '' : isSet(flags, name))

/** True where one of the flags asks for a list instead of the configuration. */
export function isListing(flags: Flags): boolean {
  return listers.some(([name]) => isGiven(flags, name))
}

/** The list that was asked for, one item a line. Rejects NO_SUCH_SERVICE for --hash. */
export async function list(loaded: ProjectResult, { flags }: Invocation): Promise<string> {
  const [name, lister] = listers.find(([flag]) => isGiven(flags, flag)) ?? []
  const items = name === 'hash' ? await hashes(loaded.project, text(flags, 'hash') ?? '*') : await lister?.(loaded)
  return (items ?? []).map((item) => `${item}\n`).join('')
}

async function hashes(project: Project, wanted: string): Promise<readonly string[]> {
  const { readContents } = await import('../../converge/read-contents.ts')
  const { serviceSpec } = await import('../../converge/container-spec.ts')
  const contents = await readContents(project)
  const names = wanted === '*' ? Object.keys(project.services) : wanted.split(',')
  return names.map((name) => {
    const service = project.services[name]
    if (service === undefined) {
      const disabled = project.disabledServices[name]
      throw new TscomposeError('not-found', 'NO_SUCH_SERVICE', `no such service: ${name}${disabled === undefined ? '' : ' is disabled'}`, {
        hint: disabled === undefined ? 'config --services lists them' : `enable it with --profile ${disabled.profiles?.[0] ?? ''}`,
      })
    }
    return `${name} ${serviceSpec(project, service, contents).hash}`
  })
}

/** `--variables`: a table, or an object with docker compose's member names. */
export async function listVariables(options: LoadOptions, flags: Flags): Promise<string> {
  const { loadModel } = await import('../../project/load.ts')
  const { tree } = loadModel({ ...options, interpolate: false, normalize: false })
  const variables = (await listing()).listVariables(tree)
  if (text(flags, 'format') !== 'json') {
    return formatTable(
      ['NAME', 'REQUIRED', 'DEFAULT VALUE', 'ALTERNATE VALUE'],
      variables.map(({ name, required, defaultValue, alternateValue }) => [name, String(required), defaultValue, alternateValue]),
      { minimum: 20, padding: 3 },
    )
  }
  const entries = variables.map(
    ({ name, required, defaultValue, alternateValue }) =>
      [name, { Name: name, DefaultValue: defaultValue, PresenceValue: alternateValue, Required: required }] as const,
  )
  return `${JSON.stringify(Object.fromEntries(entries), null, 4)}\n`
}
