import { createPlanBuilder } from '../converge/plan.ts'
import type { Project } from '../project/model.ts'
import { runPlan } from './run-plan.ts'
import type { Scope } from './scope.ts'

export interface PushOptions {
  readonly ignoreFailures: boolean
}

/** Pushes the images of services that are built and have a name of their own, each once. */
export async function push(scope: Scope & { readonly project: Project }, { ignoreFailures }: PushOptions): Promise<void> {
  const builder = createPlanBuilder()
  for (const { name, image, build } of Object.values(scope.project.services)) {
    const isNamed = build !== undefined && image !== undefined && image !== ''
    const references = [...(isNamed ? [image] : []), ...(build?.tags ?? [])]
    if (references.length === 0) builder.unchanged({ kind: 'image', name }, 'Skipped')
    for (const reference of new Set(references)) {
      builder.add({
        target: { kind: 'image', name: reference },
        op: { kind: 'image.push', reference },
        cause: 'asked for by push',
        shown: { start: 'Pushing', done: 'Pushed' },
        ...(ignoreFailures ? { onFailure: 'warn' as const } : {}),
      })
    }
  }
  await runPlan(scope, builder.build())
}
