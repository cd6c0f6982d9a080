import type { Socket } from 'node:net'
import { type ErrorData, errorFromData, TscomposeError } from '../base/errors.ts'
import type { CallContext } from '../engine/api.ts'
import { type ClientMessage, createFrameDecoder, encodeFrame, type Hello, type ServerMessage, streamWindow } from './protocol.ts'

/** The client's end of a connection: calls by name, many at once. */
export interface Channel {
  readonly hello: Hello
  call(method: string, params: unknown, context?: CallContext): Promise<unknown>
  stream(method: string, params: unknown, context?: CallContext): AsyncIterable<unknown>
  /** Ends the connection; what still runs rejects with CONNECTION_LOST. */
  close(): void
  /** Resolves when the connection is over; does not keep the process alive until then. */
  readonly closed: Promise<void>
  /** Waits until the daemon has gone, and keeps the process alive meanwhile. */
  awaitClose(): Promise<void>
}

interface Pending {
  onMessage(message: Exclude<ServerMessage, { hello: Hello } | { fatal: ErrorData }>): void
  onLost(error: TscomposeError): void
}

/** Makes a channel of a connected socket; resolves when the daemon has said hello. */
export function openChannel(socket: Socket): Promise<Channel> {
  const pending = new Map<number, Pending>()
  const decode = createFrameDecoder()
  const closed = Promise.withResolvers<void>()
  const ready = Promise.withResolvers<Channel>()
  let nextId = 1
  let lost: TscomposeError | undefined
  let awaited = false

  const send = (message: ClientMessage): void => {
    socket.write(encodeFrame(message))
  }
  const lose = (error: TscomposeError): void => {
    if (lost !== undefined) return
    lost = error
    socket.destroy()
    for (const call of pending.values()) call.onLost(error)
    pending.clear()
    ready.reject(error)
    closed.resolve()
  }
  const receive = (message: ServerMessage): void => {
    if ('hello' in message) ready.resolve({ hello: message.hello, call, stream, close, closed: closed.promise, awaitClose })
    else if ('fatal' in message) lose(errorFromData(message.fatal))
    else pending.get(message.id)?.onMessage(message)
    updateReference()
  }
  // The process may end as soon as nothing is under way: an idle connection keeps nobody alive.
  const updateReference = (): void => {
    if (pending.size > 0 || awaited) socket.ref()
    else socket.unref()
  }
  const awaitClose = (): Promise<void> => {
    awaited = true
    updateReference()
    return closed.promise
  }
  const open = (entry: Pending): number => {
    const id = nextId++
    pending.set(id, entry)
    updateReference()
    return id
  }
  const call: Channel['call'] = (method, params, context = {}) => {
    if (lost !== undefined) return Promise.reject(lost)
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        pending.delete(id)
        context.signal?.removeEventListener('abort', cancel)
        updateReference()
        finish()
      }
      const id = open({
        onMessage: (message) => {
          if ('progress' in message) context.sink?.(message.progress)
          else if ('result' in message) settle(() => resolve(message.result))
          else if ('error' in message) settle(() => reject(errorFromData(message.error)))
        },
        onLost: (error) => settle(() => reject(error)),
      })
      const cancel = (): void => send({ id, cancel: true })
      send({ id, method, params, ...(context.sink === undefined ? {} : { progress: true }) })
      if (context.signal?.aborted) cancel()
      else context.signal?.addEventListener('abort', cancel, { once: true })
    })
  }
  const stream: Channel['stream'] = (method, params, context = {}) =>
    readStream({ open, send, drop: (id) => pending.delete(id), lost: () => lost }, { method, params, context })
  const close = (): void => lose(new TscomposeError('unavailable', 'CONNECTION_LOST', 'the connection to the engine was closed'))

  socket.on('data', (chunk: Buffer) => {
    try {
      for (const message of decode(chunk)) receive(message as ServerMessage)
    } catch (error) {
      lose(error instanceof TscomposeError ? error : new TscomposeError('internal', 'PROTOCOL_ERROR', String(error), { cause: error }))
    }
  })
  socket.on('error', (cause) => lose(connectionLost(cause)))
  socket.on('close', () => lose(connectionLost()))
  return ready.promise
}

function connectionLost(cause?: unknown): TscomposeError {
  return new TscomposeError('unavailable', 'CONNECTION_LOST', 'the engine went away in the middle of the call', {
    hint: 'run the command again: the engine starts by itself, and containers go on without it',
    ...(cause === undefined ? {} : { cause }),
  })
}

interface StreamPort {
  open(entry: Pending): number
  send(message: ClientMessage): void
  drop(id: number): void
  lost(): TscomposeError | undefined
}

interface StreamCall {
  readonly method: string
  readonly params: unknown
  readonly context: CallContext
}

async function* readStream(port: StreamPort, request: StreamCall): AsyncGenerator<unknown, void, void> {
  const gone = port.lost()
  if (gone !== undefined) throw gone
  const { method, params, context } = request
  const queue: unknown[] = []
  let failure: TscomposeError | undefined
  let over = false
  let wake: (() => void) | undefined
  const notify = (): void => {
    wake?.()
    wake = undefined
  }
  const finish = (error?: TscomposeError): void => {
    failure ??= error
    over = true
    notify()
  }
  const id = port.open({
    onMessage: (message) => {
      if ('item' in message) queue.push(message.item)
      else if ('progress' in message) context.sink?.(message.progress)
      else finish('error' in message ? errorFromData(message.error) : undefined)
      notify()
    },
    onLost: finish,
  })
  const cancel = (): void => port.send({ id, cancel: true })
  context.signal?.addEventListener('abort', cancel, { once: true })
  try {
    port.send({ id, method, params, ...(context.sink === undefined ? {} : { progress: true }) })
    if (context.signal?.aborted) cancel()
    let taken = 0
    for (;;) {
      while (queue.length > 0) {
        yield queue.shift()
        if (++taken % (streamWindow / 2) === 0 && !over) port.send({ id, credit: streamWindow / 2 })
      }
      if (over) break
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    if (failure !== undefined) throw failure
  } finally {
    context.signal?.removeEventListener('abort', cancel)
    if (!over && port.lost() === undefined) cancel()
    port.drop(id)
  }
}
