import type { ContainerSummary } from '../../engine/api.ts'
import type { Hook } from '../../project/model.ts'
import type { Desired } from '../desired.ts'
import { isOneOff, label, serviceOf } from '../labels.ts'
import type { Observed } from '../observe.ts'
import { createPlanBuilder, type Plan, type PlanBuilder } from '../plan.ts'
import { decideServices, type ServiceDecision } from './decisions.ts'
import { addAwait, addRemove, addStop, containerTarget, type Emission, type Replica } from './emission.ts'
import { addImageNodes, imageActions } from './images.ts'
import type { UpRules } from './options.ts'
import { addService } from './services.ts'
import { decideObjects, type ObjectDecisions } from './top-level.ts'

/**
 * The plan that turns what there is into what the project asks for: create, recreate, start, scale, wait, remove orphans.
 * Pure: the same project, the same observation and the same rules give the same plan.
 */
export function reconcileUp(desired: Desired, observed: Observed, rules: UpRules): Plan {
  const { emission, finish } = prepareEmission(desired, observed, rules)
  for (const service of desired.services) addService(emission, service)
  finish()
  addOrphans(emission)
  if (rules.wait && rules.start) addWaits(emission)
  return emission.builder.build()
}

/** Everything that comes before the services, and after them. */
export function prepareEmission(
  desired: Desired,
  observed: Observed,
  rules: UpRules,
): { readonly emission: Emission; readonly finish: () => void } {
  const builder = createPlanBuilder()
  for (const warning of desired.warnings) builder.warn(warning)
  const objects = decideObjects(desired, observed, rules)
  for (const warning of objects.warnings) builder.warn(warning)
  const decisions = decideServices(desired, observed, objects, rules)
  const imageNodes = addImageNodes(builder, imageActions(desired, observed, rules.images), desired, rules.images)
  const removalNodes = new Map([...addBounces(builder, decisions, rules), ...addRemovals(builder, decisions, rules)])
  const bystanders = addBystanderStops(builder, { desired, observed, objects, rules })
  const objectNodes = addObjects(builder, objects, { observed, removalNodes, bystanders })
  const bounceNodes = dependentStops(decisions, removalNodes)
  const emission: Emission = {
    ...{ builder, desired, observed, rules, decisions, imageNodes, objectNodes, removalNodes, bounceNodes },
    replicas: new Map(),
    awaits: new Map(),
  }
  return { emission, finish: () => restartBystanders(emission, bystanders) }
}

/** Images whose new state decides what is recreated: they are brought up to date before `reconcileUp` is asked. */
export function reconcileImages(desired: Desired, observed: Observed, rules: UpRules): Plan {
  const builder = createPlanBuilder()
  const decisive = imageActions(desired, observed, rules.images).filter((action) => action.decisive)
  addImageNodes(builder, decisive, desired, rules.images)
  return builder.build()
}

type Decisions = ReadonlyMap<string, ServiceDecision>

const hooksOf = (decision: ServiceDecision): readonly Hook[] | undefined => decision.service.service.pre_stop

function addBounces(builder: PlanBuilder, decisions: Decisions, rules: UpRules): ReadonlyMap<string, number> {
  const nodes = new Map<string, number>()
  // Dependents stop before what they depend on, and services stand in dependency order.
  for (const decision of [...decisions.values()].reverse()) {
    for (const replica of decision.replicas) {
      if (replica.kind !== 'bounce' || !rules.start) continue
      const options = { cause: replica.cause, timeoutMs: rules.timeoutMs, hooks: hooksOf(decision) }
      const node = addStop(builder, replica.container, options)
      if (node !== undefined) nodes.set(replica.container.id, node)
    }
  }
  return nodes
}

/** Containers that go for good, and those that must be gone before their network or volume can be replaced. */
function addRemovals(builder: PlanBuilder, decisions: Decisions, rules: UpRules): ReadonlyMap<string, number> {
  const nodes = new Map<string, number>()
  for (const decision of [...decisions.values()].reverse()) {
    for (const replica of decision.replicas) {
      const replaced = replica.kind === 'recreate' && replica.inPlace
      if (!replaced && replica.kind !== 'remove') continue
      const options = {
        ...{ cause: replica.cause, timeoutMs: rules.timeoutMs, hooks: hooksOf(decision) },
        ...(replaced ? { volumes: rules.renewAnonymousVolumes, silent: true } : {}),
      }
      nodes.set(replica.container.id, addRemove(builder, replica.container, options))
    }
  }
  return nodes
}

function dependentStops(decisions: Decisions, stops: ReadonlyMap<string, number>): ReadonlyMap<string, readonly number[]> {
  const nodes = new Map<string, number[]>()
  for (const { service, replicas } of decisions.values()) {
    const own = replicas.flatMap((replica) => (replica.kind === 'bounce' ? (stops.get(replica.container.id) ?? []) : []))
    for (const [name, { restart }] of Object.entries(service.service.depends_on ?? {})) {
      if (restart === true) nodes.set(name, [...(nodes.get(name) ?? []), ...own])
    }
  }
  return nodes
}

interface Bystander {
  readonly container: ContainerSummary
  readonly stopped: number
  readonly networks: readonly string[]
}

interface BystanderScope {
  readonly desired: Desired
  readonly observed: Observed
  readonly objects: ObjectDecisions
  readonly rules: UpRules
}

