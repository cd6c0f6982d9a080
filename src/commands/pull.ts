import { desiredState } from '../converge/desired.ts'
import { imageReference } from '../converge/names.ts'
import { createPlanBuilder } from '../converge/plan.ts'
import { addImageNodes, type ImageAction } from '../converge/reconcile/images.ts'
import { type BuildOptions, buildSpec } from '../converge/spec/top-level.ts'
import type { BuildWarning } from '../engine/api.ts'
import type { Project, Service } from '../project/model.ts'
import { runPlan } from './run-plan.ts'
import { callContext, type Scope } from './scope.ts'

export interface PullOptions {
  /** `missing`: only what is not here. */
  readonly policy: 'always' | 'missing'
  readonly ignoreFailures: boolean
  /** Leave out services that can be built. */
  readonly ignoreBuildable: boolean
}

/** Pulls the images of the project's services, each once. */
export async function pull(scope: Scope & { readonly project: Project }, options: PullOptions): Promise<void> {
  const { project, engine } = scope
  const builder = createPlanBuilder()
  const services = Object.values(project.services).filter((service) => {
    const reason = skipReason(service, options)
    if (reason !== undefined) builder.unchanged({ kind: 'image', name: service.name }, reason)
    return reason === undefined
  })
  const references = [...new Set(services.map(({ image }) => image ?? ''))]
  // Those that are kept where they are here.
  const kept = services.filter(
    ({ pull_policy }) => options.policy === 'missing' || ['missing', 'if_not_present'].includes(pull_policy ?? ''),
  )
  const images = kept.map(({ image }) => image ?? '')
  const local = images.length === 0 ? {} : (await engine.observe({ project: project.name, images }, callContext(scope))).images
  for (const reference of references) {
    const service = services.find(({ image }) => image === reference)
    const target = { kind: 'image', name: reference } as const
    if (local[reference] !== undefined && local[reference] !== null) {
      builder.unchanged(target, 'Skipped - Image is already present locally')
      continue
    }
    const platform = service?.platform
    builder.add({
      target,
      op: { kind: 'image.pull', reference, ...(platform === undefined ? {} : { platform }) },
      cause: 'asked for by pull',
      shown: { start: 'Pulling', done: 'Pulled' },
      // What can be built need not be pulled.
      ...(options.ignoreFailures || service?.build !== undefined ? { onFailure: 'warn' as const } : {}),
    })
  }
  await runPlan(scope, builder.build())
}

/** Why a service has nothing to be pulled, in docker compose's words; undefined where it has. */
function skipReason({ image, build, pull_policy: policy }: Service, { ignoreBuildable }: PullOptions): string | undefined {
  if (image === undefined || image === '') return 'Skipped - No image to be pulled'
  if (policy === 'never' || policy === 'build') return 'Skipped'
  return ignoreBuildable && build !== undefined ? 'Skipped - Image can be built' : undefined
}

export interface BuildCommandOptions {
  readonly options: BuildOptions
  /** Service names; absent: all with a build section. */
  readonly services?: readonly string[]
}

/** What the checks of Dockerfiles found, for services with a `build` section. */
export async function checkBuilds(
  scope: Scope & { readonly project: Project },
  { options, services }: BuildCommandOptions,
): Promise<readonly BuildWarning[]> {
  const { project, engine } = scope
  const chosen = Object.values(project.services).filter(({ name }) => services === undefined || services.includes(name))
  const results = await Promise.all(
    chosen.flatMap((service) =>
      service.build === undefined
        ? []
        : [engine.images.checkBuild(buildSpec(project, service, service.build, options), callContext(scope))],
    ),
  )
  // Services that share a Dockerfile share its findings.
  const all = results.flatMap(({ warnings }) => warnings)
  return all.filter((warning, index) => all.findIndex((other) => JSON.stringify(other) === JSON.stringify(warning)) === index)
}

/** Builds the images of services with a `build` section, base images first. Returns their references. */
export async function build(
  scope: Scope & { readonly project: Project },
  { options, services }: BuildCommandOptions,
): Promise<readonly string[]> {
  const desired = desiredState(
    { ...scope.project, configs: {}, secrets: scope.project.secrets, services: withoutFiles(scope.project) },
    new Map(),
  )
  const actions = desired.services
    .filter(({ name, service }) => service.build !== undefined && (services === undefined || services.includes(name)))
    .map(
      (service): ImageAction => ({
        reference: imageReference(scope.project, service.service),
        service,
        kind: 'build',
        cause: 'asked for by build',
        orBuild: false,
        decisive: false,
      }),
    )
  const builder = createPlanBuilder()
  addImageNodes(builder, actions, desired, { buildOptions: options })
  await runPlan(scope, builder.build())
  return actions.map(({ reference }) => reference)
}

/** Files a container would get do not matter to a build, and need not exist for one. */
function withoutFiles(project: Project): Project['services'] {
  return Object.fromEntries(
    Object.entries(project.services).map(([name, { configs: _configs, secrets: _secrets, ...rest }]) => [name, rest]),
  )
}
