import { readFileSync } from 'node:fs'
import { parseStat } from '../../sys/pidfd.ts'

const checkMs = 500
const checksInARow = 3

/**
 * Calls back when the runtime has been killed half way: conmon then reads its last words from a pipe which the process
 * made for the container holds open, and would wait for ever. Returns a function that ends the watch.
 */
export function watchForStall(params: { readonly monitorPid: number; readonly id: string }, onStall: () => void): () => void {
  let seen = 0
  const timer = setInterval(() => {
    seen = runtimeGone(params) ? seen + 1 : 0
    if (seen < checksInARow) return
    clearInterval(timer)
    onStall()
  }, checkMs)
  return () => clearInterval(timer)
}

/** True where conmon has living children and all of them are in the container's control group, where the runtime never is. */
function runtimeGone({ monitorPid, id }: { readonly monitorPid: number; readonly id: string }): boolean {
  try {
    const children = readFileSync(`/proc/${monitorPid}/task/${monitorPid}/children`, 'latin1').split(' ').filter(Boolean)
    const living = children.filter((pid) => parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.state !== 'Z')
    return living.length > 0 && living.every((pid) => readFileSync(`/proc/${pid}/cgroup`, 'latin1').includes(id))
  } catch {
    // One of them ended while being looked at: things move.
    return false
  }
}
