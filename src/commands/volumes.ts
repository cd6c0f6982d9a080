import type { VolumeInfo } from '../engine/api.ts'
import { callContext, findContainers, type Scope } from './scope.ts'

/** The project's volumes, sorted by name; with services, those their containers mount. Rejects NO_SUCH_SERVICE. */
export async function volumes(scope: Scope, services: readonly string[] = []): Promise<readonly VolumeInfo[]> {
  const all = await scope.engine.volumes.list({ project: scope.projectName }, callContext(scope))
  if (services.length === 0) return all
  const containers = await findContainers(scope, { services })
  const mounted = new Set(containers.flatMap(({ mounts }) => mounts.map(({ name }) => name)))
  return all.filter(({ name }) => mounted.has(name))
}
