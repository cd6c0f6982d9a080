import { imageReference } from '../converge/names.ts'
import { type DownRules, reconcileDown } from '../converge/reconcile/down.ts'
import type { Project } from '../project/model.ts'
import { dismissProviders } from './providers.ts'
import { runPlan } from './run-plan.ts'
import { callContext, type Scope, selectContainers } from './scope.ts'

export type DownOptions = Omit<DownRules, 'projectName' | 'project'>

export interface DownResult {
  /** False when there was nothing of the project. */
  readonly found: boolean
}

/** Stops and removes what belongs to the project. Succeeds when there is nothing. */
export async function down(scope: Scope, options: DownOptions): Promise<DownResult> {
  const { projectName, project } = scope
  const images = options.removeImages === undefined || project === undefined ? [] : imagesOf(project)
  const observed = await scope.engine.observe({ project: projectName, images }, callContext(scope))
  if (options.services !== undefined) selectContainers(scope, observed.containers, { services: options.services })
  const plan = reconcileDown(observed, { ...options, projectName, ...(project === undefined ? {} : { project }) })
  await runPlan(scope, plan)
  if (project !== undefined && scope.dryRun !== true) await dismissProviders({ ...scope, project }, options.services)
  return { found: plan.nodes.length > 0 }
}

const imagesOf = (project: Project): readonly string[] => Object.values(project.services).map((service) => imageReference(project, service))
