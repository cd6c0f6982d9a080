import { parentPort, workerData } from 'node:worker_threads'
import { errorToData, TscomposeError } from '../base/errors.ts'
import type { CopyReply, CopyRequest } from './container/copy/copy.ts'
import { runCopy } from './container/copy/job.ts'

/* Entry of the thread that copies between the host and one container: a single job, synchronous. */

function answer({ job, stop }: CopyRequest): CopyReply {
  try {
    runCopy(job, () => {
      if (Atomics.load(stop, 0) !== 0) throw new TscomposeError('canceled', 'CANCELED', 'the copy was cancelled')
    })
    return {}
  } catch (error) {
    return { error: errorToData(error) }
  }
}

parentPort?.postMessage(answer(workerData as CopyRequest))
