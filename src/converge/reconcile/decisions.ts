import type { ContainerSummary } from '../../engine/api.ts'
import { containerChanges } from '../config-hash.ts'
import { type Desired, type DesiredService, desiredReplica } from '../desired.ts'
import { isOneOff, label, numberOf, serviceOf } from '../labels.ts'
import type { Observed } from '../observe.ts'
import type { UpRules } from './options.ts'
import { explain, type ObjectDecisions } from './top-level.ts'

/** What becomes of one replica. */
export type ReplicaDecision =
  | { readonly kind: 'keep' | 'unpause'; readonly container: ContainerSummary }
  | { readonly kind: 'start' | 'remove'; readonly container: ContainerSummary; readonly cause: string }
  /** `inPlace`: the old one must be gone before the new one can be made, because its network or volume is replaced. */
  | { readonly kind: 'recreate'; readonly container: ContainerSummary; readonly cause: string; readonly inPlace: boolean }
  /** Stopped and started again, because a dependency with `restart: true` is recreated. */
  | { readonly kind: 'bounce'; readonly container: ContainerSummary; readonly cause: string }
  | { readonly kind: 'create'; readonly number: number; readonly cause: string }

export interface ServiceDecision {
  readonly service: DesiredService
  readonly replicas: readonly ReplicaDecision[]
}

/** Decides for every service, dependencies first, what becomes of its containers. */
export function decideServices(
  desired: Desired,
  observed: Observed,
  objects: ObjectDecisions,
  rules: UpRules,
): ReadonlyMap<string, ServiceDecision> {
  const decisions = new Map<string, ServiceDecision>()
  for (const service of desired.services) {
    const own = observed.containers.filter((container) => !isOneOff(container) && serviceOf(container) === service.name)
    const scope: Scope = { desired, observed, objects, rules, decisions, service }
    decisions.set(service.name, { service, replicas: decideReplicas(scope, own) })
  }
  return decisions
}

interface Scope {
  readonly desired: Desired
  readonly observed: Observed
  readonly objects: ObjectDecisions
  readonly rules: UpRules
  /** Of the services before this one. */
  readonly decisions: ReadonlyMap<string, ServiceDecision>
  readonly service: DesiredService
}

interface Candidate {
  readonly container: ContainerSummary
  readonly recreate: { readonly cause: string; readonly inPlace: boolean } | undefined
}

function decideReplicas(scope: Scope, own: readonly ContainerSummary[]): readonly ReplicaDecision[] {
  const wanted = scope.service.replicas
  if (scope.rules.settled?.has(scope.service.name) === true) return own.map((container) => ({ kind: 'keep', container }))
  const leftovers = own.filter((container) => isLeftover(container, own))
  const removed = leftovers.map((container) => ({
    kind: 'remove' as const,
    container,
    cause: 'it is left over from an interrupted recreate',
  }))
  return [
    ...removed,
    ...decideCounted(
      scope,
      own.filter((container) => !leftovers.includes(container)),
      wanted,
    ),
  ]
}

/** A replacement whose predecessor is still there: its recreate did not come to an end. */
function isLeftover(container: ContainerSummary, own: readonly ContainerSummary[]): boolean {
  if (!hasTemporaryName(container)) return false
  return own.some((other) => other !== container && numberOf(other) === numberOf(container) && !hasTemporaryName(other))
}

function hasTemporaryName({ name, labels }: ContainerSummary): boolean {
  return labels[label.replace] !== undefined && /^[0-9a-f]{12}_/.test(name)
}

function decideCounted(scope: Scope, own: readonly ContainerSummary[], wanted: number): readonly ReplicaDecision[] {
  const candidates = own.map((container) => ({ container, recreate: recreateCause(scope, container) })).sort(keptFirst)
  const decisions = candidates.map((candidate, index) => (index < wanted ? decideKept(scope, candidate) : surplus(scope, candidate)))
  const highest = Math.max(0, ...own.map(numberOf))
  const missing = Math.max(0, wanted - own.length)
  const cause = `service ${scope.service.name} has ${own.length} of ${wanted} ${wanted === 1 ? 'container' : 'containers'}`
  const created = Array.from({ length: missing }, (_, index) => ({ kind: 'create' as const, number: highest + 1 + index, cause }))
  return [...decisions, ...created]
}

/** Up to date before outdated, low numbers before high ones: what comes last goes first when scaling down. */
function keptFirst(a: Candidate, b: Candidate): number {
  return Number(a.recreate !== undefined) - Number(b.recreate !== undefined) || numberOf(a.container) - numberOf(b.container)
}

function surplus({ service }: Scope, { container }: Candidate): ReplicaDecision {
  return { kind: 'remove', container, cause: `service ${service.name} wants ${service.replicas}` }
}

function decideKept(scope: Scope, { container, recreate }: Candidate): ReplicaDecision {
  if (recreate !== undefined) return { kind: 'recreate', container, ...recreate }
  const { status, exitCode } = container.state
  if (status === 'paused') return { kind: 'unpause', container }
  if (status === 'running' || status === 'restarting') {
    const cause = restartCause(scope)
    return cause === undefined ? { kind: 'keep', container } : { kind: 'bounce', container, cause }
  }
  return { kind: 'start', container, cause: status === 'exited' ? `it exited with code ${exitCode}` : `it is ${status}` }
}

