import { readdirSync, readFileSync } from 'node:fs'
import { isMainThread, Worker, workerData } from 'node:worker_threads'

/*
 * Memory of a process and everything below it while something runs. The sampler is a thread of its own, because the
 * measured commands are run synchronously.
 */

const intervalMs = 50

interface Shared {
  /** What is asked of the sampler: nonzero ends it. */
  readonly stop: Int32Array
  /** Highest sum so far, KiB. */
  readonly peak: Int32Array
  readonly pid: number
}

/** Runs `work` and returns the highest sum of the tree's proportional memory seen meanwhile, in MB. */
export function peakMemory(pid: number, work: () => void): number {
  const shared: Shared = { stop: new Int32Array(new SharedArrayBuffer(4)), peak: new Int32Array(new SharedArrayBuffer(4)), pid }
  const worker = new Worker(new URL(import.meta.url), { workerData: shared })
  worker.unref()
  try {
    work()
  } finally {
    Atomics.store(shared.stop, 0, 1)
    Atomics.notify(shared.stop, 0)
  }
  return (Atomics.load(shared.peak, 0) * 1024) / 1e6
}

function sample({ stop, peak, pid }: Shared): void {
  while (Atomics.wait(stop, 0, 0, intervalMs) === 'timed-out') {
    const sum = tree(pid).reduce((total, each) => total + proportionalKiB(each), 0)
    Atomics.store(peak, 0, Math.max(Atomics.load(peak, 0), sum))
  }
}

/** The process and its descendants; children of every thread. */
function tree(pid: number): readonly number[] {
  try {
    const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    )
    return [pid, ...children.flatMap(tree)]
  } catch {
    return []
  }
}

/** 0 for a process that has just ended. */
function proportionalKiB(pid: number): number {
  try {
    return Number(/^Pss:\s+([0-9]+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

if (!isMainThread) sample(workerData as Shared)
