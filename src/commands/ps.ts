import { isOneOff, serviceOf } from '../converge/labels.ts'
import type { ContainerSummary } from '../engine/api.ts'
import { findContainers, type Scope } from './scope.ts'

export interface PsOptions {
  readonly services?: readonly string[]
  /** Stopped ones and one-off ones too. */
  readonly all: boolean
  /** Only these states; implies `all`. */
  readonly statuses?: readonly string[]
  /** Containers of services that are not in the files. */
  readonly orphans: boolean
}

/** Containers of the project, sorted by name. */
export async function ps(scope: Scope, { services, all, statuses = [], orphans }: PsOptions): Promise<readonly ContainerSummary[]> {
  const containers = await findContainers(scope, { oneOff: 'include', ...(services === undefined ? {} : { services }), orphans })
  return containers.filter((container) => {
    const { status } = container.state
    if (statuses.length > 0) return statuses.includes(status)
    if (all) return true
    return status !== 'created' && status !== 'exited' && status !== 'dead' && !isOneOff(container)
  })
}

/** Services that have a container among these, each once. */
export function servicesOf(containers: readonly ContainerSummary[]): readonly string[] {
  return [...new Set(containers.map(serviceOf))].sort()
}
