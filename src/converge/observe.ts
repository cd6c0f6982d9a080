import type { CallContext, ContainerSpec, Engine, ObservedState } from '../engine/api.ts'
import type { Desired } from './desired.ts'
import { isOneOff, label, serviceOf } from './labels.ts'
import { isNotFound } from './not-found.ts'
import { preStartImages } from './reconcile/pre-start.ts'
import { defaultBridge } from './spec/network.ts'

/** What there is, and how the containers were made that no longer match. */
export interface Observed extends ObservedState {
  /** By container id; only where it is needed to say what changed. */
  readonly specs: Readonly<Record<string, ContainerSpec>>
}

/**
 * Looks at everything a reconcile of this project needs: one round trip where nothing differs,
 * and one more, side by side, for the specs of the containers that do.
 */
export async function observeProject(engine: Engine, desired: Desired, context?: CallContext): Promise<Observed> {
  const state = await engine.observe(
    {
      project: desired.project.name,
      images: [...new Set(desired.services.flatMap((service) => [service.image, ...preStartImages(service)]))],
      networks: [...desired.networks.map(({ name }) => name), ...foreignNetworks(desired)],
      volumes: desired.volumes.map(({ name }) => name),
    },
    context,
  )
  return { ...state, specs: await divergedSpecs(engine, desired, state, context) }
}

/** Networks named by `network_mode`, which the project does not own. */
function foreignNetworks(desired: Desired): readonly string[] {
  return desired.services.some(({ service }) => service.network_mode === defaultBridge) ? [defaultBridge] : []
}

async function divergedSpecs(
  engine: Engine,
  desired: Desired,
  state: ObservedState,
  context: CallContext | undefined,
): Promise<Observed['specs']> {
  const hashes = new Map(desired.services.map(({ name, base }) => [name, base.hash]))
  const diverged = state.containers.filter(
    (container) =>
      !isOneOff(container) && hashes.has(serviceOf(container)) && hashes.get(serviceOf(container)) !== container.labels[label.configHash],
  )
  const specs = await Promise.all(
    diverged.map(async ({ id }) => {
      try {
        return [id, (await engine.containers.inspect({ container: id }, context)).spec] as const
      } catch (error) {
        // It went away in between: there is nothing to explain then.
        if (isNotFound(error)) return undefined
        throw error
      }
    }),
  )
  return Object.fromEntries(specs.filter((entry) => entry !== undefined))
}
