import { type MessagePort, parentPort } from 'node:worker_threads'
import { errorToData, hasErrno, TscomposeError } from '../base/errors.ts'
import { syncfs } from '../sys/files.ts'
import { runAssembleJob, runScanJob } from './image/work/archive-jobs.ts'
import type { Job, JobContext, JobResults, WorkerReply, WorkerRequest } from './image/work/jobs.ts'
import { runLayerJob } from './image/work/layer-job.ts'
import { runPackJob, runUploadJob } from './image/work/push-jobs.ts'
import { blobBody } from './registry/blob-body.ts'
import { uploadBlob } from './registry/blob-upload.ts'

/*
 * Entry of the image store's worker threads, and their composition root: network, hashing, unpacking and file
 * creation of one layer at a time. Everything here may block; nobody else waits for this thread.
 */

function serve(port: MessagePort): void {
  let abort = new AbortController()
  let authorized: ((value: string | undefined) => void) | undefined
  const reply = (message: WorkerReply): void => port.postMessage(message)
  const reauthorize = (challenge: string): Promise<string | undefined> =>
    new Promise((resolve) => {
      authorized = resolve
      reply({ type: 'reauthorize', challenge })
    })
  const start = async (job: Job): Promise<void> => {
    abort = new AbortController()
    const { signal } = abort
    const context: JobContext = {
      signal,
      report: (progress) => reply({ type: 'progress', progress }),
      fetchBlob: (blob, offset) => blobBody(blob, { offset, signal, reauthorize }),
      sendBlob: (target, path, onProgress) => uploadBlob(target, { path, signal, reauthorize, onProgress }),
    }
    try {
      reply({ type: 'done', result: await runJob(job, context) })
    } catch (error) {
      reply({ type: 'failed', error: errorToData(signal.aborted ? canceled() : explained(error)) })
    }
  }
  port.on('message', (request: WorkerRequest) => {
    if (request.type === 'cancel') abort.abort()
    else if (request.type === 'authorization') authorized?.(request.value)
    else void start(request.job)
  })
}

function runJob(job: Job, context: JobContext): Promise<JobResults[keyof JobResults]> {
  switch (job.kind) {
    case 'layer':
      return runLayerJob(job, context)
    case 'scan':
      return runScanJob(job, context)
    case 'assemble':
      return runAssembleJob(job, context)
    case 'upload':
      return runUploadJob(job, context)
    case 'pack':
      return runPackJob(job, context)
    case 'sync':
      syncfs(job.path)
      return Promise.resolve({})
  }
}

function canceled(): TscomposeError {
  return new TscomposeError('canceled', 'CANCELED', 'canceled')
}

/** A full disk is the user's to mend, so it is said in the user's words. */
function explained(error: unknown): unknown {
  const isFull = ['ENOSPC', 'EDQUOT'].some((code) => hasErrno(error, code))
  if (!isFull) return error
  return new TscomposeError('unavailable', 'NO_SPACE', 'no space left on the disk that holds the images', {
    hint: 'free some space, for instance by tscompose image rm, and try again',
    cause: error,
  })
}

if (parentPort !== null) serve(parentPort)
