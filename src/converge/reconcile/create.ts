import type { ContainerSpec, ContainerSummary, MountSpec } from '../../engine/api.ts'
import { isAnonymousName } from '../config-hash.ts'
import { type DesiredService, desiredReplica } from '../desired.ts'
import { label, numberOf } from '../labels.ts'
import { replacementName } from '../names.ts'
import { containerTarget, type Emission } from './emission.ts'

/** What the steps of one service share. */
export interface ServiceScope {
  readonly emission: Emission
  readonly service: DesiredService
  /** Nodes that must be done before a container of this service starts. */
  readonly conditions: readonly number[]
}

export interface CreateOptions {
  readonly name: string
  readonly cause: string
  readonly shown: { readonly start: string; readonly done?: string }
  readonly after?: readonly (number | undefined)[]
}

/** The node that makes a container, after its image, networks and volumes. */
export function addCreate(
  { emission, service }: ServiceScope,
  spec: ContainerSpec,
  { name, cause, shown, after = [] }: CreateOptions,
): number {
  const image = emission.imageNodes.get(service.image)
  const imageId = emission.observed.images[service.image]?.id
  const labels = image === undefined && imageId !== undefined ? { ...spec.labels, [label.image]: imageId } : spec.labels
  return emission.builder.add({
    target: containerTarget(name),
    op: { kind: 'container.create', spec: { ...spec, labels }, ...(image === undefined ? {} : { imageFrom: image }) },
    cause,
    after: [image, ...objectsOf(spec).map((object) => emission.objectNodes.get(object)), ...sharedNodes(emission, service), ...after],
    shown,
  })
}

/** Networks and volumes a container needs, by name. */
export function objectsOf(spec: ContainerSpec): readonly string[] {
  const endpoints = spec.network.kind === 'networks' ? spec.network.endpoints.map(({ network }) => network) : []
  const volumes = (spec.mounts ?? []).flatMap((mount) => (mount.type === 'volume' && mount.source !== undefined ? [mount.source] : []))
  return [...endpoints, ...volumes]
}

/** Containers whose namespaces or volumes this service takes over must have their final names. */
export function sharedNodes(emission: Emission, { service }: DesiredService): readonly (number | undefined)[] {
  const modes = [service.network_mode, service.ipc, service.pid, service.uts, service.cgroup]
  const names = modes.flatMap((mode) => (mode?.startsWith('service:') ? [mode.slice('service:'.length)] : []))
  const sources = (service.volumes_from ?? []).map((source) => source.split(':')[0] ?? '')
  return [...names, ...sources].flatMap((name) => (emission.replicas.get(name) ?? []).map(({ ready }) => ready))
}

/** The new spec with the anonymous volumes of the old container, unless they are to be renewed. */
export function carriedSpec({ emission, service }: ServiceScope, container: ContainerSummary): ContainerSpec {
  const spec = desiredReplica(emission.desired, service, numberOf(container))
  if (emission.rules.renewAnonymousVolumes) return spec
  const old = new Map(
    container.mounts
      .filter((mount) => mount.type === 'volume' && (mount.anonymous === true || isAnonymousName(mount.name)))
      .map((mount) => [mount.target, mount.name]),
  )
  const mounts = (spec.mounts ?? []).map((mount): MountSpec => {
    const name = old.get(mount.target)
    return mount.type === 'volume' && mount.source === undefined && name !== undefined ? { ...mount, source: name } : mount
  })
  const taken = new Set(mounts.map(({ target }) => target))
  const fromImage = [...old]
    .filter(([target]) => !taken.has(target))
    .map(([target, source]): MountSpec => ({ type: 'volume', source, target }))
  return mounts.length + fromImage.length === 0 ? spec : { ...spec, mounts: [...mounts, ...fromImage] }
}

/** The same container under a name of its own, for as long as the old one is there. */
export function temporarySpec(service: string, container: ContainerSummary, spec: ContainerSpec): ContainerSpec {
  return {
    ...spec,
    name: replacementName(container.id, spec.name),
    labels: { ...spec.labels, [label.replace]: `${service}-${numberOf(container)}` },
  }
}
