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
