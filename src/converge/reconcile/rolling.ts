import type { ContainerSpec, ContainerSummary } from '../../engine/api.ts'
import type { UpdateConfig } from '../../project/model.ts'
import type { PlanNode } from '../plan.ts'
import { addCreate, carriedSpec, type ServiceScope, temporarySpec } from './create.ts'
import type { ReplicaDecision } from './decisions.ts'
import { addAwait, addHooks, addStop, containerTarget, type Emission, type Replica } from './emission.ts'

/*
 * deploy.update_config on one host: replicas are replaced batch by batch. The old container stays until its successor
 * is known to work, so going back is starting it again. With start-first the successor runs beside it and takes over
 * its published ports only then.
 */

type Recreate = Extract<ReplicaDecision, { kind: 'recreate' }>

export interface RollingUpdate {
  /** Decisions this update carries out. */
  readonly replaced: readonly ReplicaDecision[]
  /** Adds its nodes; returns the replicas as they will be. */
  add(): readonly Replica[]
}

/** Undefined where the service asks for no such update, or nothing of it that runs is replaced. */
export function rollingUpdate(scope: ServiceScope, decisions: readonly ReplicaDecision[]): RollingUpdate | undefined {
  const config = scope.service.service.deploy?.update_config
  if (config === undefined || !scope.emission.rules.start) return undefined
  const replaced = decisions.filter((decision): decision is Recreate => {
    return decision.kind === 'recreate' && !decision.inPlace && decision.container.state.status === 'running'
  })
  return replaced.length === 0 ? undefined : { replaced, add: () => addRolling(scope, replaced, config) }
}

/** One replica's way from the old container to the new one. */
interface Step {
  readonly decision: Recreate
  readonly spec: ContainerSpec
  readonly created: number
  /** Nodes whose failure means that the old container comes back. */
  readonly forward: readonly number[]
  /** The new one works, the old one is stopped. */
  readonly done: number
}

function addRolling(scope: ServiceScope, replaced: readonly Recreate[], config: UpdateConfig): readonly Replica[] {
  const { builder } = scope.emission
  const size = batchSize(config, replaced.length)
  const startFirst = wantsStartFirst(scope, replaced, config)
  const allowed = allowedFailures(config, replaced.length)
  const steps: Step[] = []
  const checks: number[] = []
  let before: readonly number[] = []
  for (let first = 0; first < replaced.length; first += size) {
    const batch = replaced.slice(first, first + size)
    const delayed =
      first > 0 && (config.delay ?? 0) > 0 ? addDelay(builder, batch[0] as Recreate, { before, forMs: config.delay as number }) : undefined
    const after = delayed === undefined ? before : [delayed]
    const added = batch.map((decision) => addStep(scope, decision, { config, startFirst, after }))
    steps.push(...added)
    before = added.map(({ done }) => done)
    if (config.failure_action !== 'continue' && allowed === 0) continue
    // Where a failure may be, the next batch waits for the end of this one, not for its success.
    const rescued = added.map((step) => addRescue(scope, step, { startFirst, rescues: nodesOf([step]) }).last)
    const check = { name: steps[0]?.spec.name ?? '', what: 'update_config', proofs: steps.map(({ done }) => done), allowed } as const
    before = config.failure_action === 'continue' ? rescued : [addCheck(builder, { ...check, after: rescued })]
    if (config.failure_action !== 'continue') checks.push(...before)
  }
  if (config.failure_action === 'rollback') addRollback(scope, steps, { startFirst, checks })
  else if (config.failure_action !== 'continue' && allowed === 0) {
    for (const step of steps) addRescue(scope, step, { startFirst, rescues: nodesOf([step]) })
  }
  const proven = config.failure_action === 'rollback' ? (allowed === 0 ? steps.map(({ done }) => done) : checks) : []
  return steps.map((step) => addEnd(scope, step, { after: [step.done, ...proven] }))
}

/** 0 is all at once; one after another where nothing is said. */
function batchSize({ parallelism }: Pick<UpdateConfig, 'parallelism'>, count: number): number {
  return parallelism === undefined ? 1 : parallelism < 1 ? count : parallelism
}

