import { randomBytes } from 'node:crypto'
import type { NetworkSetup } from '../parts.ts'
import type { ContainerDeps } from './deps.ts'

/*
 * Network namespaces of build steps. Making and taking away one costs more than most steps, so a namespace goes from one
 * step to the next: nothing runs in it in between, and a step has no right to change anything but its sockets in it.
 * Two steps never share one at the same time: both may listen on the same port.
 */

/** The engine's own network with a way outside; it is there only while something uses it. */
const bridgeNetwork = 'bridge'
const hostname = 'buildkitsandbox'
/** Long enough for the next step or build to find it, short enough that an idle host soon has no bridge. */
const idleMs = 1000

export interface StepNetwork {
  readonly id: string
  readonly kind: 'none' | 'bridge'
  /** Path of the namespace. */
  readonly netns: string
  readonly setup: NetworkSetup
}

export interface StepNetworks {
  acquire(kind: StepNetwork['kind']): Promise<StepNetwork>
  /** Only when nothing runs in it any more. */
  release(network: StepNetwork): void
  /** For one whose step did not end by itself. */
  discard(network: StepNetwork): Promise<void>
  /** Takes away those that nobody uses. */
  close(): Promise<void>
}

export function createStepNetworks(deps: Pick<ContainerDeps, 'paths' | 'network' | 'warn'>): StepNetworks {
  const idle = new Map<StepNetwork, NodeJS.Timeout>()
  const leaving = new Set<Promise<void>>()

  const discard = ({ id }: StepNetwork): Promise<void> => deps.network.teardown(id)

  /** In nobody's way: a failure is only logged, and the engine's next start tidies up. */
  const retire = (network: StepNetwork): void => {
    clearTimeout(idle.get(network))
    idle.delete(network)
    const gone = discard(network)
      .catch((error: unknown) => deps.warn(`the network of a build step could not be taken away: ${String(error)}`))
      .finally(() => leaving.delete(gone))
    leaving.add(gone)
  }

  return {
    acquire: async (kind) => {
      const known = [...idle.keys()].find((network) => network.kind === kind)
      if (known === undefined) return setUp(deps, kind)
      clearTimeout(idle.get(known))
      idle.delete(known)
      return known
    },
    release: (network) => {
      const timer = setTimeout(() => retire(network), idleMs)
      timer.unref()
      idle.set(network, timer)
    },
    discard,
    close: async () => {
      for (const network of [...idle.keys()]) retire(network)
      await Promise.all(leaving)
    },
  }
}

async function setUp({ paths, network }: Pick<ContainerDeps, 'paths' | 'network'>, kind: StepNetwork['kind']): Promise<StepNetwork> {
  const id = randomBytes(32).toString('hex')
  const netns = `${paths.runRoot}/netns/${id}`
  const endpoints = kind === 'none' ? [] : [{ network: bridgeNetwork }]
  try {
    const setup = await network.setup({ containerId: id, containerName: id.slice(0, 12), hostname, netnsPath: netns, endpoints, ports: [] })
    return { id, kind, netns, setup }
  } catch (error) {
    await network.teardown(id)
    throw error
  }
}
