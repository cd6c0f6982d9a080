import { type ExecuteOptions, type ExecuteResult, execute } from '../converge/execute.ts'
import type { Plan } from '../converge/plan.ts'
import type { Scope } from './scope.ts'

/** Carries out a plan with a scope's sink, signal and limit. */
export function runPlan(scope: Scope, plan: Plan, extra: Pick<ExecuteOptions, 'stdio' | 'onStarted'> = {}): Promise<ExecuteResult> {
  const { engine, sink, signal, limit } = scope
  return execute(plan, engine, {
    ...extra,
    ...(sink === undefined ? {} : { sink }),
    ...(signal === undefined ? {} : { signal }),
    ...(limit === undefined ? {} : { limit }),
  })
}