/** Every node of these steps whose failure means that they did not work. */
function nodesOf(steps: readonly Step[]): readonly number[] {
  return [...new Set(steps.flatMap(({ forward, done }) => [...forward, done]))]
}

interface CheckOptions {
  readonly name: string
  readonly what: 'update_config' | 'rollback_config'
  /** Nodes that tell whether a replica works. */
  readonly proofs: readonly number[]
  readonly after: readonly number[]
  readonly allowed: number
}

/** Stops an update or a rollback where more of it failed than `max_failure_ratio` allows. */
function addCheck(builder: Emission['builder'], { name, what, proofs, after, allowed }: CheckOptions): number {
  return builder.add({
    target: containerTarget(name),
    op: { kind: 'update.check', steps: proofs, allowed },
    cause: `${what}.max_failure_ratio allows ${allowed} to fail`,
    after,
  })
}

/** How many of `count` replicas may fail. */
function allowedFailures({ max_failure_ratio = 0 }: UpdateConfig, count: number): number {
  return Math.floor(max_failure_ratio * count)
}

interface RollbackOptions {
  readonly startFirst: boolean
  /** Where a share of failures is tolerated: the nodes that tell whether it was exceeded. */
  readonly checks: readonly number[]
}

/**
 * Brings back every old container of the update, the last one first, as `rollback_config` says: without one, all at once.
 * One that does not work either pauses the rollback, unless it is to go on: replicas whose turn has not come keep the
 * new container, if that works.
 */
function addRollback(scope: ServiceScope, steps: readonly Step[], { startFirst, checks }: RollbackOptions): void {
  const { builder } = scope.emission
  const config = scope.service.service.deploy?.rollback_config
  const size = config === undefined ? steps.length : batchSize(config, steps.length)
  const rescues = checks.length > 0 ? checks : nodesOf(steps)
  // What was updated start-first goes back that way: its ports must be led back before it goes.
  const order = startFirst || (config?.order === 'start-first' && wantsStartFirst(scope, [], config))
  const backwards = [...steps].reverse()
  const proofs: number[] = []
  const paused: number[] = []
  const later: { readonly step: Step; readonly paused: readonly number[] }[] = []
  let before: readonly number[] = []
  for (let first = 0; first < backwards.length; first += size) {
    const batch = backwards.slice(first, first + size)
    const unless = paused.length === 0 ? {} : { unless: [...paused] }
    if (first > 0 && config?.delay !== undefined && config.delay > 0) {
      const { name } = (batch[0] as Step).decision.container
      const { id } = (batch[0] as Step).decision.container
      const op = { kind: 'container.delay', container: { id }, forMs: config.delay } as const
      before = [builder.add({ target: containerTarget(name), op, cause: 'rollback_config.delay', after: before, rescues, ...unless })]
    }
    const after = before
    const back = batch.map((step) => addRescue(scope, step, { startFirst: order, rescues, after, ...unless }))
    before = back.map(({ last }) => last)
    if (paused.length > 0) later.push(...batch.map((step) => ({ step, paused: [...paused] })))
    if (config === undefined) continue
    const proven = batch.map((step, index) =>
      addRescueProof(scope, step, { config, rescues, started: back[index]?.started ?? 0, paused: [...paused] }),
    )
    before = [...before, ...proven.flat()]
    if (config.failure_action === 'continue' || first + size >= backwards.length) continue
    proofs.push(...proven.flat())
    const check = { name: steps[0]?.spec.name ?? '', what: 'rollback_config', allowed: allowedFailures(config, steps.length) } as const
    paused.push(addCheck(builder, { ...check, proofs: [...proofs], after: before }))
    before = paused.slice(-1)
  }
  for (const { step, ...each } of later) addUnreturned(scope, step, { ...each, startFirst, hasRescue: checks.length > 0, after: before })
}

interface RescueProof {
  readonly config: UpdateConfig
  readonly rescues: readonly number[]
  /** The node that starts the old container again. */
  readonly started: number
  readonly paused: readonly number[]
}

