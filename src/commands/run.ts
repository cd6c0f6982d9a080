import { TscomposeError } from '../base/errors.ts'
import { composeLabels } from '../converge/container-spec.ts'
import { type DesiredService, desiredState } from '../converge/desired.ts'
import { label } from '../converge/labels.ts'
import { observeProject } from '../converge/observe.ts'
import { readContents } from '../converge/read-contents.ts'
import type { UpRules } from '../converge/reconcile/options.ts'
import { reconcileRun } from '../converge/reconcile/run.ts'
import { reconcileImages } from '../converge/reconcile/up.ts'
import { withoutAliases } from '../converge/spec/network.ts'
import type { ContainerSpec, MountSpec, PortSpec } from '../engine/api.ts'
import type { Project } from '../project/model.ts'
import { withProviders, withRememberedProviders } from './providers.ts'
import { runPlan } from './run-plan.ts'
import { callContext, type Scope } from './scope.ts'

export interface RunOptions {
  readonly service: string
  /** Replaces the service's command; empty: the service's own. */
  readonly command: readonly string[]
  readonly entrypoint?: readonly string[]
  readonly name?: string
  /** Makes the container's name and label unique. */
  readonly slug: string
  readonly env: Readonly<Record<string, string | null>>
  readonly user?: string
  readonly workingDir?: string
  readonly labels: Readonly<Record<string, string>>
  readonly mounts: readonly MountSpec[]
  readonly ports: readonly PortSpec[]
  readonly servicePorts: boolean
  readonly useAliases: boolean
  readonly tty: boolean
  readonly openStdin: boolean
  readonly capAdd: readonly string[]
  readonly capDrop: readonly string[]
  readonly autoRemove: boolean
  readonly rules: UpRules
  readonly warn?: (message: string) => void
}

/** Brings up what the service depends on and makes its one-off container. Returns the container, not started yet. */
export async function createOneOff(
  scope: Scope & { readonly project: Project },
  options: RunOptions,
): Promise<{ readonly id: string; readonly name: string }> {
  const project = await (scope.dryRun === true ? withRememberedProviders(scope) : withProviders(scope))
  const desired = desiredState(project, await readContents(project))
  const found = desired.services.find(({ name }) => name === options.service)
  if (found === undefined) {
    const isProvider = project.services[options.service]?.provider !== undefined
    const why = isProvider ? `${options.service} is a provider: it has no container` : `no such service: ${options.service}`
    throw new TscomposeError('not-found', 'NO_SUCH_SERVICE', why, {
      hint: `the project has: ${desired.services.map(({ name }) => name).join(', ')}`,
    })
  }
  const service: DesiredService = { ...found, replicas: Math.max(1, found.replicas) }
  let observed = await observeProject(scope.engine, desired, callContext(scope))
  let { rules } = options
  const images = reconcileImages(desired, observed, rules)
  if (images.nodes.length > 0) {
    await runPlan(scope, images)
    observed = await observeProject(scope.engine, desired, callContext(scope))
    rules = { ...rules, images: { ...rules.images, settled: new Set(images.nodes.map(({ target }) => target.name)) } }
  }
  const spec = oneOffSpec(project, service, options)
  const { plan, node } = reconcileRun(desired, observed, rules, { service, spec })
  for (const warning of plan.warnings) options.warn?.(warning)
  const { created } = await runPlan(scope, plan)
  const id = created.get(node)
  if (id === undefined) throw new TscomposeError('internal', 'PLAN_BROKEN', 'the plan made no container')
  return { id, name: spec.name }
}

/** The service's container as `run` wants it: no ports, no restart, no aliases unless asked for. */
function oneOffSpec(project: Project, service: DesiredService, options: RunOptions): ContainerSpec {
  const { ports, restart: _restart, network, command, entrypoint, ...base } = service.base.spec
  const published = [...(options.servicePorts ? (ports ?? []) : []), ...options.ports]
  const ownCommand = options.command.length > 0 ? options.command : options.entrypoint === undefined ? command : undefined
  const ownEntrypoint = options.entrypoint ?? entrypoint
  const taken = new Set(options.mounts.map(({ target }) => target))
  const mounts = [...(base.mounts ?? []).filter(({ target }) => !taken.has(target)), ...options.mounts]
  return {
    ...base,
    name: options.name ?? `${project.name}-${service.name}-run-${options.slug}`,
    ...(ownCommand === undefined ? {} : { command: ownCommand }),
    ...(ownEntrypoint === undefined ? {} : { entrypoint: ownEntrypoint }),
    env: { ...base.env, ...options.env },
    ...(options.user === undefined ? {} : { user: options.user }),
    ...(options.workingDir === undefined ? {} : { workingDir: options.workingDir }),
    labels: {
      ...base.labels,
      ...composeLabels(project, service.service, service.base.hash),
      ...options.labels,
      [label.oneOff]: 'True',
      [label.slug]: options.slug,
    },
    ...(mounts.length === 0 ? {} : { mounts }),
    ...(published.length === 0 ? {} : { ports: published }),
    network: options.useAliases ? network : withoutAliases(network),
    tty: options.tty,
    openStdin: options.openStdin,
    stdinOnce: options.openStdin,
    ...(options.capAdd.length === 0 ? {} : { capAdd: [...(base.capAdd ?? []), ...options.capAdd] }),
    ...(options.capDrop.length === 0 ? {} : { capDrop: [...(base.capDrop ?? []), ...options.capDrop] }),
    autoRemove: options.autoRemove,
  }
}
