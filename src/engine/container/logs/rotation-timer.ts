import type { ContainerDeps } from '../deps.ts'
import { containerPlaces } from '../places.ts'
import { isRunning } from '../record.ts'
import { logSize, rotateLog, rotationLimits } from './rotate.ts'

const intervalMs = 2_000

/**
 * Looks at the sizes of running containers' logs every two seconds: one stat(2) each. Watching the files would wake the
 * engine for every line they print.
 */
export function startLogRotation(deps: ContainerDeps): () => void {
  const timer = setInterval(() => {
    for (const { record } of deps.store.all()) {
      if (!isRunning(record.state)) continue
      const { logPath, bundle } = containerPlaces(deps.paths, record.id)
      const { maxBytes, maxFiles } = rotationLimits(record.spec.logging)
      if (logSize(logPath) < maxBytes) continue
      try {
        rotateLog(logPath, { maxFiles, control: `${bundle}/ctl` })
      } catch (error) {
        deps.warn(`log of container ${record.name} cannot be rotated: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
  }, intervalMs)
  timer.unref()
  return () => clearInterval(timer)
}