/** The old container works again: as `addProof` for a new one. Nothing is waited for where it was never replaced. */
function addRescueProof(
  { emission, service }: ServiceScope,
  step: Step,
  { config, rescues, started, paused }: RescueProof,
): readonly number[] {
  const { id, name } = step.decision.container
  const common = { target: containerTarget(name), rescues }
  const [container, insteadOf] = [{ id }, { node: step.created }]
  const healthy = emission.builder.add({
    ...common,
    op: { kind: 'container.await', container, until: 'running-or-healthy', insteadOf },
    cause: 'the rollback goes on when it works',
    after: [started],
    ...(paused.length === 0 ? {} : { unless: paused }),
  })
  const forMs = monitorMs(config, service.base.spec.healthcheck !== undefined)
  if (forMs <= 0) return [healthy]
  const monitored = emission.builder.add({
    ...common,
    op: { kind: 'container.monitor', container, forMs, insteadOf },
    cause: 'rollback_config.monitor',
    after: [healthy],
    unless: [...paused, healthy],
  })
  return [healthy, monitored]
}

interface UnreturnedOptions {
  readonly startFirst: boolean
  /** Nodes one of which fails where the rollback stopped before this replica. */
  readonly paused: readonly number[]
  /** Where the new container failed, the old one is back already. */
  readonly hasRescue: boolean
  readonly after: readonly number[]
}

/** A replica a paused rollback did not come to: the new container takes its place for good, or goes where it does not work. */
function addUnreturned(scope: ServiceScope, step: Step, { startFirst, paused, hasRescue, after }: UnreturnedOptions): void {
  const own = nodesOf([step])
  addEnd(scope, step, { after, rescues: paused, unless: own })
  if (!hasRescue) addRescue(scope, step, { startFirst, rescues: own, after })
}

/** Two containers cannot have one address. */
function wantsStartFirst({ emission, service }: ServiceScope, replaced: readonly Recreate[], { order }: UpdateConfig): boolean {
  if (order !== 'start-first') return false
  const { network } = service.base.spec
  const fixed =
    network.kind !== 'networks' || network.endpoints.some(({ ipv4Address, ipv6Address }) => (ipv4Address ?? ipv6Address) !== undefined)
  if (fixed && replaced.length > 0) {
    emission.builder.warn(
      `${service.name}: update_config.order start-first needs addresses of the engine's choice; it is updated stop-first`,
    )
  }
  return !fixed
}

function addDelay(
  builder: Emission['builder'],
  { container }: Recreate,
  { before, forMs }: { readonly before: readonly number[]; readonly forMs: number },
): number {
  return builder.add({
    target: containerTarget(container.name),
    op: { kind: 'container.delay', container: { id: container.id }, forMs },
    cause: 'update_config.delay',
    after: before,
  })
}

interface StepOptions {
  readonly config: UpdateConfig
  readonly startFirst: boolean
  readonly after: readonly number[]
}

function addStep(scope: ServiceScope, decision: Recreate, { config, startFirst, after }: StepOptions): Step {
  const { emission, service } = scope
  const { builder } = emission
  const spec = carriedSpec(scope, decision.container)
  const { name } = spec
  const { cause, container: old } = decision
  const first = builder.count() + 1
  const options = { name, cause, shown: { start: 'Recreate' }, after: [...after, ...scope.conditions] }
  const created = addCreate(scope, temporarySpec(service.name, old, spec), options)
  const container = { node: created }
  const stop = (before: readonly number[]): number =>
    addStop(builder, old, {
      ...{ cause: 'it is replaced', timeoutMs: emission.rules.timeoutMs, hooks: service.service.pre_stop, silent: true },
      after: [...before, ...(emission.bounceNodes.get(service.name) ?? [])],
    }) ?? created
  const stopped = startFirst ? undefined : stop([created])
  const publishes = (old.ports.length > 0 || (spec.ports ?? []).length > 0) && startFirst
  const started = builder.add({
    target: containerTarget(name),
    op: { kind: 'container.start', container, ...(publishes ? { portsFrom: { id: old.id } } : {}) },
    cause,
    after: [created, stopped],
    shown: { start: 'Starting', done: 'Started' },
  })
  const hooked = addHooks(builder, service.service.post_start ?? [], { name, container, after: [started], what: 'post_start' }) ?? started
  const works = addProof({ emission, checked: service.base.spec.healthcheck !== undefined, name, container, config }, hooked)
  const taken = publishes
    ? builder.add({
        target: containerTarget(name),
        op: { kind: 'container.takePorts', container, from: { id: old.id } },
        cause: 'it works: its ports lead to it from here on',
        after: [works],
      })
    : works
  const forward = Array.from({ length: taken - first + 1 }, (_, index) => first + index)
  return { decision, spec, created, forward, done: startFirst ? stop([taken]) : taken }
}