/** Running containers of services left out of this `up` whose network is replaced: stopped, and started again in the new one. */
function addBystanderStops(builder: PlanBuilder, { desired, observed, objects, rules }: BystanderScope): readonly Bystander[] {
  const replaced = objects.networks.filter(({ action }) => action === 'recreate').map(({ object }) => object.name)
  if (replaced.length === 0) return []
  const known = new Set(desired.services.map(({ name }) => name))
  return observed.containers.flatMap((container) => {
    if (known.has(serviceOf(container)) && !isOneOff(container)) return []
    const networks = container.networks.map(({ network }) => network).filter((name) => replaced.includes(name))
    if (networks.length === 0) return []
    const cause = `network ${networks.join(', ')} is recreated`
    const stopped = addStop(builder, container, { cause, timeoutMs: rules.timeoutMs })
    return stopped === undefined ? [] : [{ container, stopped, networks }]
  })
}

function restartBystanders({ builder, objectNodes }: Emission, bystanders: readonly Bystander[]): void {
  for (const { container, networks } of bystanders) {
    builder.add({
      target: containerTarget(container.name),
      op: { kind: 'container.start', container: { id: container.id } },
      cause: `network ${networks.join(', ')} is recreated`,
      after: networks.map((name) => objectNodes.get(name)),
      shown: { start: 'Starting', done: 'Started' },
    })
  }
}

interface ObjectScope {
  readonly observed: Observed
  readonly removalNodes: ReadonlyMap<string, number>
  readonly bystanders: readonly Bystander[]
}

/** Networks and volumes; returns the node that makes each, by name. */
function addObjects(builder: PlanBuilder, objects: ObjectDecisions, scope: ObjectScope): ReadonlyMap<string, number> {
  const nodes = new Map<string, number>()
  const shown = { start: 'Creating', done: 'Created' }
  for (const { action, object, cause } of objects.networks) {
    if (action === 'keep') continue
    const users = scope.observed.containers.filter(({ networks }) => networks.some(({ network }) => network === object.name))
    const after = [...users.map(({ id }) => scope.removalNodes.get(id)), ...scope.bystanders.map(({ stopped }) => stopped)]
    const target = { kind: 'network', name: object.name } as const
    const removed =
      action === 'recreate' ? builder.add({ target, op: { kind: 'network.remove', network: object.name }, cause, after }) : undefined
    nodes.set(object.name, builder.add({ target, op: { kind: 'network.create', spec: object.spec }, cause, after: [removed], shown }))
  }
  for (const { action, object, cause } of objects.volumes) {
    if (action === 'keep') continue
    const users = scope.observed.containers.filter(({ mounts }) => mounts.some(({ name }) => name === object.name))
    const after = users.map(({ id }) => scope.removalNodes.get(id))
    const target = { kind: 'volume', name: object.name } as const
    const confirm = `Volume ${object.name} changed (${cause}). Recreate it? Its data will be lost.`
    const removed =
      action === 'recreate' ? builder.add({ target, op: { kind: 'volume.remove', volume: object.name }, cause, after, confirm }) : undefined
    nodes.set(object.name, builder.add({ target, op: { kind: 'volume.create', spec: object.spec }, cause, after: [removed], shown }))
  }
  return nodes
}

/** Removes orphans, warns about them, or neither: as the rules say. */
export function addOrphans({ builder, desired, observed, rules }: Emission): void {
  const orphans = orphansOf(desired, observed.containers)
  if (orphans.length === 0) return
  if (rules.removeOrphans) {
    for (const orphan of orphans) {
      addRemove(builder, orphan, { cause: `there is no service ${serviceOf(orphan)} in the project`, timeoutMs: rules.timeoutMs })
    }
  } else if (!rules.ignoreOrphans) {
    const names = orphans.map(({ name }) => name).join(', ')
    builder.warn(
      `Found orphan containers (${names}) for this project: remove them with --remove-orphans if the service was removed or renamed`,
    )
  }
}

/** Containers of services the files do not have (any more), and one-off containers that ended. */
export function orphansOf(desired: Pick<Desired, 'project'>, containers: readonly ContainerSummary[]): readonly ContainerSummary[] {
  const { services, disabledServices } = desired.project
  return containers.filter((container) => {
    if (isOneOff(container)) return container.state.status === 'exited' || container.state.status === 'dead'
    const name = container.labels[label.service]
    return name === undefined || !(Object.hasOwn(services, name) || Object.hasOwn(disabledServices, name))
  })
}

/** `--wait`: every named service runs, is healthy where it has a check, or has ended well. */
function addWaits(emission: Emission): void {
  const { desired, rules, replicas } = emission
  for (const { name } of desired.services) {
    if (rules.services !== undefined && !rules.services.includes(name)) continue
    const until = isAwaitedAsJob(desired, name) ? 'completed' : 'running-or-healthy'
    for (const replica of replicas.get(name) ?? []) addWait(emission, replica, until)
  }
}

function addWait(emission: Emission, replica: Replica, until: 'completed' | 'running-or-healthy'): void {
  const { rules } = emission
  addAwait(emission, replica, { until, cause: 'asked for by --wait', exitZeroIsFine: true, timeoutMs: rules.waitTimeoutMs })
}

function isAwaitedAsJob(desired: Desired, name: string): boolean {
  return desired.services.some(({ service }) => service.depends_on?.[name]?.condition === 'service_completed_successfully')
}
