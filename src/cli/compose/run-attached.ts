import type { Engine } from '../../engine/api.ts'
import type { Invocation } from '../verb.ts'
import { callerStdio } from './stdio.ts'

export interface AttachedRun {
  readonly container: string
  readonly tty: boolean
  readonly stdin: boolean
  readonly autoRemove: boolean
}

/** Starts a container with this process's own files and returns its exit code. */
export async function runAttached(
  invocation: Invocation,
  engine: Engine,
  { container, tty, stdin, autoRemove }: AttachedRun,
): Promise<number> {
  const { terminal, interrupts } = invocation
  // The terminal belongs to the container from here on.
  invocation.reporter().end()
  const abandoned = new AbortController()
  // Signals are for the process inside; the third one ends it however deaf it is.
  const release = interrupts.take((count) => {
    void engine.containers.kill({ container, signal: count < 3 ? 'SIGINT' : 'SIGKILL' }).catch(() => {})
  })
  const restore = tty ? terminal.rawMode() : () => {}
  const unwatch = tty ? terminal.onResize(() => void resize(invocation, engine, container)) : () => {}
  try {
    // Attached first, so that not even the first line of a short-lived process is lost.
    const attached = engine.containers.attach(
      { container, stdio: callerStdio(terminal, { stdin, tty }), stdin },
      { signal: abandoned.signal },
    )
    attached.catch(() => {})
    await startOneOff(engine, { container, autoRemove })
    return (await attached).exitCode ?? 0
  } finally {
    abandoned.abort()
    unwatch()
    restore()
    release()
  }
}

export interface AttachedRunning {
  readonly container: string
  /** The process has a terminal; ours becomes it where both ends are one. */
  readonly tty: boolean
  readonly stdin: boolean
  readonly detachKeys?: string
  readonly passSignals: boolean
}

/** Connects to a process that runs, until it ends or the caller detaches. Returns its exit code, 0 after a detach. */
export async function attachToRunning(
  invocation: Invocation,
  engine: Engine,
  { container, tty, stdin, detachKeys, passSignals }: AttachedRunning,
): Promise<number> {
  const { terminal, interrupts } = invocation
  const abandoned = new AbortController()
  const release = interrupts.take((count) => {
    // Without the process's leave, a signal ends only our side of it.
    if (!passSignals) abandoned.abort()
    else void engine.containers.kill({ container, signal: count < 3 ? 'SIGINT' : 'SIGKILL' }).catch(() => {})
  })
  const ours = tty && stdin && terminal.stdinIsTty && terminal.stdout.isTty
  const restore = ours ? terminal.rawMode() : () => {}
  const unwatch = ours ? terminal.onResize(() => void resize(invocation, engine, container)) : () => {}
  try {
    if (ours) await resize(invocation, engine, container)
    const keys = detachKeys === undefined ? {} : { detachKeys }
    const stdio = callerStdio(terminal, { stdin, tty: ours })
    const { exitCode, detached } = await engine.containers.attach({ container, stdio, stdin, ...keys }, { signal: abandoned.signal })
    return detached ? 0 : (exitCode ?? 0)
  } finally {
    unwatch()
    restore()
    release()
  }
}

/** Starts a container of `run`; with --rm one that cannot start goes at once, for it will never end. */
export async function startOneOff(
  engine: Engine,
  { container, autoRemove }: { readonly container: string; readonly autoRemove: boolean },
): Promise<void> {
  try {
    await engine.containers.start({ container })
  } catch (error) {
    if (autoRemove) await engine.containers.remove({ container, force: true, volumes: true }).catch(() => {})
    throw error
  }
}

async function resize({ terminal }: Invocation, engine: Engine, container: string): Promise<void> {
  try {
    await engine.containers.resize({ container, columns: terminal.stdout.columns(), rows: terminal.stdout.rows() })
  } catch {
    // The process may end at any moment; its terminal has no size then.
  }
}
