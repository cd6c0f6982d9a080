import { type Desired, desiredState } from '../converge/desired.ts'
import type { ExecuteOptions } from '../converge/execute.ts'
import { serviceOf } from '../converge/labels.ts'
import { type Observed, observeProject } from '../converge/observe.ts'
import type { Plan } from '../converge/plan.ts'
import { readContents } from '../converge/read-contents.ts'
import { planConditions } from '../converge/reconcile/lifecycle.ts'
import type { UpRules } from '../converge/reconcile/options.ts'
import { reconcileImages, reconcileUp } from '../converge/reconcile/up.ts'
import type { Project, Service } from '../project/model.ts'
import { selectServices } from '../project/select.ts'
import { type ApprovedPlan, requireApproved } from './approved-plan.ts'
import { type BringUp, containersFor, withProviders, withRememberedProviders } from './providers.ts'
import { runPlan } from './run-plan.ts'
import { callContext, findContainers, type Scope } from './scope.ts'

export interface UpOptions {
  readonly rules: UpRules
  readonly scale?: Readonly<Record<string, number>>
  /** Asked for each volume whose data would be lost; absent: volumes are kept. */
  readonly confirm?: (question: string) => Promise<boolean>
  /** The only plan that may be carried out; rejects PLAN_DRIFTED where it would be another one now. */
  readonly approved?: ApprovedPlan
  /** Gets every warning once, before anything is changed. */
  readonly warn?: (message: string) => void
  readonly onHookOutput?: ExecuteOptions['onHookOutput']
  readonly onStarted?: ExecuteOptions['onStarted']
  /** Called with the final plan before it is carried out; attached `up` learns here what to follow. */
  readonly onPlan?: (plan: Plan, observed: Observed) => void
}

export interface UpResult {
  readonly plan: Plan
}

/** Makes reality what the project asks for. Idempotent: a second call finds nothing to do. */
export async function up(scope: Scope & { readonly project: Project }, options: UpOptions): Promise<UpResult> {
  const asksNobody = scope.dryRun === true || options.approved !== undefined
  const settled = new Map<string, 'kept' | 'remade'>()
  const bringUp: BringUp = async (part, providers) => {
    for (const [name, how] of await bringUpFor({ ...scope, project: part }, providers, withSettled(options, settled)))
      settled.set(name, how)
  }
  const project = await (asksNobody ? withRememberedProviders(scope) : withProviders(scope, bringUp))
  return await converge({ ...scope, project }, withSettled(options, settled))
}

function withSettled(options: UpOptions, settled: ReadonlyMap<string, 'kept' | 'remade'>): UpOptions {
  return settled.size === 0 ? options : { ...options, rules: { ...options.rules, settled } }
}

/** The part of an `up` that providers depend on: what services it is, and whether containers of them were made. */
async function bringUpFor(
  scope: Scope & { readonly project: Project },
  providers: readonly Service[],
  { onPlan: _onPlan, onStarted: _onStarted, ...options }: UpOptions,
): Promise<ReadonlyMap<string, 'kept' | 'remade'>> {
  const project = selectServices(
    scope.project,
    providers.flatMap((provider) => containersFor(scope.project, provider)),
  )
  // Orphans are a matter of the whole.
  const rules = { ...options.rules, wait: false, removeOrphans: false, ignoreOrphans: true }
  const { plan } = await converge({ ...scope, project }, { ...options, rules })
  if (options.rules.start) {
    const containers = await findContainers(scope)
    for (const provider of providers) await runPlan(scope, planConditions(containers, provider))
  }
  const made = new Set(plan.nodes.flatMap(({ op }) => (op.kind === 'container.create' ? serviceOf(op.spec) : [])))
  return new Map(
    Object.keys(project.services).map((name) => [name, made.has(name) ? 'remade' : (options.rules.settled?.get(name) ?? 'kept')]),
  )
}

/** Makes reality what a project asks for whose providers have answered. */
async function converge(scope: Scope & { readonly project: Project }, options: UpOptions): Promise<UpResult> {
  const desired = await desire(scope.project, options.scale)
  const first = await observeProject(scope.engine, desired, callContext(scope))
  const { observed, rules } =
    options.approved === undefined
      ? await settleImages(scope, { desired, observed: first, rules: options.rules })
      : { observed: first, rules: options.rules }
  const plan =
    options.approved === undefined ? await agreedPlan(desired, observed, { ...options, rules }) : reconcileUp(desired, first, rules)
  if (options.approved !== undefined) requireApproved(plan, options.approved)
  for (const warning of plan.warnings) options.warn?.(warning)
  options.onPlan?.(plan, observed)
  await runPlan(scope, plan, {
    ...(options.onHookOutput === undefined ? {} : { onHookOutput: options.onHookOutput }),
    ...(options.onStarted === undefined ? {} : { onStarted: options.onStarted }),
  })
  return { plan }
}

/** The plan of an `up`, without doing anything. Images that would be looked at first stand in front. */
export async function planUp(scope: Scope & { readonly project: Project }, options: Pick<UpOptions, 'rules' | 'scale'>): Promise<Plan> {
  const desired = await desire(await withRememberedProviders(scope), options.scale)
  const observed = await observeProject(scope.engine, desired, callContext(scope))
  const plan = reconcileUp(desired, observed, options.rules)
  const images = reconcileImages(desired, observed, options.rules).nodes.map(({ target }) => target.name)
  if (images.length === 0) return plan
  const warning = `${images.join(', ')} may turn out to be newer than what runs: their services are recreated then`
  return { ...plan, warnings: [...plan.warnings, warning] }
}

async function desire(project: Project, scale: Readonly<Record<string, number>> = {}): Promise<Desired> {
  return desiredState(project, await readContents(project), scale)
}

interface Stage {
  readonly desired: Desired
  readonly observed: Observed
  readonly rules: UpRules
}

/** Brings the images up to date whose outcome decides what is recreated, and looks again. */
async function settleImages(scope: Scope, { desired, observed, rules }: Stage): Promise<Pick<Stage, 'observed' | 'rules'>> {
  const images = reconcileImages(desired, observed, rules)
  if (images.nodes.length === 0) return { observed, rules }
  await runPlan(scope, images)
  const settled = new Set([...rules.images.settled, ...images.nodes.map(({ target }) => target.name)])
  return {
    observed: await observeProject(scope.engine, desired, callContext(scope)),
    rules: { ...rules, images: { ...rules.images, settled } },
  }
}

/** The plan with what has to be agreed to agreed to, or without it. */
async function agreedPlan(desired: Desired, observed: Observed, { rules, confirm }: Pick<UpOptions, 'rules' | 'confirm'>): Promise<Plan> {
  if (rules.recreateVolumes || confirm === undefined) return reconcileUp(desired, observed, rules)
  const bold = reconcileUp(desired, observed, { ...rules, recreateVolumes: true })
  for (const { confirm: question } of bold.nodes) {
    if (question !== undefined && !(await confirm(question))) return reconcileUp(desired, observed, rules)
  }
  return bold
}
