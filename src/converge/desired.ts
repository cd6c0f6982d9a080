import { TscomposeError } from '../base/errors.ts'
import type { ContainerSpec, NetworkSpec, VolumeSpec } from '../engine/api.ts'
import type { Project, Service } from '../project/model.ts'
import { replicaSpec, type ServiceSpec, serviceSpec } from './container-spec.ts'
import { imageReference, replicaCount } from './names.ts'
import { serviceOrder } from './reconcile/order.ts'
import type { FileContents } from './spec/files.ts'
import { networkSpec, volumeSpec } from './spec/top-level.ts'
import { serviceWarnings } from './spec/warnings.ts'

/** What the engine should hold for one project. A value: made once, looked at by observe and reconcile. */
export interface Desired {
  readonly project: Project
  /** Dependencies first. */
  readonly services: readonly DesiredService[]
  readonly networks: readonly DesiredObject<NetworkSpec>[]
  readonly volumes: readonly DesiredObject<VolumeSpec>[]
  readonly warnings: readonly string[]
}

export interface DesiredService {
  readonly name: string
  readonly service: Service
  readonly image: string
  readonly base: ServiceSpec
  readonly replicas: number
}

export interface DesiredObject<S> {
  readonly key: string
  readonly name: string
  readonly external: boolean
  readonly spec: S
}

/** Works out every object a project asks for. Pure; rejects CONTAINER_NAME_TAKEN; `scale` counts over the file's numbers. */
export function desiredState(project: Project, contents: FileContents, scale: Readonly<Record<string, number>> = {}): Desired {
  return {
    project,
    // A provider is no container of ours; it is asked before anything is planned.
    services: serviceOrder(project.services)
      .filter((name) => project.services[name]?.provider === undefined)
      .map((name) => desiredService(project, name, contents, scale)),
    networks: Object.entries(project.networks).map(([key, network]) => ({
      key,
      name: network.name,
      external: network.external === true,
      spec: networkSpec(project, key, network),
    })),
    volumes: Object.entries(project.volumes).map(([key, volume]) => ({
      key,
      name: volume.name,
      external: volume.external === true,
      spec: volumeSpec(project, key, volume),
    })),
    warnings: Object.values(project.services).flatMap(serviceWarnings),
  }
}

function desiredService(project: Project, name: string, contents: FileContents, scale: Readonly<Record<string, number>>): DesiredService {
  const service = project.services[name] as Service
  const replicas = scale[name] ?? replicaCount(service)
  if (replicas > 1 && service.container_name !== undefined) throw soleName(name, service.container_name)
  return {
    name,
    service,
    image: imageReference(project, service),
    base: serviceSpec(project, service, contents),
    replicas,
  }
}

/** The file alone is checked when it is loaded; here it is `--scale` that asks for more. */
function soleName(service: string, containerName: string): TscomposeError {
  return new TscomposeError(
    'invalid',
    'CONTAINER_NAME_TAKEN',
    `service "${service}" cannot have more than one container: its name is ${containerName}`,
    {
      hint: 'take container_name away to scale it',
      target: service,
    },
  )
}

/** The spec of one replica of a desired service. */
export function desiredReplica(desired: Desired, service: DesiredService, number: number): ContainerSpec {
  return replicaSpec(desired.project, service.service, service.base, number)
}
