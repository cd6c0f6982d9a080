import type { EventSink } from '../base/event.ts'
import { ownLabel, serviceOf } from '../converge/labels.ts'
import type { Project, Service } from '../project/model.ts'
import { callContext, type Scope } from './scope.ts'

export interface ProviderRequest {
  readonly command: 'up' | 'down'
  readonly projectName: string
  readonly service: string
  readonly type: string
  readonly options: Readonly<Record<string, readonly string[]>>
  /** Where the program starts. */
  readonly cwd: string
  readonly signal?: AbortSignal
  /** Gets what it says of its progress. */
  readonly onInfo: (message: string) => void
}

/** Runs a provider's program to its end; returns the variables it sets. */
export type AskProvider = (request: ProviderRequest) => Promise<Readonly<Record<string, string>>>

type ProviderScope = Pick<Scope, 'askProvider' | 'sink' | 'signal'> & { readonly project: Project }

/** Brings the containers up that these providers depend on, until their conditions hold. */
export type BringUp = (project: Project, providers: readonly Service[]) => Promise<void>

/**
 * Asks the programs of all provider services, side by side, and gives what they set to the services that depend on them,
 * as `SERVICE_KEY`. Before the plan, because it changes what containers there should be. A provider that depends on
 * containers, or on another provider, is asked when those are there.
 */
export async function withProviders(scope: ProviderScope, bringUp?: BringUp): Promise<Project> {
  let { project } = scope
  for (const layer of layersOf(project)) {
    if (layer.some((service) => containersFor(project, service).length > 0)) await bringUp?.(project, layer)
    const answers = await Promise.all(layer.map(async (service) => [service.name, await ask(scope, service, 'up')] as const))
    project = provide(project, new Map(answers))
  }
  return project
}

/** Services with containers that a provider depends on itself. */
export function containersFor({ services }: Project, { depends_on = {} }: Service): readonly string[] {
  return Object.keys(depends_on).filter((name) => services[name] !== undefined && services[name].provider === undefined)
}

/** Providers that can be asked together: first those that depend on nothing, each of the others after all it depends on. */
function layersOf(project: Project): readonly (readonly Service[])[] {
  const depths = new Map<string, number>()
  const depthOf = (name: string): number => {
    const known = depths.get(name)
    if (known !== undefined) return known
    const service = project.services[name]
    const below = Object.keys(service?.depends_on ?? {}).filter((other) => project.services[other] !== undefined)
    const deepest = Math.max(-1, ...below.map(depthOf))
    const depth = service?.provider === undefined ? deepest : deepest + 1
    // Of containers alone: after the providers that need none.
    const settled = service?.provider !== undefined && below.length > 0 ? Math.max(1, depth) : depth
    depths.set(name, settled)
    return settled
  }
  const layers = Map.groupBy(providersOf(project), ({ name }) => depthOf(name))
  return [...layers].sort(([a], [b]) => a - b).map(([, layer]) => layer)
}

/** The same without asking: what the containers there got the last time. */
export async function withRememberedProviders(scope: Scope & { readonly project: Project }): Promise<Project> {
  const { project, engine } = scope
  if (providersOf(project).length === 0) return project
  const containers = await engine.containers.list({ project: project.name, all: true }, callContext(scope))
  const given = new Map(containers.map((container) => [serviceOf(container), container.labels[ownLabel.provided]]))
  return mapServices(project, (service) => withVariables(service, parseVariables(given.get(service.name))))
}

/** Tells the programs of all provider services that the project goes. */
export async function dismissProviders(scope: ProviderScope, services?: readonly string[]): Promise<void> {
  const chosen = providersOf(scope.project).filter(({ name }) => services === undefined || services.includes(name))
  await Promise.all(chosen.map((service) => ask(scope, service, 'down')))
}

function providersOf({ services }: Project): readonly Service[] {
  return Object.values(services).filter(({ provider }) => provider !== undefined)
}

async function ask(scope: ProviderScope, { name, provider }: Service, command: 'up' | 'down'): Promise<Readonly<Record<string, string>>> {
  const { project, askProvider, signal } = scope
  if (askProvider === undefined || provider === undefined) return {}
  const target = { kind: 'container', name } as const
  const say = (verb: string, phase: 'start' | 'progress' | 'done'): void =>
    scope.sink?.({ target, verb, phase } satisfies Parameters<EventSink>[0])
  say(command === 'up' ? 'Creating' : 'Removing', 'start')
  const { type, options = {} } = provider
  const variables = await askProvider({
    ...{ command, projectName: project.name, service: name, type, options, cwd: project.workingDir },
    ...(signal === undefined ? {} : { signal }),
    onInfo: (message) => say(message, 'progress'),
  })
  say(command === 'up' ? 'Created' : 'Removed', 'done')
  return variables
}

function provide(project: Project, answers: ReadonlyMap<string, Readonly<Record<string, string>>>): Project {
  if (answers.size === 0) return project
  return mapServices(project, (service) => {
    const entries = Object.keys(service.depends_on ?? {}).flatMap((name) =>
      Object.entries(answers.get(name) ?? {}).flatMap(([key, value]) =>
        variableNames(name, key).map((variable) => [variable, value] as const),
      ),
    )
    return withVariables(service, Object.fromEntries(entries))
  })
}

/** docker compose's name, and one that a shell can read too: shells drop names with other than letters, digits and `_`. */
function variableNames(service: string, key: string): readonly string[] {
  const name = `${service.toUpperCase()}_${key}`
  return [...new Set([name, name.replace(/\W/g, '_')])]
}

function mapServices(project: Project, change: (service: Service) => Service): Project {
  return { ...project, services: Object.fromEntries(Object.entries(project.services).map(([name, service]) => [name, change(service)])) }
}

/** The label keeps them for a plan that asks nobody. */
function withVariables(service: Service, variables: Readonly<Record<string, string>>): Service {
  if (Object.keys(variables).length === 0) return service
  const label = JSON.stringify(Object.fromEntries(Object.entries(variables).sort(([a], [b]) => (a < b ? -1 : 1))))
  return {
    ...service,
    environment: { ...service.environment, ...variables },
    labels: { ...service.labels, [ownLabel.provided]: label },
  }
}

function parseVariables(label: string | undefined): Readonly<Record<string, string>> {
  if (label === undefined) return {}
  try {
    const found: unknown = JSON.parse(label)
    if (typeof found !== 'object' || found === null) return {}
    return Object.fromEntries(Object.entries(found).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
  } catch {
    // Somebody else's label.
    return {}
  }
}
