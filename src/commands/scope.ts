import { TscomposeError } from '../base/errors.ts'
import type { EventSink } from '../base/event.ts'
import { isOneOff, numberOf, serviceOf } from '../converge/labels.ts'
import type { CallContext, ContainerSummary, Engine } from '../engine/api.ts'
import type { Project } from '../project/model.ts'
import type { AskProvider } from './providers.ts'

/** What every command works on. The project is absent where labels alone have to do. */
export interface Scope {
  readonly engine: Engine
  readonly projectName: string
  readonly project?: Project
  readonly sink?: EventSink
  readonly signal?: AbortSignal
  /** Operations at once; -1 or absent: no limit. */
  readonly limit?: number
  /** Plans are shown and not carried out. */
  readonly dryRun?: boolean
  /** Absent where no program of the caller's is to be run. */
  readonly askProvider?: AskProvider
}

/** The call context of a scope without its sink: for calls that show nothing. */
export function callContext({ signal }: Pick<Scope, 'signal'>): CallContext {
  return signal === undefined ? {} : { signal }
}

export interface ContainerSelection {
  /** Absent or empty: every service. Unknown names are an error. */
  readonly services?: readonly string[]
  /** `include` one-off containers of `run` too; left out by default. */
  readonly oneOff?: 'include' | 'exclude' | 'only'
  /** Containers of services that are not in the files count too; without a project all do. */
  readonly orphans?: boolean
}

/** Containers of the project in every state, sorted by name. */
export async function findContainers(scope: Scope, selection: ContainerSelection = {}): Promise<readonly ContainerSummary[]> {
  const all = await scope.engine.containers.list({ project: scope.projectName, all: true }, callContext(scope))
  return selectContainers(scope, all, selection)
}

/** The part of `all` that a selection means; rejects NO_SUCH_SERVICE for a name nothing knows. */
export function selectContainers(
  scope: Pick<Scope, 'project'>,
  all: readonly ContainerSummary[],
  { services = [], oneOff = 'exclude', orphans = true }: ContainerSelection,
): readonly ContainerSummary[] {
  for (const name of services) requireService(scope, all, name)
  const { project } = scope
  return all.filter((container) => {
    if (oneOff !== 'include' && isOneOff(container) !== (oneOff === 'only')) return false
    const name = serviceOf(container)
    if (services.length > 0) return services.includes(name)
    return orphans || project === undefined || Object.hasOwn(project.services, name)
  })
}

function requireService({ project }: Pick<Scope, 'project'>, all: readonly ContainerSummary[], name: string): void {
  if (project !== undefined && (Object.hasOwn(project.services, name) || Object.hasOwn(project.disabledServices, name))) return
  if (all.some((container) => serviceOf(container) === name)) return
  const known = project === undefined ? [...new Set(all.map(serviceOf))].sort() : Object.keys(project.services)
  throw new TscomposeError('not-found', 'NO_SUCH_SERVICE', `no such service: ${name}`, {
    ...(known.length === 0 ? {} : { hint: `the project has: ${known.join(', ')}` }),
    target: name,
  })
}

/** One running container of a service: the lowest number, or number `index`. Rejects SERVICE_NOT_RUNNING. */
export async function findRunning(scope: Scope, service: string, index?: number): Promise<ContainerSummary> {
  const all = await scope.engine.containers.list({ project: scope.projectName, all: true }, callContext(scope))
  const own = all.filter((container) => serviceOf(container) === service && !isOneOff(container))
  const running = own
    .filter(({ state }) => state.status === 'running' || state.status === 'paused')
    .sort((a, b) => numberOf(a) - numberOf(b))
  const found = index === undefined || index === 0 ? running[0] : running.find((container) => numberOf(container) === index)
  if (found !== undefined) return found
  const which =
    index === undefined || index === 0 ? `service "${service}" is not running` : `service "${service}" is not running container #${index}`
  const exists = own.length > 0 || scope.project === undefined || Object.hasOwn(scope.project.services, service)
  throw new TscomposeError('not-found', 'SERVICE_NOT_RUNNING', which, {
    hint: exists ? `start it with: tscompose up -d ${service}` : `there is no service ${service} in the project`,
    target: service,
  })
}

/** `web-1`: the container's name without the project, as log lines show it. */
export function shortName({ name, labels }: Pick<ContainerSummary, 'name' | 'labels'>, projectName: string): string {
  const prefix = `${projectName}-`
  if (name.startsWith(prefix)) return name.slice(prefix.length)
  const number = labels['com.docker.compose.container-number']
  return number === undefined ? name : `${serviceOf({ labels })}-${number}`
}
