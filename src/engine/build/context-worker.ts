import { parentPort } from 'node:worker_threads'
import { errorToData } from '../../base/errors.ts'
import { createTasks, type TaskName } from './context/tasks.ts'

/* Entry of the worker thread that hashes and copies file trees, one request after another; downloads go on beside them. */

const tasks = createTasks()

parentPort?.on('message', async ({ id, task, request }: { id: number; task: TaskName; request: unknown }) => {
  try {
    const run = tasks[task] as (request: unknown) => unknown
    parentPort?.postMessage({ id, result: await run(request) })
  } catch (error) {
    parentPort?.postMessage({ id, error: errorToData(error) })
  }
})