interface Proof {
  readonly emission: Emission
  /** The service has a health check. */
  readonly checked: boolean
  readonly name: string
  readonly container: { readonly node: number }
  readonly config: UpdateConfig
}

/** Swarm's. A passed health check says more than five seconds of life, so with one the default is 0. */
const defaultMonitorMs = 5000

/** Healthy where it has a check, then alive for as long as `monitor` says. */
function addProof({ emission, checked, name, container, config }: Proof, ready: number): number {
  const cause = 'the update goes on when it works'
  const healthy = addAwait(emission, { name, container, ready, observed: undefined }, { until: 'running-or-healthy', cause })
  const forMs = monitorMs(config, checked)
  if (forMs <= 0) return healthy
  return emission.builder.add({
    target: containerTarget(name),
    op: { kind: 'container.monitor', container, forMs },
    cause: 'update_config.monitor',
    after: [healthy],
  })
}

function monitorMs({ monitor }: UpdateConfig, checked: boolean): number {
  return monitor ?? (checked ? 0 : defaultMonitorMs)
}

interface RescueOptions {
  readonly startFirst: boolean
  /** Nodes whose failure brings the old container of this step back. */
  readonly rescues: readonly number[]
  readonly unless?: readonly number[]
  readonly after?: readonly number[]
}

interface Rescue {
  /** The node that starts the old container. */
  readonly started: number
  readonly last: number
}

/** The old container as it was, without the new one. */
function addRescue({ emission }: ServiceScope, step: Step, options: RescueOptions): Rescue {
  const { startFirst, rescues, unless, after: begin = [] } = options
  const { builder } = emission
  const { container: old } = step.decision
  const made = { node: step.created }
  const common = { target: containerTarget(old.name), cause: 'the update failed', rescues, ...(unless === undefined ? {} : { unless }) }
  const remove = (after: readonly number[]): number =>
    builder.add({ ...common, op: { kind: 'container.remove', container: made, force: true }, after })
  const start = (after: readonly number[], portsFrom: { readonly portsFrom?: { readonly node: number } }): number =>
    builder.add({
      ...common,
      op: { kind: 'container.start', container: { id: old.id }, ...portsFrom },
      after,
      shown: { start: 'Rolling back', done: 'Rolled back' },
    })
  if (!startFirst) {
    const started = start([remove(begin)], { portsFrom: made })
    return { started, last: started }
  }
  const started = start(begin, { portsFrom: made })
  const took = builder.add({
    ...common,
    op: { kind: 'container.takePorts', container: { id: old.id }, from: made },
    after: [started],
  })
  return { started, last: remove([took]) }
}

type EndOptions = Pick<PlanNode, 'after' | 'rescues' | 'unless'>

/** The old container goes and the new one gets its name. */
function addEnd({ emission }: ServiceScope, { decision, spec, created, done }: Step, { after, ...only }: EndOptions): Replica {
  const { builder, rules } = emission
  const old: ContainerSummary = decision.container
  const volumes = rules.renewAnonymousVolumes ? { volumes: true } : {}
  const removed = builder.add({
    target: containerTarget(old.name),
    op: { kind: 'container.remove', container: { id: old.id }, ...volumes },
    cause: 'it is replaced',
    after,
    ...only,
  })
  builder.add({
    target: containerTarget(spec.name),
    op: { kind: 'container.rename', container: { node: created }, name: spec.name },
    cause: 'the name is free now',
    after: [removed],
    ...only,
    shown: { done: 'Recreated' },
  })
  return { name: spec.name, container: { node: created }, ready: done, observed: undefined }
}
