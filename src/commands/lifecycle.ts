import { TscomposeError } from '../base/errors.ts'
import { label, parseDependsOn, serviceOf } from '../converge/labels.ts'
import type { Plan } from '../converge/plan.ts'
import { type LifecycleRules, planEach, planRestart, planStart, planStop, type StartRules } from '../converge/reconcile/lifecycle.ts'
import type { ContainerSummary } from '../engine/api.ts'
import { runPlan } from './run-plan.ts'
import { findContainers, type Scope } from './scope.ts'

/*
 * The commands that change the state of containers that exist: each finds its containers, makes a plan, carries it out.
 * None needs a compose file.
 */

export interface LifecycleOptions {
  /** Absent or empty: every service. */
  readonly services?: readonly string[]
}

export interface TimedOptions extends LifecycleOptions {
  readonly timeoutMs?: number
}

/** Starts containers that are stopped, dependencies first. Rejects where the project has none. */
export async function start(scope: Scope, options: LifecycleOptions & Pick<StartRules, 'wait' | 'waitTimeoutMs'>): Promise<void> {
  const { services, ...rules } = options
  const chosen = await named(scope, services)
  const containers = services === undefined || services.length === 0 ? chosen : withDependencies(await findContainers(scope), chosen)
  if (containers.length === 0) throw noContainers(scope)
  await runPlan(scope, planStart(containers, { ...rulesOf(scope), ...rules }))
}

/** Stops running containers, dependents first. */
export async function stop(scope: Scope, { services, ...rules }: TimedOptions): Promise<void> {
  await runPlan(scope, planStop(await named(scope, services), { ...rulesOf(scope), ...rules }))
}

interface RestartOptions {
  readonly noDeps?: boolean
  /** IDs: of the chosen services only these. */
  readonly only?: ReadonlySet<string>
}

/** Restarts containers, dependencies first; dependents with `restart: true` follow unless `noDeps`. Nothing there is no failure. */
export async function restart(scope: Scope, options: TimedOptions & RestartOptions): Promise<void> {
  const { services, only, noDeps = false, ...rules } = options
  const chosen = (await named(scope, services)).filter(({ id }) => only?.has(id) ?? true)
  const all = noDeps || services === undefined || services.length === 0 ? [] : await findContainers(scope)
  await runPlan(scope, planRestart([...chosen, ...restartingDependents(all, chosen)], { ...rulesOf(scope), ...rules }))
}

/** Sends a signal to running containers. Says how many there were. */
export async function kill(
  scope: Scope,
  options: LifecycleOptions & { readonly signal: string; readonly removeOrphans?: boolean },
): Promise<{ readonly killed: number }> {
  const found = await findContainers(scope, {
    ...(options.services === undefined ? {} : { services: options.services }),
    oneOff: 'include',
    orphans: options.removeOrphans === true,
  })
  const running = found.filter(({ state }) => state.status === 'running' || state.status === 'restarting')
  const { signal } = options
  const plan = planEach(running, {
    op: (id) => ({ kind: 'container.kill', container: { id }, signal }),
    cause: `asked for by kill`,
    shown: { start: 'Killing', done: 'Killed' },
  })
  await runPlan(scope, plan)
  return { killed: running.length }
}

export async function pause(scope: Scope, options: LifecycleOptions): Promise<void> {
  const running = (await named(scope, options.services)).filter(({ state }) => state.status === 'running')
  await runPlan(scope, pausePlan(running, 'container.pause', 'Paused'))
}

export async function unpause(scope: Scope, options: LifecycleOptions): Promise<void> {
  const paused = (await named(scope, options.services)).filter(({ state }) => state.status === 'paused')
  await runPlan(scope, pausePlan(paused, 'container.unpause', 'Unpaused'))
}

function pausePlan(containers: readonly ContainerSummary[], kind: 'container.pause' | 'container.unpause', done: string): Plan {
  return planEach(containers, { op: (id) => ({ kind, container: { id } }), cause: `asked for`, shown: { done } })
}

/** The named services' containers; without names, those of the project's services whose profiles are active. */
function named(scope: Scope, services: readonly string[] | undefined): Promise<readonly ContainerSummary[]> {
  return findContainers(scope, { ...(services === undefined ? {} : { services }), orphans: false })
}

function rulesOf({ project }: Scope): LifecycleRules {
  return project === undefined ? {} : { project }
}

/** The chosen containers and those of the services they depend on, as their labels say. */
function withDependencies(all: readonly ContainerSummary[], chosen: readonly ContainerSummary[]): readonly ContainerSummary[] {
  const wanted = new Set(chosen.map(serviceOf))
  for (const name of wanted) {
    // A set that grows while it is walked: dependencies of dependencies are found too.
    const own = all.find((container) => serviceOf(container) === name)
    for (const dependency of Object.keys(parseDependsOn(own?.labels[label.dependsOn]))) wanted.add(dependency)
  }
  return all.filter((container) => wanted.has(serviceOf(container)))
}

function restartingDependents(all: readonly ContainerSummary[], chosen: readonly ContainerSummary[]): readonly ContainerSummary[] {
  const restarted = new Set(chosen.map(serviceOf))
  return all.filter((container) => {
    if (restarted.has(serviceOf(container)) || container.state.status !== 'running') return false
    const dependencies = Object.entries(parseDependsOn(container.labels[label.dependsOn]))
    return dependencies.some(([name, { restart }]) => restart === true && restarted.has(name))
  })
}

export function noContainers({ projectName }: Pick<Scope, 'projectName'>): TscomposeError {
  return new TscomposeError('not-found', 'NO_CONTAINERS', `no containers for project "${projectName}"`, {
    hint: 'create them with: tscompose up -d',
  })
}
