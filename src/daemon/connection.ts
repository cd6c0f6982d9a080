import type { Socket } from 'node:net'
import { errorToData, TscomposeError } from '../base/errors.ts'
import type { Engine } from '../engine/api.ts'
import type { Log } from './log.ts'
import { answerKind } from './methods.ts'
import {
  type ClientMessage,
  createFrameDecoder,
  encodeFrame,
  type Hello,
  parseClientMessage,
  protocolError,
  type ServerMessage,
  streamWindow,
} from './protocol.ts'

/** Unsent bytes from which on mere byte counts are dropped: whoever reads that slowly sees the next one. */
const crowdedBytes = 1 << 20

export interface ConnectionOptions {
  readonly engine: Promise<Engine>
  readonly hello: Hello
  readonly log: Log
  /** Pid of the process at the other end. */
  readonly peerPid: number
  /** Ends the daemon; resolves when all is closed but this connection. Rejects ENGINE_BUSY. */
  readonly shutdown: (request: { readonly ifIdle: boolean; readonly connection: Connection }) => Promise<void>
  readonly exit: () => void
}

export interface Connection {
  /** Calls that still work, streams not counted. */
  readonly busy: () => number
  /** Cancels every call and resolves when all have ended. */
  readonly drain: () => Promise<void>
  readonly destroy: () => void
}

interface Call {
  readonly abort: AbortController
  readonly stream: boolean
  readonly done: Promise<void>
  credit: number
  wake: (() => void) | undefined
}

/** Serves one client until it goes; its calls are cancelled then. */
export function serveConnection(socket: Socket, options: ConnectionOptions): Connection {
  const calls = new Map<number, Call>()
  const decode = createFrameDecoder()
  const send = (message: ServerMessage): void => {
    if (!socket.destroyed) socket.write(encodeFrame(message))
  }
  const cancelAll = (reason: TscomposeError): void => {
    for (const call of calls.values()) call.abort.abort(reason)
  }
  const connection: Connection = {
    busy: () => [...calls.values()].filter((call) => !call.stream).length,
    drain: async () => {
      cancelAll(engineStopped())
      await Promise.all([...calls.values()].map((call) => call.done))
    },
    destroy: () => socket.destroy(),
  }
  const receive = (message: ClientMessage): void => {
    const known = calls.get(message.id)
    if ('cancel' in message) known?.abort.abort(canceled())
    else if ('credit' in message) addCredit(known, message.credit)
    else if (known === undefined) begin(message)
    else throw protocolError(`call id ${message.id} is in use`)
  }
  const begin = (message: Extract<ClientMessage, { method: string }>): void => {
    const abort = new AbortController()
    const done = Promise.withResolvers<void>()
    const call: Call = { abort, stream: answerKind(message.method) === 'stream', done: done.promise, credit: streamWindow, wake: undefined }
    calls.set(message.id, call)
    void answer(message, call).finally(() => {
      calls.delete(message.id)
      done.resolve()
    })
  }
  const answer = async (message: Extract<ClientMessage, { method: string }>, call: Call): Promise<void> => {
    const { id, method, params } = message
    try {
      if (method === 'shutdown') return await shutDown(id, params as { readonly ifIdle?: boolean })
      if (call.stream) await pump(await resolveMethod(message, call), id, call)
      else send({ id, result: (await resolveMethod(message, call)) ?? null })
    } catch (error) {
      const data = errorToData(call.abort.signal.aborted ? (call.abort.signal.reason as unknown) : error)
      if (data.kind === 'internal') options.log.write(`${method}: ${data.message}\n${data.stack ?? ''}`)
      send({ id, error: data })
    }
  }
  const resolveMethod = async (message: Extract<ClientMessage, { method: string }>, call: Call): Promise<unknown> => {
    if (answerKind(message.method) === undefined) throw protocolError(`there is no method ${message.method}`)
    checkCaller(message.params, options.peerPid)
    const engine = await options.engine
    const sink = (progress: Extract<ServerMessage, { progress: unknown }>['progress']): void => {
      const isCount = progress.phase === 'progress' && progress.text === undefined
      if (!isCount || socket.writableLength < crowdedBytes) send({ id: message.id, progress })
    }
    return invoke(engine, message.method, [message.params, { signal: call.abort.signal, ...(message.progress === true ? { sink } : {}) }])
  }
  const pump = async (items: unknown, id: number, call: Call): Promise<void> => {
    for await (const item of items as AsyncIterable<unknown>) {
      if (call.abort.signal.aborted) break
      send({ id, item })
      call.credit--
      await hasRoom(call)
    }
    // A stream that the engine's own end cut off must not look complete.
    call.abort.signal.throwIfAborted()
    send({ id, end: true })
  }
  const shutDown = async (id: number, params: { readonly ifIdle?: boolean }): Promise<void> => {
    await options.shutdown({ ifIdle: params.ifIdle === true, connection })
    socket.end(encodeFrame({ id, result: null }), options.exit)
  }

  socket.on('data', (chunk: Buffer) => {
    try {
      for (const message of decode(chunk)) receive(parseClientMessage(message))
    } catch (error) {
      send({ fatal: errorToData(error) })
      socket.destroySoon()
    }
  })
  socket.on('error', () => socket.destroy())
  socket.on('close', () => cancelAll(canceled()))
  send({ hello: options.hello })
  return connection
}

function canceled(): TscomposeError {
  return new TscomposeError('canceled', 'CANCELED', 'canceled')
}

function engineStopped(): TscomposeError {
  return new TscomposeError('unavailable', 'CONNECTION_LOST', 'the engine was stopped in the middle of the call', {
    hint: 'run the command again: the engine starts by itself, and containers go on without it',
  })
}

function addCredit(call: Call | undefined, credit: number): void {
  if (call === undefined) return
  call.credit = Math.min(call.credit + credit, streamWindow)
  call.wake?.()
}

/** Resolves when the reader has taken enough for another item, or the call is over. */
async function hasRoom(call: Call): Promise<void> {
  const { signal } = call.abort
  while (call.credit <= 0 && !signal.aborted) {
    await new Promise<void>((resolve) => {
      call.wake = resolve
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
    call.wake = undefined
  }
}

/** Files are taken over from the caller itself, never from another process it names. */
function checkCaller(params: unknown, peerPid: number): void {
  const stdio = (params as { readonly stdio?: { readonly pid?: unknown } }).stdio
  if (stdio === undefined || stdio.pid === peerPid) return
  throw new TscomposeError('denied', 'NOT_THE_CALLER', `process ${String(stdio.pid)} is not the one that calls (${peerPid})`)
}

function invoke(engine: Engine, method: string, args: readonly unknown[]): unknown {
  const [first = '', second] = method.split('.')
  const holder = (second === undefined ? engine : engine[first as 'images']) as unknown as Readonly<
    Record<string, (...args: readonly unknown[]) => unknown>
  >
  // The method table has vouched for the name.
  return holder[second ?? first]?.(...args)
}
