import type { ContainerSummary, ObservedState } from '../../engine/api.ts'
import type { Hook, Project, Service } from '../../project/model.ts'
import { isOneOff, label, parseDependsOn, serviceOf } from '../labels.ts'
import { imageReference } from '../names.ts'
import { createPlanBuilder, type Plan, type PlanBuilder } from '../plan.ts'
import { addRemove } from './emission.ts'
import { dependencyOrder } from './order.ts'

export interface DownRules {
  readonly projectName: string
  /** Named services only: networks, volumes and images stay. */
  readonly services?: readonly string[]
  readonly removeOrphans: boolean
  readonly volumes: boolean
  /** `all`: every image of a service; `local`: those without a name of their own in the file. */
  readonly removeImages?: 'all' | 'local'
  readonly timeoutMs?: number
  /** Absent: labels alone say what belongs to the project. */
  readonly project?: Project
}

/** Stops and removes what belongs to a project, dependents first; then its networks, and volumes and images if asked for. */
export function reconcileDown(observed: ObservedState, rules: DownRules): Plan {
  const builder = createPlanBuilder()
  const containers = downContainers(observed, rules)
  const removed = addRemovals(builder, containers, { ...rules, cause: 'asked for by down' })
  if (rules.services === undefined) {
    addObjectRemovals(builder, observed, { rules, removed: [...removed.values()] })
    if (rules.removeImages !== undefined)
      addImageRemovals(builder, imagesToRemove(containers, observed, rules), { rules, removed: [...removed.values()] })
  }
  return builder.build()
}

/** Without a file every container of the project is meant; with one, those of unknown services only by --remove-orphans. */
function downContainers(observed: ObservedState, { services, removeOrphans, project }: DownRules): readonly ContainerSummary[] {
  return observed.containers.filter((container) => {
    const name = serviceOf(container)
    if (services !== undefined) return services.includes(name)
    if (project === undefined || removeOrphans || isOneOff(container)) return true
    return Object.hasOwn(project.services, name) || Object.hasOwn(project.disabledServices, name)
  })
}

export interface RemovalOptions {
  readonly cause: string
  readonly timeoutMs?: number
  readonly volumes?: boolean
  readonly project?: Project
}

/** Stop and remove nodes in reverse dependency order, as the containers' labels tell it. Returns the last node per container. */
export function addRemovals(
  builder: PlanBuilder,
  containers: readonly ContainerSummary[],
  options: RemovalOptions,
): ReadonlyMap<string, number> {
  const nodes = new Map<string, number>()
  const byService = Map.groupBy(containers, serviceOf)
  const dependents = dependentsOf(byService)
  for (const name of reverseOrder(byService)) {
    const after = (dependents.get(name) ?? []).flatMap((other) => (byService.get(other) ?? []).map(({ id }) => nodes.get(id)))
    for (const container of byService.get(name) ?? []) {
      const hooks = hooksOf(options.project, name)
      const { cause, timeoutMs, volumes = false } = options
      nodes.set(container.id, addRemove(builder, container, { cause, timeoutMs, volumes, force: true, after, hooks }))
    }
  }
  return nodes
}

export function hooksOf(project: Project | undefined, service: string): readonly Hook[] | undefined {
  return (project?.services[service] ?? project?.disabledServices[service])?.pre_stop
}

type ByService = ReadonlyMap<string, readonly ContainerSummary[]>

/** Services a service depends on, from the label of its first container. */
export function labelledDependencies(byService: ByService, name: string): readonly string[] {
  const text = byService.get(name)?.[0]?.labels[label.dependsOn]
  return Object.keys(parseDependsOn(text)).filter((other) => byService.has(other))
}

/** Dependents before what they depend on. Containers made by hand may have labels in a circle: then any order will do. */
export function reverseOrder(byService: ByService): readonly string[] {
  const names = [...byService.keys()].sort()
  try {
    return [...dependencyOrder(names, (name) => labelledDependencies(byService, name))].reverse()
  } catch {
    return names
  }
}

export function dependentsOf(byService: ByService): ReadonlyMap<string, readonly string[]> {
  const dependents = new Map<string, string[]>()
  for (const name of byService.keys()) {
    for (const other of labelledDependencies(byService, name)) dependents.set(other, [...(dependents.get(other) ?? []), name])
  }
  return dependents
}

interface ObjectRemoval {
  readonly rules: DownRules
  readonly removed: readonly number[]
}

const shown = { start: 'Removing', done: 'Removed' }

function addObjectRemovals(builder: PlanBuilder, observed: ObservedState, { rules, removed }: ObjectRemoval): void {
  const own = <T extends { readonly labels: Readonly<Record<string, string>> }>(objects: readonly T[]): readonly T[] =>
    objects.filter(({ labels }) => labels[label.project] === rules.projectName)
  for (const { name } of own(observed.networks)) {
    builder.add({
      target: { kind: 'network', name },
      op: { kind: 'network.remove', network: name, ifUnused: true },
      cause: 'it belongs to the project',
      after: removed,
      shown,
    })
  }
  if (!rules.volumes) return
  const anonymous = observed.containers.flatMap(({ mounts }) => mounts.filter((mount) => mount.anonymous === true).map(({ name }) => name))
  const names = new Set([...own(observed.volumes).map(({ name }) => name), ...anonymous])
  for (const name of names) {
    builder.add({
      target: { kind: 'volume', name },
      op: { kind: 'volume.remove', volume: name, ifUnused: true },
      cause: 'asked for by --volumes',
      after: removed,
      ...(anonymous.includes(name) ? {} : { shown }),
    })
  }
}

function addImageRemovals(builder: PlanBuilder, images: ReadonlySet<string>, { rules, removed }: ObjectRemoval): void {
  for (const image of images) {
    builder.add({
      target: { kind: 'image', name: image },
      op: { kind: 'image.remove', image },
      cause: `asked for by --rmi ${rules.removeImages}`,
      after: removed,
      // An image that another project uses stays, and down goes on.
      onFailure: 'warn',
      shown,
    })
  }
}

/** Images of the containers that go, and those of services that have none any more. */
function imagesToRemove(containers: readonly ContainerSummary[], observed: ObservedState, rules: DownRules): ReadonlySet<string> {
  const { removeImages, project, projectName } = rules
  const isOurs = (image: string, service: string): boolean =>
    removeImages === 'all' || (image === `${projectName}-${service}` && serviceNamed(project, service)?.image === undefined)
  const used = containers.filter((container) => isOurs(container.image, serviceOf(container))).map(({ image }) => image)
  const built = Object.values(project?.services ?? {})
    .map((service) => ({ name: service.name, image: project === undefined ? '' : imageReference(project, service) }))
    .filter(({ name, image }) => (observed.images[image] ?? null) !== null && isOurs(image, name))
  return new Set([...used, ...built.map(({ image }) => image)])
}

const serviceNamed = (project: Project | undefined, name: string): Service | undefined =>
  project?.services[name] ?? project?.disabledServices[name]
