import { TscomposeError } from '../../base/errors.ts'
import type { ImageSummary } from '../../engine/api.ts'
import { parsePlatform, platformDistance } from '../../oci/platform.ts'
import type { Desired, DesiredService } from '../desired.ts'
import { isOneOff, serviceOf } from '../labels.ts'
import type { Observed } from '../observe.ts'
import type { OperationArgs, PlanBuilder } from '../plan.ts'
import { buildDependencies, buildSpec } from '../spec/top-level.ts'
import type { ImageRules } from './options.ts'
import { dependencyOrder } from './order.ts'
import { preStartImages } from './pre-start.ts'

/** What has to be done to have one image; the same image is brought once however many services run it. */
export interface ImageAction {
  readonly reference: string
  readonly service: DesiredService
  readonly kind: 'pull' | 'build'
  readonly cause: string
  readonly orBuild: boolean
  /** True when a container runs this image already, so that the outcome decides whether it is recreated. */
  readonly decisive: boolean
}

/** Images to pull or build, those others are built from first. Throws where an image cannot be had by the rules. */
export function imageActions(desired: Desired, observed: Observed, rules: ImageRules): readonly ImageAction[] {
  const actions = new Map<string, ImageAction>()
  for (const service of [...inBuildOrder(desired), ...desired.services.flatMap(hookUsers)]) {
    if (service.replicas === 0 || rules.settled.has(service.image) || actions.has(service.image)) continue
    const decision = decide(service, observed.images[service.image] ?? null, rules)
    if (decision === undefined) continue
    actions.set(service.image, {
      reference: service.image,
      service,
      orBuild: false,
      ...decision,
      decisive: isInUse(service.image, desired, observed),
    })
  }
  return [...actions.values()]
}

/** A pre_start hook with an image of its own, seen as a service that runs it. */
function hookUsers(user: DesiredService): readonly DesiredService[] {
  const { build: _build, ...service } = user.service
  return preStartImages(user).map((image) => ({ ...user, image, service: { ...service, image } }))
}

/** A service with this image has containers. */
function isInUse(reference: string, desired: Desired, observed: Observed): boolean {
  const names = desired.services.filter(({ image }) => image === reference).map(({ name }) => name)
  return observed.containers.some((container) => names.includes(serviceOf(container)) && !isOneOff(container))
}

function inBuildOrder(desired: Desired): readonly DesiredService[] {
  const byName = new Map(desired.services.map((service) => [service.name, service]))
  const order = dependencyOrder([...byName.keys()], (name) => {
    const build = byName.get(name)?.service.build
    return build === undefined ? [] : buildDependencies(build)
  })
  return order.flatMap((name) => byName.get(name) ?? [])
}

const notHere = 'it is not here'

type Decision = Pick<ImageAction, 'kind' | 'cause'> & { readonly orBuild?: boolean }

function decide(service: DesiredService, local: ImageSummary | null, rules: ImageRules): Decision | undefined {
  const policy = rules.pull ?? service.service.pull_policy ?? 'missing'
  const canBuild = service.service.build !== undefined && !rules.noBuild
  const named = service.service.image !== undefined && service.service.image !== ''
  if (canBuild && (rules.build || policy === 'build'))
    return { kind: 'build', cause: rules.build ? 'asked for by --build' : 'pull_policy: build' }
  if (local === null) return decideMissing(service, { policy, canBuild, named, where: notHere })
  if (!isFor(service.service.platform, local)) {
    return decideMissing(service, { policy, canBuild, named, where: `the one here is for ${local.platform}` })
  }
  if (!named) return undefined
  if (policy === 'always') return { kind: 'pull', cause: 'pull policy is always', orBuild: canBuild }
  const period = refreshPeriod(policy, service)
  const age = rules.now - (local.taggedAt ?? local.createdAt)
  return period !== undefined && age > period ? { kind: 'pull', cause: `pull policy is ${policy}`, orBuild: canBuild } : undefined
}

