import type { ContainerSpec } from '../../engine/api.ts'
import type { Desired, DesiredService } from '../desired.ts'
import { label } from '../labels.ts'
import type { Observed } from '../observe.ts'
import type { Plan } from '../plan.ts'
import { objectsOf, sharedNodes } from './create.ts'
import { containerTarget } from './emission.ts'
import type { UpRules } from './options.ts'
import { addService, startConditions } from './services.ts'
import { addOrphans, prepareEmission } from './up.ts'

export interface RunPlan {
  readonly plan: Plan
  /** The node that makes the one-off container; it is not started by the plan. */
  readonly node: number
}

/**
 * The plan of a one-off container: what its service depends on is brought up and waited for, the service itself is not.
 * The container is made last, so that a dependency that fails leaves nothing behind.
 */
export function reconcileRun(
  desired: Desired,
  observed: Observed,
  rules: UpRules,
  oneOff: { readonly service: DesiredService; readonly spec: ContainerSpec },
): RunPlan {
  const { service, spec } = oneOff
  const others = { ...desired, services: desired.services.filter(({ name }) => name !== service.name) }
  // The service stays among the desired ones with no replica to decide about: its image is needed.
  const { emission, finish } = prepareEmission({ ...desired, services: [...others.services, service] }, unseen(observed, service), rules)
  for (const other of others.services) addService(emission, other)
  finish()
  addOrphans({ ...emission, observed })
  const image = emission.imageNodes.get(service.image)
  const imageId = observed.images[service.image]?.id
  const labels = image === undefined && imageId !== undefined ? { ...spec.labels, [label.image]: imageId } : spec.labels
  const objects = objectsOf(spec).map((name) => emission.objectNodes.get(name))
  const node = emission.builder.add({
    target: containerTarget(spec.name),
    op: { kind: 'container.create', spec: { ...spec, labels }, ...(image === undefined ? {} : { imageFrom: image }) },
    cause: 'asked for by run',
    after: [image, ...objects, ...sharedNodes(emission, service), ...startConditions(emission, service)],
  })
  return { plan: emission.builder.build(), node }
}

/** A run takes no notice of the replicas its service has. */
function unseen(observed: Observed, { name }: DesiredService): Observed {
  return { ...observed, containers: observed.containers.filter(({ labels }) => labels[label.service] !== name) }
}
