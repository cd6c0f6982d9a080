import type { VolumeInfo } from '../engine/api.ts'
import { callContext, type Scope } from './scope.ts'

/** Volumes that carry the project's label, sorted by name. */
export function volumes(scope: Scope): Promise<readonly VolumeInfo[]> {
  return scope.engine.volumes.list({ project: scope.projectName }, callContext(scope))
}
