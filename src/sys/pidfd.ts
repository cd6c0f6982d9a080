import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { checked, errno, koffi, libc } from './ffi/libc.ts'
import { errnoNumber, SysError } from './sys-error.ts'

const SYS_pidfd_send_signal = 424
const SYS_pidfd_open = 434
const SYS_pidfd_getfd = 438

const openCall = libc('long syscall(long number, int pid, unsigned int flags)')
const signalCall = libc('long syscall(long number, int fd, int signal, void *info, unsigned int flags)')
const getFdCall = libc('long syscall(long number, int fd, int target, unsigned int flags)')

/** A descriptor that stands for this process and never for a later one with the same number. ESRCH if it is gone. */
export function pidfdOpen(pid: number): number {
  return checked('pidfd_open', openCall(SYS_pidfd_open, pid, 0), String(pid))
}

/** Returns false where the process has ended. Signal 0 only asks. */
export function pidfdSendSignal(pidfd: number, signal: NodeJS.Signals | number): boolean {
  const number = typeof signal === 'number' ? signal : constants.signals[signal]
  if (signalCall(SYS_pidfd_send_signal, pidfd, number, null, 0) >= 0) return true
  const code = errno()
  if (code === errnoNumber('ESRCH')) return false
  throw new SysError('pidfd_send_signal', code, String(signal))
}

/** A duplicate of another process's descriptor, close-on-exec. Needs the right to trace that process. */
export function pidfdGetFd(pidfd: number, fd: number): number {
  return checked('pidfd_getfd', getFdCall(SYS_pidfd_getfd, pidfd, fd, 0), String(fd))
}

export interface ExitWatch {
  /** Lets this process end before the watched one. */
  unref(): void
  close(): void
}

/**
 * Calls back once when the process has ended (a zombie has). Costs a poll on the event loop, no thread. The descriptor
 * must stay open until then, or until the watch is closed.
 */
export function watchExit(pidfd: number, onEnd: () => void): ExitWatch {
  let open = true
  const close = (): void => {
    if (open) handle.close()
    open = false
  }
  const handle = koffi().node.poll(pidfd, { readable: true }, () => {
    close()
    // koffi calls from outside of Node's own callbacks: promises settled there would wait for the next event of any kind.
    setImmediate(onEnd)
  })
  return { unref: () => handle.unref(), close }
}

/** The same as a promise. An aborted wait rejects with the signal's reason. The descriptor stays open: close it afterwards. */
export function onExit(pidfd: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason)
      return
    }
    const watch = watchExit(pidfd, () => {
      signal?.removeEventListener('abort', abort)
      resolve()
    })
    const abort = (): void => {
      watch.close()
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', abort, { once: true })
  })
}

/** When the process started, in clock ticks since boot: with the pid it names a process for good. Undefined if gone. */
export function processStartTime(pid: number): number | undefined {
  return readStat(pid)?.startTime
}

/** True while the process that had this start time is there and not a zombie. */
export function isSameProcess(pid: number, startTime: number): boolean {
  const stat = readStat(pid)
  return stat !== undefined && stat.startTime === startTime && stat.state !== 'Z' && stat.state !== 'X'
}

interface ProcessStat {
  readonly state: string
  readonly startTime: number
}

function readStat(pid: number): ProcessStat | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    // ENOENT, or ESRCH where it ends while being read.
    return undefined
  }
}

/** Fields of /proc/PID/stat; the command name before them may hold anything, so count from its last bracket. */
export function parseStat(text: string): ProcessStat | undefined {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state] = fields
  const startTime = Number(fields[19])
  return state === undefined || state === '' || !Number.isFinite(startTime) ? undefined : { state, startTime }
}