/** An image with variants may hold the platform under the same name: its container chooses. */
function isFor(platform: string | undefined, { platform: own, variants = [] }: ImageSummary): boolean {
  if (platform === undefined || variants.length > 0) return true
  return platformDistance(parsePlatform(platform), parsePlatform(own)) !== undefined
}

function decideMissing(
  service: DesiredService,
  {
    policy,
    canBuild,
    named,
    where,
  }: {
    readonly policy: string
    readonly canBuild: boolean
    readonly named: boolean /** Why it has to be brought. */
    readonly where: string
  },
): Decision {
  if (policy !== 'never' && named) return { kind: 'pull', cause: where, orBuild: canBuild }
  if (canBuild) return { kind: 'build', cause: where }
  const why =
    service.service.build !== undefined
      ? 'building is switched off'
      : policy === 'never'
        ? 'the pull policy is never'
        : 'there is nothing to build it from'
  throw new TscomposeError(
    'not-found',
    'IMAGE_NOT_FOUND',
    `service ${service.name}: no image ${service.image} here${where === notHere ? '' : ` (${where})`}, and ${why}`,
    {
      hint: service.service.build !== undefined ? 'run again with --build' : `run: tscompose pull ${service.name}`,
      target: service.image,
    },
  )
}

const day = 24 * 60 * 60 * 1000

/** How old an image may grow under a policy; undefined: any age. */
function refreshPeriod(policy: string, { service }: DesiredService): number | undefined {
  if (policy === 'daily') return day
  if (policy === 'weekly') return 7 * day
  if (policy === 'refresh') return service.pull_refresh_after
  return policy.startsWith('every_') ? parsePeriod(policy.slice('every_'.length)) : undefined
}

const unitMilliseconds: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: day, w: 7 * day }

/** `12h`, `1d12h`. */
function parsePeriod(text: string): number {
  let total = 0
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|[smhdw])/g)) total += Number(count) * (unitMilliseconds[unit ?? ''] ?? 0)
  return total
}

/** Adds a node per action; returns the node that brings each reference. */
export function addImageNodes(
  builder: PlanBuilder,
  actions: readonly ImageAction[],
  desired: Desired,
  rules: Pick<ImageRules, 'buildOptions'>,
): ReadonlyMap<string, number> {
  const nodes = new Map<string, number>()
  for (const action of actions) {
    const { service } = action
    const bases = service.service.build === undefined ? [] : buildDependencies(service.service.build)
    const after = bases.map((name) => nodes.get(desired.services.find((other) => other.name === name)?.image ?? ''))
    const building = action.kind === 'build'
    nodes.set(
      action.reference,
      builder.add({
        target: { kind: building ? 'build' : 'image', name: action.reference },
        op: building
          ? { kind: 'image.build', build: buildOf(desired, service, rules) }
          : { kind: 'image.pull', ...pullOf(action, desired, rules) },
        cause: action.cause,
        after,
        shown: building ? { start: 'Building', done: 'Built' } : { start: 'Pulling', done: 'Pulled' },
      }),
    )
  }
  return nodes
}

function pullOf(action: ImageAction, desired: Desired, rules: Pick<ImageRules, 'buildOptions'>): OperationArgs['image.pull'] {
  const { platform } = action.service.service
  return {
    reference: action.reference,
    ...(platform === undefined ? {} : { platform }),
    ...(action.orBuild ? { orBuild: buildOf(desired, action.service, rules) } : {}),
  }
}

function buildOf(
  desired: Desired,
  { service }: DesiredService,
  rules: Pick<ImageRules, 'buildOptions'>,
): OperationArgs['image.build']['build'] {
  if (service.build === undefined) throw new TscomposeError('invalid', 'NO_BUILD', `service ${service.name} has no build section`)
  return buildSpec(desired.project, service, service.build, rules.buildOptions)
}
