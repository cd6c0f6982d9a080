import type { ContainerSpec } from '../../engine/api.ts'
import type { Hook } from '../../project/model.ts'
import { type DesiredService, desiredReplica } from '../desired.ts'
import { label } from '../labels.ts'
import { compact } from '../spec/compact.ts'
import { withoutAliases } from '../spec/network.ts'
import { objectsOf } from './create.ts'
import type { ReplicaDecision } from './decisions.ts'
import { containerTarget, type Emission } from './emission.ts'

/*
 * pre_start hooks: containers of their own, one after another, with the service's environment, volumes and networks. They
 * run before a service's new or changed containers start, and again where they did not get that far the last time.
 */

/** Adds the hooks' nodes after `conditions`; returns what the service's start has to wait for now. */
export function addPreStart(emission: Emission, service: DesiredService, conditions: readonly number[]): readonly number[] {
  const hooks = service.service.pre_start ?? []
  const numbers = freshNumbers(emission.decisions.get(service.name)?.replicas ?? [])
  if (hooks.length === 0 || numbers.length === 0 || !emission.rules.start) return conditions
  let before = conditions
  for (const [index, hook] of hooks.entries()) {
    const replicas = hook.per_replica === true ? numbers : numbers.slice(0, 1)
    before = replicas.map((number) => addHook(emission, { service, hook, number, step: index + 1, before }))
  }
  return before
}

/** Images that hooks bring along, besides the service's own. */
export function preStartImages({ service }: Pick<DesiredService, 'service'>): readonly string[] {
  return (service.pre_start ?? []).flatMap(({ image }) => (image === undefined || image === '' ? [] : [image]))
}

/** Numbers of the replicas that start for the first time. */
function freshNumbers(replicas: readonly ReplicaDecision[]): readonly number[] {
  return replicas.flatMap((replica) => {
    if (replica.kind === 'create') return [replica.number]
    const isNew = replica.kind === 'recreate' || (replica.kind === 'start' && replica.container.state.status === 'created')
    return isNew ? [Number(replica.container.labels[label.number] ?? 1)] : []
  })
}

interface HookRun {
  readonly service: DesiredService
  readonly hook: Hook
  readonly number: number
  readonly step: number
  readonly before: readonly number[]
}

/** Made, started, waited for and removed; removed as well where it fails. */
function addHook(emission: Emission, run: HookRun): number {
  const { builder, observed, imageNodes, objectNodes } = emission
  const spec = hookSpec(emission, run)
  const target = containerTarget(spec.name)
  const cause = `pre_start hook ${run.step} of ${run.service.name}`
  const left = observed.containers.find(({ name }) => name === spec.name)
  const cleared =
    left === undefined
      ? undefined
      : builder.add({
          target,
          op: { kind: 'container.remove', container: { id: left.id }, force: true, volumes: true },
          cause: 'it was left behind',
        })
  const image = imageNodes.get(spec.image)
  const created = builder.add({
    ...{ target, op: { kind: 'container.create', spec }, cause, shown: { start: 'Creating', done: 'Created' } },
    after: [...run.before, cleared, image, ...objectsOf(spec).map((name) => objectNodes.get(name))],
  })
  const container = { node: created }
  const started = builder.add({
    ...{ target, op: { kind: 'container.start', container }, cause, shown: { start: 'Starting', done: 'Started' } },
    after: [created],
  })
  const ended = builder.add({
    ...{ target, op: { kind: 'container.await', container, until: 'completed' }, cause, shown: { start: 'Waiting', done: 'Exited' } },
    after: [started],
  })
  const remove = { kind: 'container.remove', container, force: true, volumes: true } as const
  builder.add({ target, op: remove, cause: 'the hook failed', after: [], rescues: [started, ended] })
  return builder.add({ target, op: remove, cause: 'the hook has done its work', after: [ended] })
}

function hookSpec({ desired }: Emission, { service, hook, number, step }: HookRun): ContainerSpec {
  const replica = desiredReplica(desired, service, number)
  const { ports: _ports, restart: _restart, healthcheck: _check, command, entrypoint, mounts = [], ...base } = replica
  const own = hook.image === undefined || hook.image === ''
  return {
    ...base,
    name: `${replica.name}-pre-start-${step}`,
    image: own ? base.image : (hook.image ?? base.image),
    labels: { ...base.labels, [label.oneOff]: 'True', [label.slug]: `pre-start-${step}` },
    env: { ...base.env, ...hook.environment },
    network: withoutAliases(base.network),
    // An anonymous volume is its container's alone.
    mounts: mounts.filter((mount) => mount.type !== 'volume' || mount.source !== undefined),
    ...(hook.command == null ? (own ? compact({ command, entrypoint }) : {}) : { entrypoint: [], command: hook.command }),
    ...compact({ user: hook.user, workingDir: hook.working_dir, privileged: hook.privileged }),
  }
}
