import { EventEmitter } from 'node:events'
import { closeSync } from 'node:fs'
import { Socket } from 'node:net'
import { constants } from 'node:os'
import type { Readable, Writable } from 'node:stream'
import { hasErrno } from '../base/errors.ts'
import { pidfdOpen, watchExit } from './pidfd.ts'
import { createSocketPair, type Ending, posixSpawn, reap } from './posix-spawn.ts'

/** A child process, seen as Node shows its own: the part that is used here. */
export interface ChildProcess {
  /** Undefined where it never started; an `error` event follows. */
  readonly pid?: number | undefined
  readonly spawnfile: string
  readonly stdin: Writable | null
  readonly stdout: Readable | null
  readonly stderr: Readable | null
  /** Our ends of the pipes, by the child's descriptor. */
  readonly stdio: readonly (Writable | Readable | null | undefined)[]
  /** Null while it runs, and where a signal ended it. */
  readonly exitCode: number | null
  /** False where it has ended. */
  kill(signal?: NodeJS.Signals | number): boolean
  /** Lets this process end before the child does. */
  unref(): void
  once(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown
  once(event: 'exit', listener: (exitCode: number | null, signal: NodeJS.Signals | null) => void): unknown
  /** After `exit`, when all pipes are closed as well. */
  once(event: 'close', listener: () => void): unknown
}

export interface ChildRequest {
  /** An absolute path; undefined where there is no such program: answered with an ENOENT `error` event. */
  readonly path: string | undefined
  /** The name it is called by. */
  readonly name: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly stdio: readonly (number | 'pipe' | 'ignore')[]
  readonly newSession: boolean
  /** Brackets the very call that starts it. */
  readonly within: (start: () => number) => number
}

/**
 * Starts a child whose end is seen through a pidfd: Node reaps its own children only, so this one is ours to reap.
 * Whatever keeps it from starting, also a lack of descriptors, comes as an `error` event.
 */
export function startChild(request: ChildRequest): ChildProcess {
  const ours: number[] = []
  const theirs: number[] = []
  try {
    const pairs = request.stdio.map((wanted) => (wanted === 'pipe' ? openPipe(ours, theirs) : undefined))
    const fds = request.stdio.map((wanted, index) => (typeof wanted === 'number' ? wanted : (pairs[index]?.theirs ?? null)))
    const { pid, pidfd } = start(request, fds)
    const pipes = pairs.map((pair, index) =>
      pair === undefined ? null : new Socket({ fd: pair.ours, readable: index > 0, writable: index === 0 }),
    )
    return watchChild({ pid, pidfd, name: request.name, pipes })
  } catch (error) {
    for (const fd of ours) closeSync(fd)
    return failedChild(request, error)
  } finally {
    for (const fd of theirs) closeSync(fd)
  }
}

function openPipe(ours: number[], theirs: number[]): { readonly ours: number; readonly theirs: number } {
  const [our, their] = createSocketPair()
  ours.push(our)
  theirs.push(their)
  return { ours: our, theirs: their }
}

interface Started {
  readonly pid: number
  readonly pidfd: number
}

function start({ path, name, args, env, cwd, newSession, within }: ChildRequest, fds: readonly (number | null)[]): Started {
  if (path === undefined) throw Object.assign(new Error(`spawn ${name} ENOENT`), { code: 'ENOENT' })
  const pid = within(() => posixSpawn({ path, args: [name, ...args], env, ...(cwd === undefined ? {} : { cwd }), fds, newSession }))
  try {
    return { pid, pidfd: pidfdOpen(pid) }
  } catch (error) {
    // No descriptor is left to watch it by: it must not go on unseen.
    process.kill(pid, 'SIGKILL')
    throw error
  }
}

function watchChild({
  pid,
  pidfd,
  name,
  pipes,
}: Started & { readonly name: string; readonly pipes: readonly (Socket | null)[] }): ChildProcess {
  const events = new EventEmitter()
  let ending: Ending | undefined
  let open = 1
  const closed = (): void => {
    open -= 1
    if (open === 0) events.emit('close')
  }
  for (const pipe of pipes) {
    if (pipe === null) continue
    open += 1
    pipe.once('close', closed)
  }
  const watch = watchExit(pidfd, () => {
    closeSync(pidfd)
    ending = reap(pid)
    pipes[0]?.destroy()
    events.emit('exit', ending.exitCode, signalName(ending.signal))
    // What nobody reads must not hold `close` back.
    for (const pipe of pipes) if (pipe?.readableFlowing === null) pipe.resume()
    closed()
  })
  return {
    pid,
    spawnfile: name,
    ...namedPipes(pipes),
    get exitCode() {
      return ending?.exitCode ?? null
    },
    kill: (signal = 'SIGTERM') => ending === undefined && signalChild(pid, signal),
    unref: () => watch.unref(),
    once: (event: string, listener: (...args: never[]) => void) => events.once(event, listener as (...args: unknown[]) => void),
  }
}

function namedPipes(pipes: readonly (Socket | null)[]): Pick<ChildProcess, 'stdin' | 'stdout' | 'stderr' | 'stdio'> {
  return { stdin: pipes[0] ?? null, stdout: pipes[1] ?? null, stderr: pipes[2] ?? null, stdio: pipes }
}

/** Not reaped yet, so the number is still this child's. */
function signalChild(pid: number, signal: NodeJS.Signals | number): boolean {
  try {
    return process.kill(pid, signal)
  } catch (error) {
    if (hasErrno(error, 'ESRCH')) return false
    throw error
  }
}

function signalName(number: number): NodeJS.Signals | null {
  if (number === 0) return null
  const found = Object.entries(constants.signals).find(([, value]) => value === number)
  return (found?.[0] ?? `SIG${number}`) as NodeJS.Signals
}

function failedChild({ name }: ChildRequest, error: unknown): ChildProcess {
  const events = new EventEmitter()
  setImmediate(() => events.emit('error', error))
  return {
    pid: undefined,
    spawnfile: name,
    ...namedPipes([]),
    exitCode: null,
    kill: () => false,
    unref: () => undefined,
    once: (event: string, listener: (...args: never[]) => void) => events.once(event, listener as (...args: unknown[]) => void),
  }
}
