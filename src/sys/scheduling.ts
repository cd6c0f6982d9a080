import { libc } from './ffi/libc.ts'

const setScheduler = libc('int sched_setscheduler(int pid, int policy, const void *parameters)')
const SCHED_OTHER = 0
const SCHED_FIFO = 1
const SCHED_RESET_ON_FORK = 0x40000000

/** Lets a process run before all ordinary ones, but not the processes it makes. Does nothing where that is not allowed. */
export function runFirst(pid: number): void {
  setScheduler(pid, SCHED_FIFO | SCHED_RESET_ON_FORK, priority(1))
}

/** Makes a process an ordinary one again. */
export function runOrdinarily(pid: number): void {
  setScheduler(pid, SCHED_OTHER | SCHED_RESET_ON_FORK, priority(0))
}

/** struct sched_param is this number alone. */
function priority(number: number): Buffer {
  const parameters = Buffer.alloc(4)
  parameters.writeInt32LE(number)
  return parameters
}
