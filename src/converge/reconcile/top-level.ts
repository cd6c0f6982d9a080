import { TscomposeError } from '../../base/errors.ts'
import type { NetworkInfo, NetworkSpec, VolumeInfo, VolumeSpec } from '../../engine/api.ts'
import { networkChanges, volumeChanges } from '../config-hash.ts'
import type { Desired, DesiredObject } from '../desired.ts'
import { label } from '../labels.ts'
import type { Observed } from '../observe.ts'
import { defaultBridge } from '../spec/network.ts'

/** What is to be done about one network or volume. */
export interface ObjectDecision<S> {
  readonly object: DesiredObject<S>
  readonly action: 'keep' | 'create' | 'recreate'
  readonly cause: string
}

export interface ObjectDecisions {
  readonly networks: readonly ObjectDecision<NetworkSpec>[]
  readonly volumes: readonly ObjectDecision<VolumeSpec>[]
  readonly warnings: readonly string[]
}

/**
 * Networks and volumes to create or recreate. A volume whose definition changed is kept, with a warning,
 * unless losing its data was agreed to.
 */
export function decideObjects(desired: Desired, observed: Observed, rules: { readonly recreateVolumes: boolean }): ObjectDecisions {
  const warnings: string[] = []
  const networks = [...desired.networks, ...bridgeNetwork(desired)].map((object) => {
    const existing = observed.networks.find(({ name }) => name === object.name)
    return decideNetwork(desired, object, existing, warnings)
  })
  const volumes = desired.volumes.map((object) => {
    const existing = observed.volumes.find(({ name }) => name === object.name)
    return decideVolume(desired, object, existing, { ...rules, warnings })
  })
  return { networks, volumes, warnings }
}

/** The engine's shared bridge is made by the first project that asks for it and belongs to none. */
function bridgeNetwork(desired: Desired): readonly DesiredObject<NetworkSpec>[] {
  if (!desired.services.some(({ service }) => service.network_mode === defaultBridge)) return []
  return [{ key: '', name: defaultBridge, external: false, spec: { name: defaultBridge, labels: {} } }]
}

function decideNetwork(
  desired: Desired,
  object: DesiredObject<NetworkSpec>,
  existing: NetworkInfo | undefined,
  warnings: string[],
): ObjectDecision<NetworkSpec> {
  if (object.external) return external('network', object, existing !== undefined)
  if (existing === undefined) return { object, action: 'create', cause: 'it does not exist' }
  if (object.key === '') return { object, action: 'keep', cause: '' }
  const found = existing.labels[label.network]
  if (found === undefined || existing.labels[label.project] !== desired.project.name) {
    warnings.push(`network ${object.name} exists and was not created for project ${desired.project.name}: it is used as it is`)
    return { object, action: 'keep', cause: '' }
  }
  if (existing.labels[label.configHash] === object.spec.labels[label.configHash]) return { object, action: 'keep', cause: '' }
  return { object, action: 'recreate', cause: explain(networkChanges(existing, object.spec)) }
}

function decideVolume(
  desired: Desired,
  object: DesiredObject<VolumeSpec>,
  existing: VolumeInfo | undefined,
  { recreateVolumes, warnings }: { readonly recreateVolumes: boolean; readonly warnings: string[] },
): ObjectDecision<VolumeSpec> {
  if (object.external) return external('volume', object, existing !== undefined)
  if (existing === undefined) return { object, action: 'create', cause: 'it does not exist' }
  if (existing.labels[label.project] !== desired.project.name) {
    warnings.push(`volume ${object.name} exists and was not created for project ${desired.project.name}: it is used as it is`)
    return { object, action: 'keep', cause: '' }
  }
  if (existing.labels[label.configHash] === object.spec.labels[label.configHash]) return { object, action: 'keep', cause: '' }
  const cause = explain(volumeChanges(existing, object.spec))
  if (recreateVolumes) return { object, action: 'recreate', cause }
  warnings.push(
    `volume ${object.name} is kept though its definition changed (${cause}): run up again with -y to recreate it and lose its data`,
  )
  return { object, action: 'keep', cause }
}

function external<S>(kind: 'network' | 'volume', object: DesiredObject<S>, exists: boolean): ObjectDecision<S> {
  if (exists) return { object, action: 'keep', cause: '' }
  const [code, message] =
    kind === 'network'
      ? ['NETWORK_NOT_FOUND', `network ${object.name} declared as external, but could not be found`]
      : ['VOLUME_NOT_FOUND', `external volume "${object.name}" not found`]
  throw new TscomposeError('not-found', code ?? '', message ?? '', {
    hint: `another project must create it first, or take \`external: true\` away`,
    target: `${kind} ${object.key}`,
  })
}

const shownCauses = 5

/** The first changes in one line. */
export function explain(changes: readonly string[]): string {
  if (changes.length === 0) return 'its definition changed'
  const rest = changes.length - shownCauses
  return changes.slice(0, shownCauses).join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}
