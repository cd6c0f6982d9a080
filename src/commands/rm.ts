import { createPlanBuilder } from '../converge/plan.ts'
import { addRemovals } from '../converge/reconcile/down.ts'
import { planStop } from '../converge/reconcile/lifecycle.ts'
import type { ContainerSummary } from '../engine/api.ts'
import { runPlan } from './run-plan.ts'
import { findContainers, type Scope } from './scope.ts'

export interface RmOptions {
  readonly services?: readonly string[]
  /** Stop running ones first, so that they are removed too. */
  readonly stop: boolean
  /** Anonymous volumes go with them. */
  readonly volumes: boolean
  /** Asked before anything is removed; absent: no question. */
  readonly confirm?: (containers: readonly ContainerSummary[]) => Promise<boolean>
}

/** Removes stopped containers. Returns those that were (to be) removed. */
export async function rm(scope: Scope, { services, stop, volumes, confirm }: RmOptions): Promise<readonly ContainerSummary[]> {
  const selection = { orphans: false, ...(services === undefined ? {} : { services }) }
  if (stop) await runPlan(scope, planStop(await findContainers(scope, selection), {}))
  const stopped = (await findContainers(scope, selection)).filter(
    ({ state }) => !['running', 'restarting', 'paused'].includes(state.status),
  )
  if (stopped.length === 0) return []
  if (confirm !== undefined && !(await confirm(stopped))) return []
  const builder = createPlanBuilder()
  addRemovals(builder, stopped, { cause: 'asked for by rm', volumes })
  await runPlan(scope, builder.build())
  return stopped
}
