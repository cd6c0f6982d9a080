import { parentPort } from 'node:worker_threads'
import { errorToData } from '../base/errors.ts'
import { applySync } from './container/sync/apply.ts'
import type { SyncReply, SyncRequest } from './container/sync/worker.ts'

/* Entry of the thread that writes into containers: one batch after another, each of them synchronous. */

function answer({ id, job }: SyncRequest): SyncReply {
  try {
    return { id, result: applySync(job) }
  } catch (error) {
    return { id, error: errorToData(error) }
  }
}

parentPort?.on('message', (request: SyncRequest) => parentPort?.postMessage(answer(request)))
