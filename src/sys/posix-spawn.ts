import { closeSync } from 'node:fs'
import { checked, libc } from './ffi/libc.ts'
import { SysError } from './sys-error.ts'

/*
 * posix_spawn(3). Node forks: the kernel copies the page tables of a whole JavaScript heap and then faults its pages in
 * again, 3 to 10 ms of the event loop for each process. This one borrows our memory until the new program runs: 0.2 ms.
 */

const initActions = libc('int posix_spawn_file_actions_init(void *actions)')
const destroyActions = libc('int posix_spawn_file_actions_destroy(void *actions)')
const addOpen = libc('int posix_spawn_file_actions_addopen(void *actions, int fd, const char *path, int flags, unsigned int mode)')
const addDup2 = libc('int posix_spawn_file_actions_adddup2(void *actions, int fd, int target)')
const addChdir = libc('int posix_spawn_file_actions_addchdir_np(void *actions, const char *path)')
const initAttributes = libc('int posix_spawnattr_init(void *attributes)')
const destroyAttributes = libc('int posix_spawnattr_destroy(void *attributes)')
const setFlags = libc('int posix_spawnattr_setflags(void *attributes, short flags)')
const setDefaultSignals = libc('int posix_spawnattr_setsigdefault(void *attributes, const void *signals)')
const setSignalMask = libc('int posix_spawnattr_setsigmask(void *attributes, const void *signals)')
const spawnCall = libc(
  'int posix_spawn(int *pid, const char *path, void *actions, void *attributes, const char **arguments, const char **environment)',
)
const waitCall = libc('int waitpid(int pid, int *status, int options)')
const duplicate = libc('int fcntl(int fd, int command, int lowest)')
const pipeCall = libc('int pipe2(int *pair, int flags)')
const socketPair = libc('int socketpair(int domain, int type, int protocol, int *pair)')

const POSIX_SPAWN_SETSIGDEF = 0x04
const POSIX_SPAWN_SETSIGMASK = 0x08
const POSIX_SPAWN_SETSID = 0x80
const F_DUPFD_CLOEXEC = 1030
const AF_UNIX = 1
const SOCK_STREAM = 1
const SOCK_CLOEXEC = 0o2000000
const O_RDWR = 2

/** posix_spawn_file_actions_t is 80 bytes (76 on 32 bits), posix_spawnattr_t 336; both with room to spare. */
const fileActionsSize = 256
const attributesSize = 512

/** sigset_t is 128 bytes. */
const allSignals = Buffer.alloc(128, 0xff)
const noSignals = Buffer.alloc(128)

export interface SpawnRequest {
  /** Nothing is searched. */
  readonly path: string
  /** With the program's own name first. */
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd?: string
  /** What the child gets as 0, 1, 2 …: a descriptor of ours or `null` for /dev/null. All else of ours is close-on-exec. */
  readonly fds: readonly (number | null)[]
  readonly newSession: boolean
}

/**
 * Starts a program and returns its pid; nobody but `reap` takes it away, so the number stays good until then.
 * All signals have their default action and none is blocked, whatever they are here. SysError where it cannot be started.
 */
export function posixSpawn(request: SpawnRequest): number {
  const actions = Buffer.alloc(fileActionsSize)
  const attributes = Buffer.alloc(attributesSize)
  const copies: number[] = []
  succeed('posix_spawn_file_actions_init', initActions(actions))
  succeed('posix_spawnattr_init', initAttributes(attributes))
  try {
    describeFiles(actions, request, copies)
    const session = request.newSession ? POSIX_SPAWN_SETSID : 0
    succeed('posix_spawnattr_setflags', setFlags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | session))
    succeed('posix_spawnattr_setsigdefault', setDefaultSignals(attributes, allSignals))
    succeed('posix_spawnattr_setsigmask', setSignalMask(attributes, noSignals))
    const pid = Buffer.alloc(4)
    const environment = Object.entries(request.env).map(([name, value]) => `${name}=${value}`)
    const result = spawnCall(pid, request.path, actions, attributes, [...request.args, null], [...environment, null])
    succeed('posix_spawn', result, request.path)
    return pid.readInt32LE()
  } finally {
    destroyActions(actions)
    destroyAttributes(attributes)
    for (const fd of copies) closeSync(fd)
  }
}

/** A target may be the number of a later source, so sources below the targets are first copied out of the way. */
function describeFiles(actions: Buffer, { fds, cwd }: SpawnRequest, copies: number[]): void {
  const sources = fds.map((fd, target) => {
    if (fd === null || fd === target || fd >= fds.length) return fd
    const copy = checked('fcntl', duplicate(fd, F_DUPFD_CLOEXEC, fds.length), String(fd))
    copies.push(copy)
    return copy
  })
  for (const [target, source] of sources.entries()) {
    if (source === null) succeed('addopen', addOpen(actions, target, '/dev/null', O_RDWR, 0))
    // Onto itself it only loses close-on-exec.
    else succeed('adddup2', addDup2(actions, source, target))
  }
  if (cwd !== undefined) succeed('addchdir', addChdir(actions, cwd))
}

/** These answer with the error's number instead of setting errno. */
function succeed(call: string, result: number, subject?: string): void {
  if (result !== 0) throw new SysError(call, result, subject)
}

export interface Ending {
  /** Null where a signal ended it. */
  readonly exitCode: number | null
  /** Number of the signal, 0 for none. */
  readonly signal: number
}

/** Takes a child away whose end was seen. ECHILD where it is no child of ours. */
export function reap(pid: number): Ending {
  const status = Buffer.alloc(4)
  checked('waitpid', waitCall(pid, status, 0), String(pid))
  const word = status.readInt32LE()
  const signal = word & 0x7f
  return { exitCode: signal === 0 ? (word >> 8) & 0xff : null, signal }
}

/** The read end and the write end of a pipe, both close-on-exec. A process can open `/dev/stdout` anew where it is a pipe, not a socket. */
export function createPipe(): readonly [number, number] {
  const pair = Buffer.alloc(8)
  checked('pipe2', pipeCall(pair, SOCK_CLOEXEC), 'pipe')
  return [pair.readInt32LE(0), pair.readInt32LE(4)]
}

/** Two ends of a stream socket, both close-on-exec. */
export function createSocketPair(): readonly [number, number] {
  const pair = Buffer.alloc(8)
  checked('socketpair', socketPair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
  return [pair.readInt32LE(0), pair.readInt32LE(4)]
}
