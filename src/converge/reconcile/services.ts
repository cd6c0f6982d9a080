import type { ContainerSummary } from '../../engine/api.ts'
import type { Dependency } from '../../project/model.ts'
import { type DesiredService, desiredReplica } from '../desired.ts'
import type { ContainerTarget } from '../plan.ts'
import { addCreate, carriedSpec, type ServiceScope, temporarySpec } from './create.ts'
import type { ReplicaDecision } from './decisions.ts'
import { addAwait, addHooks, addRemove, containerTarget, type Emission, type Replica } from './emission.ts'
import { addPreStart } from './pre-start.ts'
import { rollingUpdate } from './rolling.ts'

/** Adds the nodes of one service; its dependencies were added before. */
export function addService(emission: Emission, service: DesiredService): void {
  const decisions = emission.decisions.get(service.name)?.replicas ?? []
  const scope: ServiceScope = { emission, service, conditions: addPreStart(emission, service, startConditions(emission, service)) }
  const rolling = rollingUpdate(scope, decisions)
  const others = decisions.filter((decision) => rolling?.replaced.includes(decision) !== true)
  const replicas = others.flatMap((replica) => addReplica(scope, replica) ?? [])
  emission.replicas.set(service.name, [...replicas, ...(rolling?.add() ?? [])])
}

function addReplica(scope: ServiceScope, decision: ReplicaDecision): Replica | undefined {
  switch (decision.kind) {
    case 'keep':
      return keep(scope, decision.container)
    case 'unpause':
      return unpause(scope, decision.container)
    case 'start':
      return startExisting(scope, decision.container, decision.cause)
    case 'bounce':
      return startExisting(scope, decision.container, decision.cause, bounceNode(scope, decision.container))
    case 'recreate':
      // Those of a rolling update are added by it, together.
      return decision.inPlace ? recreateInPlace(scope, decision) : recreateBySwap(scope, decision)
    case 'create':
      return create(scope, decision.number, decision.cause)
    case 'remove':
      // Its nodes stand at the front of the plan: a network it is in may be about to be replaced.
      return undefined
  }
}

function keep({ emission, service }: ServiceScope, container: ContainerSummary): Replica {
  const settled = container.state.status === 'exited' ? 'Exited' : 'Started'
  emission.builder.unchanged(containerTarget(container.name), emission.rules.settled?.has(service.name) === true ? settled : 'Running')
  return { name: container.name, container: { id: container.id }, ready: undefined, observed: container }
}

function unpause({ emission }: ServiceScope, container: ContainerSummary): Replica {
  const target = { id: container.id }
  const node = emission.rules.start
    ? emission.builder.add({
        target: containerTarget(container.name),
        op: { kind: 'container.unpause', container: target },
        cause: 'it is paused',
        shown: { done: 'Unpaused' },
      })
    : undefined
  return { name: container.name, container: target, ready: node, observed: container }
}

function startExisting(scope: ServiceScope, container: ContainerSummary, cause: string, stopped?: number): Replica {
  const target = { id: container.id }
  return { name: container.name, container: target, ready: start(scope, container.name, target, cause, [stopped]), observed: undefined }
}

/** A container the plan makes; it starts after the node `after`. */
function startCreated(
  scope: ServiceScope,
  name: string,
  created: number,
  { cause, after }: { readonly cause: string; readonly after: number },
): Replica {
  const container = { node: created }
  return { name, container, ready: start(scope, name, container, cause, [after]), observed: undefined }
}

/** The node that stopped this container before its dependency was recreated. */
function bounceNode({ emission }: ServiceScope, container: ContainerSummary): number | undefined {
  return emission.removalNodes.get(container.id)
}

function create(scope: ServiceScope, number: number, cause: string): Replica {
  const spec = desiredReplica(scope.emission.desired, scope.service, number)
  const created = addCreate(scope, spec, { name: spec.name, cause, shown: { start: 'Creating', done: 'Created' } })
  return startCreated(scope, spec.name, created, { cause, after: created })
}

