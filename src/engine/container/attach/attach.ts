import { writeSync } from 'node:fs'
import { hasCode } from '../../../base/errors.ts'
import type { CallContext, CallerStdio } from '../../api.ts'
import type { ContainerDeps } from '../deps.ts'
import type { AttachWaiting, Entry } from '../entry.ts'
import { type TakenStdio, takeStdio } from '../exec.ts'
import { readLog } from '../logs/read.ts'
import { sendControl } from '../logs/rotate.ts'
import { containerPlaces } from '../places.ts'
import { defaultDetachKeys, parseDetachKeys } from './detach-keys.ts'
import { type AttachSession, attachSession } from './session.ts'

export interface AttachRequest {
  readonly stdio: CallerStdio
  readonly detachKeys: string | undefined
  readonly stdin: boolean
  readonly logs: boolean
  readonly context: CallContext
}

/**
 * Connects the caller to the container's main process. Before a start it waits for it, and is connected before the process
 * executes its first instruction, so that no output is missed.
 */
export async function attachContainer(
  deps: ContainerDeps,
  entry: Entry,
  request: AttachRequest,
): Promise<{ readonly exitCode: number | null; readonly detached: boolean }> {
  const { record } = entry
  const keys = parseDetachKeys(request.detachKeys ?? defaultDetachKeys)
  const taken = takeStdio(request.stdio)
  const { signal } = request.context
  let session: AttachSession
  let waiting: AttachWaiting | undefined
  try {
    if (request.logs) await replayLog(deps, entry, { taken, signal })
    if (entry.run === undefined) waiting = await launched(entry, signal)
    const { bundle } = containerPlaces(deps.paths, record.id)
    session = attachSession(`${bundle}/attach`, { stdio: taken, stdin: request.stdin && record.spec.openStdin === true, detachKeys: keys })
    const { columns, rows } = request.stdio
    if (columns !== undefined && rows !== undefined && record.spec.tty === true) resizeMain(deps, entry, { columns, rows })
  } catch (error) {
    taken.close()
    throw error
  } finally {
    waiting?.resolve()
  }
  const { run } = entry
  signal?.addEventListener('abort', session.stop, { once: true })
  try {
    const end = await session.ended
    if (hasCode(signal?.reason, 'CONNECTION_LOST')) throw signal?.reason
    if (end === 'detached' || signal?.aborted === true) return { exitCode: null, detached: true }
    await run?.done
    return { exitCode: entry.record.state.exitCode, detached: false }
  } finally {
    signal?.removeEventListener('abort', session.stop)
  }
}

/** Resolves when the next start has made its process and waits for us. */
async function launched(entry: Entry, signal: AbortSignal | undefined): Promise<AttachWaiting> {
  const waiting = entry.attachWaiting ?? { launched: Promise.withResolvers<void>(), ...Promise.withResolvers<void>() }
  entry.attachWaiting = waiting
  const aborted = Promise.withResolvers<never>()
  const onAbort = (): void => aborted.reject(signal?.reason)
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    await Promise.race([waiting.launched.promise, aborted.promise])
    return waiting
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}

/** Sets the size of the main process's terminal through its monitor. */
export function resizeMain(
  deps: ContainerDeps,
  { record }: Entry,
  { columns, rows }: { readonly columns: number; readonly rows: number },
): void {
  sendControl(`${containerPlaces(deps.paths, record.id).bundle}/winsz`, `${Math.trunc(rows)} ${Math.trunc(columns)}\n`)
}

async function replayLog(
  deps: ContainerDeps,
  { record }: Entry,
  { taken, signal }: { readonly taken: TakenStdio; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const [, out, err] = taken.fds
  const entries = readLog({
    path: containerPlaces(deps.paths, record.id).logPath,
    isOver: () => true,
    onChange: () => () => undefined,
    ...(signal === undefined ? {} : { signal }),
  })
  for await (const batch of entries) {
    for (const { stream, text, partial } of batch) {
      const fd = stream === 'stdout' ? out : err
      if (typeof fd === 'number') writeSync(fd, partial === true ? text : `${text}\n`)
    }
  }
}
