import { type ExecuteOptions, type ExecuteResult, execute, shownTarget } from '../converge/execute.ts'
import type { Plan } from '../converge/plan.ts'
import type { Scope } from './scope.ts'

/** Carries out a plan with a scope's sink, signal and limit; in a dry run only says what it would do. */
export async function runPlan(
  scope: Scope,
  plan: Plan,
  extra: Pick<ExecuteOptions, 'onHookOutput' | 'onStarted'> = {},
): Promise<ExecuteResult> {
  const { engine, sink, signal, limit } = scope
  if (scope.dryRun === true) return rehearse(plan, sink)
  return execute(plan, engine, {
    ...extra,
    ...(sink === undefined ? {} : { sink }),
    ...(signal === undefined ? {} : { signal }),
    ...(limit === undefined ? {} : { limit }),
  })
}

function rehearse(plan: Plan, sink: Scope['sink']): ExecuteResult {
  const created = new Map<number, string>()
  for (const { target, verb } of plan.unchanged) sink?.({ target: shownTarget(target), verb, phase: 'done' })
  for (const { id, op, target, shown, rescues } of plan.nodes) {
    // Nothing fails in a rehearsal.
    if (rescues !== undefined) continue
    if (op.kind === 'container.create') created.set(id, '')
    if (shown?.start !== undefined) sink?.({ target: shownTarget(target), verb: shown.start, phase: 'start' })
    if (shown?.done !== undefined) sink?.({ target: shownTarget(target), verb: shown.done, phase: 'done' })
  }
  return { created }
}
