import type { ContainerSummary } from '../../engine/api.ts'
import type { Project, Service } from '../../project/model.ts'
import { label, parseDependsOn, serviceOf } from '../labels.ts'
import { createPlanBuilder, type Operation, type Plan, type PlanBuilder, type Shown } from '../plan.ts'
import { dependentsOf, hooksOf, labelledDependencies, reverseOrder } from './down.ts'
import { addAwait, addHooks, addStop, containerTarget, type Replica } from './emission.ts'

/*
 * start, stop, restart, pause, unpause and kill work on containers that exist. Order and conditions come from the labels,
 * so they need no compose file; where there is one, its hooks run too.
 */

export interface LifecycleRules {
  readonly timeoutMs?: number
  readonly project?: Project
}

/** Dependents first. */
export function planStop(containers: readonly ContainerSummary[], rules: LifecycleRules): Plan {
  const builder = createPlanBuilder()
  const byService = Map.groupBy(containers, serviceOf)
  const dependents = dependentsOf(byService)
  const nodes = new Map<string, number | undefined>()
  for (const name of reverseOrder(byService)) {
    const after = (dependents.get(name) ?? []).flatMap((other) => (byService.get(other) ?? []).map(({ id }) => nodes.get(id)))
    for (const container of byService.get(name) ?? []) {
      const hooks = hooksOf(rules.project, name)
      nodes.set(container.id, addStop(builder, container, { cause: 'asked for by stop', after, timeoutMs: rules.timeoutMs, hooks }))
    }
  }
  return builder.build()
}

export interface StartRules extends LifecycleRules {
  readonly wait?: boolean
  readonly waitTimeoutMs?: number
}

/** Dependencies first, conditions honoured. Running containers are left alone. */
export function planStart(containers: readonly ContainerSummary[], rules: StartRules): Plan {
  const builder = createPlanBuilder()
  const awaits = new Map<string, number>()
  const byService = Map.groupBy(containers, serviceOf)
  const replicas = new Map<string, readonly Replica[]>()
  for (const name of [...reverseOrder(byService)].reverse()) {
    const group = byService.get(name) ?? []
    const conditions = group.some(({ state }) => !isUp(state.status)) ? conditionNodes({ builder, awaits }, replicas, group[0]) : []
    replicas.set(
      name,
      group.map((container) => startOne(builder, container, { conditions, project: rules.project })),
    )
  }
  if (rules.wait === true) {
    for (const replica of [...replicas.values()].flat()) {
      const timeoutMs = rules.waitTimeoutMs
      addAwait({ builder, awaits }, replica, { until: 'running-or-healthy', cause: 'asked for by --wait', exitZeroIsFine: true, timeoutMs })
    }
  }
  return builder.build()
}

/** Waits until the containers of a service's dependencies are as it asks. */
export function planConditions(containers: readonly ContainerSummary[], { name: dependent, depends_on = {} }: Service): Plan {
  const builder = createPlanBuilder()
  const awaits = new Map<string, number>()
  for (const [name, { condition, required }] of Object.entries(depends_on)) {
    if (condition === 'service_started') continue
    for (const container of containers.filter((other) => serviceOf(other) === name)) {
      const replica = { name: container.name, container: { id: container.id }, ready: undefined, observed: container }
      const until = condition === 'service_healthy' ? 'healthy' : 'completed'
      const cause = `${dependent} depends on ${name} (${condition})`
      addAwait({ builder, awaits }, replica, { until, cause, optional: required === false })
    }
  }
  return builder.build()
}

function isUp(status: ContainerSummary['state']['status']): boolean {
  return status === 'running' || status === 'restarting' || status === 'paused'
}

function startOne(
  builder: PlanBuilder,
  container: ContainerSummary,
  options: { readonly conditions: readonly number[]; readonly project: Project | undefined },
): Replica {
  const target = { id: container.id }
  const { name } = container
  if (isUp(container.state.status)) return { name, container: target, ready: undefined, observed: container }
  const started = builder.add({
    target: containerTarget(name),
    op: { kind: 'container.start', container: target },
    cause: `it is ${container.state.status}`,
    after: options.conditions,
    shown: { start: 'Starting', done: 'Started' },
  })
  const hooks = options.project?.services[serviceOf(container)]?.post_start ?? []
  const ready = addHooks(builder, hooks, { name, container: target, after: [started], what: 'post_start' }) ?? started
  return { name, container: target, ready, observed: undefined }
}

function conditionNodes(
  place: { readonly builder: PlanBuilder; readonly awaits: Map<string, number> },
  replicas: ReadonlyMap<string, readonly Replica[]>,
  container: ContainerSummary | undefined,
): readonly number[] {
  const dependencies = Object.entries(parseDependsOn(container?.labels[label.dependsOn]))
  return dependencies.flatMap(([name, { condition }]) =>
    (replicas.get(name) ?? []).flatMap((replica) => {
      const cause = `${container === undefined ? '' : serviceOf(container)} depends on ${name} (${condition})`
      if (condition === 'service_started') return replica.ready ?? []
      if (condition === 'service_healthy' && replica.ready === undefined && replica.observed?.state.health === 'healthy') return []
      return addAwait(place, replica, { until: condition === 'service_healthy' ? 'healthy' : 'completed', cause })
    }),
  )
}

/** Dependencies first; with `follow`, dependents with `restart: true` are among the containers already. */
export function planRestart(containers: readonly ContainerSummary[], rules: LifecycleRules): Plan {
  const builder = createPlanBuilder()
  const byService = Map.groupBy(containers, serviceOf)
  const nodes = new Map<string, readonly number[]>()
  for (const name of [...reverseOrder(byService)].reverse()) {
    const after = labelledDependencies(byService, name).flatMap((other) => nodes.get(other) ?? [])
    const group = byService.get(name) ?? []
    nodes.set(
      name,
      group.map((container) => restartOne(builder, container, { ...rules, after })),
    )
  }
  return builder.build()
}

function restartOne(
  builder: PlanBuilder,
  container: ContainerSummary,
  rules: LifecycleRules & { readonly after: readonly number[] },
): number {
  const name = serviceOf(container)
  const target = { id: container.id }
  const running = container.state.status === 'running'
  const place = { name: container.name, container: target }
  const before = running
    ? addHooks(builder, hooksOf(rules.project, name) ?? [], { ...place, after: rules.after, what: 'pre_stop' })
    : undefined
  const restarted = builder.add({
    target: containerTarget(container.name),
    op: { kind: 'container.restart', container: target, ...(rules.timeoutMs === undefined ? {} : { timeoutMs: rules.timeoutMs }) },
    cause: 'asked for by restart',
    after: [before, ...rules.after],
    shown: { start: 'Restarting', done: 'Started' },
  })
  const hooks = rules.project?.services[name]?.post_start ?? []
  return addHooks(builder, hooks, { ...place, after: [restarted], what: 'post_start' }) ?? restarted
}

/** One operation for each container, side by side. */
export function planEach(
  containers: readonly ContainerSummary[],
  each: { readonly op: (id: string) => Operation; readonly cause: string; readonly shown: Shown },
): Plan {
  const builder = createPlanBuilder()
  for (const container of containers) {
    builder.add({ target: containerTarget(container.name), op: each.op(container.id), cause: each.cause, shown: each.shown })
  }
  return builder.build()
}
