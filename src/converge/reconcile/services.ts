import type { ContainerSpec, ContainerSummary, MountSpec } from '../../engine/api.ts'
import type { Dependency } from '../../project/model.ts'
import { isAnonymousName } from '../config-hash.ts'
import { type DesiredService, desiredReplica } from '../desired.ts'
import { label, numberOf } from '../labels.ts'
import { replacementName } from '../names.ts'
import type { ContainerTarget } from '../plan.ts'
import type { ReplicaDecision } from './decisions.ts'
import { addAwait, addHooks, addRemove, containerTarget, type Emission, type Replica } from './emission.ts'

/** Adds the nodes of one service; its dependencies were added before. */
export function addService(emission: Emission, service: DesiredService): void {
  const decision = emission.decisions.get(service.name)
  const conditions = startConditions(emission, service)
  const replicas = (decision?.replicas ?? []).flatMap((replica) => addReplica({ emission, service, conditions }, replica) ?? [])
  emission.replicas.set(service.name, replicas)
}

interface Scope {
  readonly emission: Emission
  readonly service: DesiredService
  /** Nodes that must be done before a container of this service starts. */
  readonly conditions: readonly number[]
}

function addReplica(scope: Scope, decision: ReplicaDecision): Replica | undefined {
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
      return decision.inPlace ? recreateInPlace(scope, decision) : recreateBySwap(scope, decision)
    case 'create':
      return create(scope, decision.number, decision.cause)
    case 'remove':
      // Its nodes stand at the front of the plan: a network it is in may be about to be replaced.
      return undefined
  }
}

function keep({ emission }: Scope, container: ContainerSummary): Replica {
  emission.builder.unchanged(containerTarget(container.name), 'Running')
  return { name: container.name, container: { id: container.id }, ready: undefined, observed: container }
}

function unpause({ emission }: Scope, container: ContainerSummary): Replica {
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

function startExisting(scope: Scope, container: ContainerSummary, cause: string, stopped?: number): Replica {
  const target = { id: container.id }
  return { name: container.name, container: target, ready: start(scope, container.name, target, cause, [stopped]), observed: undefined }
}

/** The node that stopped this container before its dependency was recreated. */
function bounceNode({ emission }: Scope, container: ContainerSummary): number | undefined {
  return emission.removalNodes.get(container.id)
}

function create(scope: Scope, number: number, cause: string): Replica {
  const spec = desiredReplica(scope.emission.desired, scope.service, number)
  const created = addCreate(scope, spec, { name: spec.name, cause, shown: { start: 'Creating', done: 'Created' } })
  return {
    name: spec.name,
    container: { node: created },
    ready: start(scope, spec.name, { node: created }, cause, [created]),
    observed: undefined,
  }
}

/** The new container is made beside the old one, so that the time without a container is short and a failure changes nothing. */
function recreateBySwap(scope: Scope, { container, cause }: { readonly container: ContainerSummary; readonly cause: string }): Replica {
  const { emission, service } = scope
  const { builder, rules } = emission
  const spec = carriedSpec(scope, container)
  const temporary = {
    ...spec,
    name: replacementName(container.id, spec.name),
    labels: { ...spec.labels, [label.replace]: `${service.name}-${numberOf(container)}` },
  }
  const created = addCreate(scope, temporary, { name: spec.name, cause, shown: { start: 'Recreate' }, after: scope.conditions })
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
  return {
    name: spec.name,
    container: { node: created },
    ready: start(scope, spec.name, { node: created }, cause, [renamed]),
    observed: undefined,
  }
}

function recreateInPlace(scope: Scope, { container, cause }: { readonly container: ContainerSummary; readonly cause: string }): Replica {
  const spec = carriedSpec(scope, container)
  const removed = scope.emission.removalNodes.get(container.id)
  const created = addCreate(scope, spec, { name: spec.name, cause, shown: { start: 'Recreate', done: 'Recreated' }, after: [removed] })
  return {
    name: spec.name,
    container: { node: created },
    ready: start(scope, spec.name, { node: created }, cause, [created]),
    observed: undefined,
  }
}

interface CreateOptions {
  readonly name: string
  readonly cause: string
  readonly shown: { readonly start: string; readonly done?: string }
  readonly after?: readonly (number | undefined)[]
}

function addCreate({ emission, service }: Scope, spec: ContainerSpec, { name, cause, shown, after = [] }: CreateOptions): number {
  const image = emission.imageNodes.get(service.image)
  const imageId = emission.observed.images[service.image]?.id
  const labels = image === undefined && imageId !== undefined ? { ...spec.labels, [label.image]: imageId } : spec.labels
  return emission.builder.add({
    target: containerTarget(name),
    op: { kind: 'container.create', spec: { ...spec, labels }, ...(image === undefined ? {} : { imageFrom: image }) },
    cause,
    after: [image, ...objectsOf(spec).map((object) => emission.objectNodes.get(object)), ...sharedNodes(emission, service), ...after],
    shown,
  })
}

/** Networks and volumes a container needs, by name. */
export function objectsOf(spec: ContainerSpec): readonly string[] {
  const endpoints = spec.network.kind === 'networks' ? spec.network.endpoints.map(({ network }) => network) : []
  const volumes = (spec.mounts ?? []).flatMap((mount) => (mount.type === 'volume' && mount.source !== undefined ? [mount.source] : []))
  return [...endpoints, ...volumes]
}

/** Containers whose namespaces or volumes this service takes over must have their final names. */
export function sharedNodes(emission: Emission, { service }: DesiredService): readonly (number | undefined)[] {
  const modes = [service.network_mode, service.ipc, service.pid, service.uts, service.cgroup]
  const names = modes.flatMap((mode) => (mode?.startsWith('service:') ? [mode.slice('service:'.length)] : []))
  const sources = (service.volumes_from ?? []).map((source) => source.split(':')[0] ?? '')
  return [...names, ...sources].flatMap((name) => (emission.replicas.get(name) ?? []).map(({ ready }) => ready))
}

/** The new spec with the anonymous volumes of the old container, unless they are to be renewed. */
function carriedSpec({ emission, service }: Scope, container: ContainerSummary): ContainerSpec {
  const spec = desiredReplica(emission.desired, service, numberOf(container))
  if (emission.rules.renewAnonymousVolumes) return spec
  const old = new Map(
    container.mounts
      .filter((mount) => mount.type === 'volume' && (mount.anonymous === true || isAnonymousName(mount.name)))
      .map((mount) => [mount.target, mount.name]),
  )
  const mounts = (spec.mounts ?? []).map((mount): MountSpec => {
    const name = old.get(mount.target)
    return mount.type === 'volume' && mount.source === undefined && name !== undefined ? { ...mount, source: name } : mount
  })
  const taken = new Set(mounts.map(({ target }) => target))
  const fromImage = [...old]
    .filter(([target]) => !taken.has(target))
    .map(([target, source]): MountSpec => ({ type: 'volume', source, target }))
  return mounts.length + fromImage.length === 0 ? spec : { ...spec, mounts: [...mounts, ...fromImage] }
}

/** Starts a container when the service's conditions hold, then runs its post_start hooks. Returns the last node. */
function start(
  scope: Scope,
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
  switch (condition) {
    case 'service_started':
      return optional && replica.ready !== undefined ? addAwait(emission, replica, { until: 'started', cause, optional }) : replica.ready
    case 'service_healthy':
      if (replica.ready === undefined && replica.observed?.state.health === 'healthy') return undefined
      return addAwait(emission, replica, { until: 'healthy', cause, optional })
    case 'service_completed_successfully':
      return addAwait(emission, replica, { until: 'completed', cause, optional })
  }
}