/** Why a container must be made anew; undefined: it need not. */
function recreateCause(scope: Scope, container: ContainerSummary): Candidate['recreate'] {
  const replaced = replacedObject(scope, container)
  if (replaced !== undefined) return { cause: replaced, inPlace: true }
  const cause = ruleCause(scope, container)
  return cause === undefined ? undefined : { cause, inPlace: false }
}

/** Its network or volume is replaced under it: not even --no-recreate can keep it. */
function replacedObject({ objects }: Scope, container: ContainerSummary): string | undefined {
  const network = objects.networks.find(
    ({ action, object }) => action === 'recreate' && container.networks.some((endpoint) => endpoint.network === object.name),
  )
  if (network !== undefined) return `network ${network.object.name} is recreated: ${network.cause}`
  const volume = objects.volumes.find(
    ({ action, object }) => action === 'recreate' && container.mounts.some((mount) => mount.name === object.name),
  )
  return volume === undefined ? undefined : `volume ${volume.object.name} is recreated: ${volume.cause}`
}

function ruleCause(scope: Scope, container: ContainerSummary): string | undefined {
  const { rules, service } = scope
  const named = rules.services === undefined || rules.services.includes(service.name)
  const rule = named ? rules.recreate : rules.recreateDependencies
  if (container.state.status === 'dead' || container.state.status === 'removing') return `it is ${container.state.status}`
  if (hasTemporaryName(container)) return 'its recreate was interrupted'
  if (rule === 'never') return undefined
  if (rule === 'force') return named ? 'asked for by --force-recreate' : 'asked for by --always-recreate-deps'
  return configurationCause(scope, container) ?? imageCause(scope, container) ?? missingObject(scope, container) ?? sharedCause(scope)
}

function configurationCause({ desired, observed, service }: Scope, container: ContainerSummary): string | undefined {
  if (container.labels[label.configHash] === service.base.hash) return undefined
  const before = observed.specs[container.id]
  if (before === undefined) return 'its configuration changed'
  return explain(containerChanges(before, desiredReplica(desired, service, numberOf(container))))
}

const shortId = (id: string): string => id.replace(/^sha256:/, '').slice(0, 12)

function imageCause({ observed, service }: Scope, container: ContainerSummary): string | undefined {
  const image = observed.images[service.image]
  if (image === null || image === undefined || image.id === container.imageId) return undefined
  return `image ${service.image} ${shortId(container.imageId)} -> ${shortId(image.id)}`
}

/** A running container that lost a network or a named volume. Stopped ones may hold none. */
function missingObject({ service }: Scope, container: ContainerSummary): string | undefined {
  if (container.state.status !== 'running') return undefined
  const { network, mounts } = service.base.spec
  const endpoints = network.kind === 'networks' ? network.endpoints : []
  const lost = endpoints.find((endpoint) => !container.networks.some((live) => live.network === endpoint.network))
  if (lost !== undefined) return `it is not connected to network ${lost.network}`
  const volume = mounts?.find(
    (mount) => mount.type === 'volume' && mount.source !== undefined && !container.mounts.some(({ name }) => name === mount.source),
  )
  return volume?.type === 'volume' ? `volume ${volume.source} is not mounted` : undefined
}

/** Namespaces and volumes of another service's container go away with that container. */
function sharedCause({ service, decisions, rules }: Scope): string | undefined {
  const { network_mode, ipc, pid, uts, cgroup, volumes_from } = service.service
  const shared = { network_mode, ipc, pid, uts, cgroup }
  for (const [attribute, mode] of Object.entries(shared)) {
    const name = mode?.startsWith('service:') ? mode.slice('service:'.length) : undefined
    if (name !== undefined && isRemade(decisions.get(name), rules)) return `it shares ${attribute} with ${name}, which is recreated`
  }
  const source = volumes_from?.map((text) => text.split(':')[0] ?? '').find((name) => isRemade(decisions.get(name), rules))
  return source === undefined ? undefined : `it takes volumes from ${source}, which is recreated`
}

function isRemade(decision: ServiceDecision | undefined, { settled }: UpRules): boolean {
  if (decision !== undefined && settled?.get(decision.service.name) === 'remade') return true
  return decision?.replicas.some(({ kind }) => kind === 'recreate' || kind === 'create') === true
}

function restartCause({ service, decisions, rules }: Scope): string | undefined {
  const isRecreated = (name: string): boolean =>
    rules.settled?.get(name) === 'remade' || decisions.get(name)?.replicas.some(({ kind }) => kind === 'recreate') === true
  const name = Object.entries(service.service.depends_on ?? {}).find(
    ([dependency, { restart }]) => restart === true && isRecreated(dependency),
  )?.[0]
  return name === undefined ? undefined : `it depends on ${name} with restart: true, which is recreated`
}
