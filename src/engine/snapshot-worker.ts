import { parentPort } from 'node:worker_threads'
import { errorToData } from '../base/errors.ts'
import { overlayChanges } from './snapshot/changes.ts'
import { digestLayer, diskUsage, exportLayerTar } from './snapshot/layer-tar.ts'
import { isBareMountPoint } from './snapshot/mount-points.ts'
import type { TarJob, TarJobResults, TarReply, TarRequest } from './snapshot/tar-jobs.ts'

/* Entry of the snapshot store's worker thread: one job after another, each of them synchronous. */

function runJob(job: TarJob): TarJobResults[TarJob['kind']] {
  switch (job.kind) {
    case 'digest':
      return digestLayer(job.directory)
    case 'export':
      return exportLayerTar(
        job.directory,
        job.path,
        job.writable === true ? { leaveOut: (path) => isBareMountPoint(job.directory, path) } : {},
      )
    case 'usage':
      return diskUsage(job.directory)
    case 'changes':
      return overlayChanges(job.directory, job.lowers)
  }
}

function answer({ id, job }: TarRequest): TarReply {
  try {
    return { id, result: runJob(job) }
  } catch (error) {
    return { id, error: errorToData(error) }
  }
}

parentPort?.on('message', (request: TarRequest) => parentPort?.postMessage(answer(request)))