/** The new container is made beside the old one, so that the time without a container is short and a failure changes nothing. */
function recreateBySwap(
  scope: ServiceScope,
  { container, cause }: { readonly container: ContainerSummary; readonly cause: string },
): Replica {
  const { emission, service } = scope
  const { builder, rules } = emission
  const spec = carriedSpec(scope, container)
  const created = addCreate(scope, temporarySpec(service.name, container, spec), {
    name: spec.name,
    cause,
    shown: { start: 'Recreate' },
    after: scope.conditions,
  })
  const gone = addRemove(builder, container, {
    cause: 'it is replaced',
    after: [created, ...(emission.bounceNodes.get(service.name) ?? [])],
    timeoutMs: rules.timeoutMs,
    hooks: service.service.pre_stop,
    volumes: rules.renewAnonymousVolumes,
    silent: true,
  })
  const renamed = builder.add({
    target: containerTarget(spec.name),
    op: { kind: 'container.rename', container: { node: created }, name: spec.name },
    cause: 'the name is free now',
    after: [created, gone],
    shown: { done: 'Recreated' },
  })
  return startCreated(scope, spec.name, created, { cause, after: renamed })
}

function recreateInPlace(
  scope: ServiceScope,
  { container, cause }: { readonly container: ContainerSummary; readonly cause: string },
): Replica {
  const spec = carriedSpec(scope, container)
  const removed = scope.emission.removalNodes.get(container.id)
  const created = addCreate(scope, spec, { name: spec.name, cause, shown: { start: 'Recreate', done: 'Recreated' }, after: [removed] })
  return startCreated(scope, spec.name, created, { cause, after: created })
}

/** Starts a container when the service's conditions hold, then runs its post_start hooks. Returns the last node. */
function start(
  scope: ServiceScope,
  name: string,
  container: ContainerTarget,
  cause: string,
  after: readonly (number | undefined)[],
): number | undefined {
  const { emission, service, conditions } = scope
  // Without a start the container is ready for what needs no more than its existence.
  if (!emission.rules.start) return after.findLast((node) => node !== undefined)
  const started = emission.builder.add({
    target: containerTarget(name),
    op: { kind: 'container.start', container },
    cause,
    after: [...after, ...conditions],
    shown: { start: 'Starting', done: 'Started' },
  })
  const hooks = service.service.post_start ?? []
  return addHooks(emission.builder, hooks, { name, container, after: [started], what: 'post_start' }) ?? started
}

/** Nodes that must be done before a container of this service starts; none when nothing of it is to be started. */
export function startConditions(emission: Emission, { name, service }: DesiredService): readonly number[] {
  const starts = emission.decisions.get(name)?.replicas.some(({ kind }) => kind !== 'keep' && kind !== 'remove' && kind !== 'unpause')
  if (!emission.rules.start || starts !== true) return []
  return Object.entries(service.depends_on ?? {}).flatMap(([other, dependency]) =>
    (emission.replicas.get(other) ?? []).flatMap((replica) => conditionNode(emission, { name, other, dependency, replica }) ?? []),
  )
}

interface Condition {
  readonly name: string
  readonly other: string
  readonly dependency: Dependency
  readonly replica: Replica
}

function conditionNode(emission: Emission, { name, other, dependency, replica }: Condition): number | undefined {
  const { condition, required } = dependency
  const cause = `${name} depends on ${other} (${condition})`
  const optional = !required
  const { wait, waitTimeoutMs } = emission.rules
  const limit = wait ? { timeoutMs: waitTimeoutMs } : {}
  switch (condition) {
    case 'service_started':
      return optional && replica.ready !== undefined
        ? addAwait(emission, replica, { until: 'started', cause, optional, ...limit })
        : replica.ready
    case 'service_healthy':
      if (replica.ready === undefined && replica.observed?.state.health === 'healthy') return undefined
      return addAwait(emission, replica, { until: 'healthy', cause, optional, ...limit })
    case 'service_completed_successfully':
      return addAwait(emission, replica, { until: 'completed', cause, optional, ...limit })
  }
}
