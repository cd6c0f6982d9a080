import type { EventTarget } from '../../base/event.ts'
import type { AwaitCondition, ContainerSummary } from '../../engine/api.ts'
import type { Hook } from '../../project/model.ts'
import type { Desired } from '../desired.ts'
import type { Observed } from '../observe.ts'
import type { ContainerTarget, PlanBuilder } from '../plan.ts'
import type { ServiceDecision } from './decisions.ts'
import type { UpRules } from './options.ts'

/** What the steps of one reconcile share while they add nodes. */
export interface Emission {
  readonly builder: PlanBuilder
  readonly desired: Desired
  readonly observed: Observed
  readonly rules: UpRules
  readonly decisions: ReadonlyMap<string, ServiceDecision>
  /** Node that brings an image, by reference. */
  readonly imageNodes: ReadonlyMap<string, number>
  /** Node that makes a network or volume, by name. */
  readonly objectNodes: ReadonlyMap<string, number>
  /** Node that removed a container which had to go before its network or volume, by container id. */
  readonly removalNodes: ReadonlyMap<string, number>
  /** Nodes that stop the dependents of a service before it is recreated, by the service they depend on. */
  readonly bounceNodes: ReadonlyMap<string, readonly number[]>
  /** Replicas as they will be, by service. Filled as services are added, dependencies first. */
  readonly replicas: Map<string, readonly Replica[]>
  /** Await nodes made so far, so that dependents share them. */
  readonly awaits: Map<string, number>
}

/** One container as it will be when the plan is done. */
export interface Replica {
  readonly name: string
  readonly container: ContainerTarget
  /** The node after which it runs, hooks included; undefined where it runs already (or is not to be started). */
  readonly ready: number | undefined
  readonly observed: ContainerSummary | undefined
}

export const containerTarget = (name: string): EventTarget => ({ kind: 'container', name })

export interface StopOptions {
  readonly cause: string
  readonly after?: readonly (number | undefined)[]
  readonly timeoutMs?: number | undefined
  readonly hooks?: readonly Hook[] | undefined
  readonly silent?: boolean
}

/** Stops a container that runs, its pre_stop hooks first; returns the last node, undefined if there is nothing to stop. */
export function addStop(builder: PlanBuilder, container: ContainerSummary, options: StopOptions): number | undefined {
  if (!['running', 'restarting', 'paused'].includes(container.state.status)) return undefined
  const target = { id: container.id }
  const hooks = container.state.status === 'running' ? options.hooks : undefined
  const hooked = addHooks(builder, hooks ?? [], { name: container.name, container: target, after: options.after ?? [], what: 'pre_stop' })
  return builder.add({
    target: containerTarget(container.name),
    op: { kind: 'container.stop', container: target, ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }) },
    cause: options.cause,
    after: [hooked, ...(options.after ?? [])],
    ...(options.silent === true ? {} : { shown: { start: 'Stopping', done: 'Stopped' } }),
  })
}

export interface RemoveOptions extends StopOptions {
  readonly volumes?: boolean
  /** Even where somebody has started it again meanwhile. */
  readonly force?: boolean
}

/** Stops and removes; returns the node after which it is gone. */
export function addRemove(builder: PlanBuilder, container: ContainerSummary, options: RemoveOptions): number {
  const stopped = addStop(builder, container, options)
  return builder.add({
    target: containerTarget(container.name),
    op: {
      kind: 'container.remove',
      container: { id: container.id },
      ...(options.volumes === true ? { volumes: true } : {}),
      ...(options.force === true ? { force: true } : {}),
    },
    cause: options.cause,
    after: [stopped, ...(options.after ?? [])],
    ...(options.silent === true ? {} : { shown: { start: 'Removing', done: 'Removed' } }),
  })
}

export interface HookPlace {
  readonly name: string
  readonly container: ContainerTarget
  readonly after: readonly (number | undefined)[]
  readonly what: 'post_start' | 'pre_stop'
}

/** Hooks run one after another; returns the last one's node. */
export function addHooks(builder: PlanBuilder, hooks: readonly Hook[], place: HookPlace): number | undefined {
  let last: number | undefined
  for (const hook of hooks) {
    const environment = Object.entries(hook.environment ?? {}).filter((entry): entry is [string, string] => entry[1] !== null)
    last = builder.add({
      target: containerTarget(place.name),
      op: {
        kind: 'container.exec',
        container: place.container,
        process: {
          args: hook.command ?? [],
          ...(environment.length === 0 ? {} : { env: Object.fromEntries(environment) }),
          ...(hook.user === undefined ? {} : { user: hook.user }),
          ...(hook.working_dir === undefined ? {} : { workingDir: hook.working_dir }),
          ...(hook.privileged === undefined ? {} : { privileged: hook.privileged }),
        },
      },
      cause: `${place.what} hook`,
      after: last === undefined ? place.after : [last],
    })
  }
  return last
}

export interface AwaitOptions {
  readonly until: AwaitCondition
  readonly cause: string
  readonly optional?: boolean
  readonly exitZeroIsFine?: boolean
  readonly timeoutMs?: number | undefined
}

/** Waits for a replica; dependents that wait for the same thing share the node. */
export function addAwait(emission: Pick<Emission, 'builder' | 'awaits'>, replica: Replica, options: AwaitOptions): number {
  const key = `${replica.name} ${options.until} ${options.optional === true}`
  const known = emission.awaits.get(key)
  if (known !== undefined) return known
  const node = emission.builder.add({
    target: containerTarget(replica.name),
    op: {
      kind: 'container.await',
      container: replica.container,
      until: options.until,
      ...(options.exitZeroIsFine === true ? { exitZeroIsFine: true } : {}),
      ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    },
    cause: options.cause,
    after: [replica.ready],
    shown: { start: 'Waiting', done: options.until === 'completed' ? 'Exited' : 'Healthy' },
    ...(options.optional === true ? { onFailure: 'warn' as const } : {}),
  })
  emission.awaits.set(key, node)
  return node
}
