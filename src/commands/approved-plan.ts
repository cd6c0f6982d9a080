import { TscomposeError } from '../base/errors.ts'
import { stableJson } from '../base/hash.ts'
import { type Plan, planToJson } from '../converge/plan.ts'

/** A plan as `plan --format json` wrote it. */
export interface ApprovedPlan {
  /** Named in errors. */
  readonly file: string
  readonly text: string
}

/** Rejects PLAN_INVALID for what is no plan, PLAN_DRIFTED where what would be done now is not what was approved. */
export function requireApproved(plan: Plan, { file, text }: ApprovedPlan): void {
  const approved = nodesOf(parse(file, text))
  if (approved === undefined) throw invalid(file)
  const now = nodesOf(planToJson(plan)) ?? []
  if (stableJson(approved) === stableJson(now)) return
  const [before, after] = [approved.map(describe), now.map(describe)]
  const lines = [
    ...before.filter((line) => !after.includes(line)).map((line) => `  - ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `  + ${line}`),
  ]
  const difference = lines.length === 0 ? '' : `:\n${lines.join('\n')}`
  throw new TscomposeError('conflict', 'PLAN_DRIFTED', `the plan in ${file} is not what would be done now${difference}`, {
    hint: 'look at the new plan and approve it: tscompose plan --format json (with the flags of this up)',
  })
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalid(file)
  }
}

function nodesOf(value: unknown): readonly Record<string, unknown>[] | undefined {
  const nodes = typeof value === 'object' && value !== null && 'nodes' in value ? value.nodes : undefined
  const whole = Array.isArray(nodes) && nodes.every((node) => typeof node === 'object' && node !== null && 'op' in node && 'target' in node)
  return whole ? (nodes as readonly Record<string, unknown>[]) : undefined
}

function describe({ op, target, cause }: Record<string, unknown>): string {
  return `${(op as { readonly kind: string }).kind} ${(target as { readonly name: string }).name}: ${String(cause)}`
}

function invalid(file: string): TscomposeError {
  return new TscomposeError('invalid', 'PLAN_INVALID', `${file} is no plan`, {
    hint: 'make one with: tscompose plan --format json > plan.json',
  })
}
