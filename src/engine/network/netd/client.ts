import { existsSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { type ErrorData, errorFromData, TscomposeError } from '../../../base/errors.ts'
import { spawnDaemonized } from '../../../sys/process.ts'
import type { BoundPort } from '../../api.ts'
import { createLineReader, type NetdCall, type NetdContainer, type NetdReply, type NetdResult, netdProtocol } from './protocol.ts'

/** The engine's side of the network helper. Starts it where it is missing, again when it dies. */
export interface NetdClient {
  /** Gets it going, so that the first container does not wait for it. */
  warmUp(): void
  /** Adds or replaces a container; resolves when its names, resolver and ports are there. */
  /** `from`: the container whose ports are taken over. */
  put(container: NetdContainer, from?: string): Promise<readonly BoundPort[]>
  drop(id: string): Promise<void>
  /** All containers at once, after the engine started. Resolves with those that could not be served. */
  restore(containers: readonly NetdContainer[]): Promise<NonNullable<NetdResult['failures']>>
  /** A helper of an earlier engine may be there. */
  isPresent(): boolean
  /** Leaves it alone while it has containers to serve, ends it where it has none. */
  close(): Promise<void>
}

export interface NetdClientOptions {
  /** Path of the control socket. */
  readonly socket: string
  /** Program and arguments before the socket's path. */
  readonly command: readonly string[]
  readonly logFile: string
  /** For what happens outside of a call: the helper died, a port could not be taken back. */
  readonly warn: (message: string) => void
}

interface Connection {
  call(request: NetdCall): Promise<NetdResult>
  end(): void
}

export function createNetdClient(options: NetdClientOptions): NetdClient {
  /** What the helper must know; told again to each new one. */
  const containers = new Map<string, NetdContainer>()
  let current: Promise<Connection> | undefined
  let closed = false

  const onLost = (): void => {
    current = undefined
    if (closed || containers.size === 0) return
    options.warn('the network helper is gone; starting another')
    connection().catch((error: unknown) => options.warn(`the network helper does not start: ${String(error)}`))
  }
  const open = async (): Promise<Connection> => {
    const fresh = await openConnection(options, onLost)
    const { failures = [] } = await fresh.call({ method: 'sync', containers: [...containers.values()] })
    for (const failure of failures) options.warn(`network of container ${failure.container.slice(0, 12)}: ${failure.error.message}`)
    return fresh
  }
  const connection = (): Promise<Connection> => {
    if (current === undefined) {
      const opening = open()
      current = opening
      opening.catch(() => {
        if (current === opening) current = undefined
      })
    }
    return current
  }
  /** A call that finds the helper dying is made once more with the next one. */
  const call = async (request: NetdCall): Promise<NetdResult> => {
    try {
      return await (await connection()).call(request)
    } catch (error) {
      if (!(error instanceof TscomposeError) || error.code !== 'NETD_LOST' || closed) throw error
      return (await connection()).call(request)
    }
  }
  return {
    warmUp: () => {
      connection().catch((error: unknown) => options.warn(`the network helper does not start: ${String(error)}`))
    },
    put: async (container, from) => {
      const { ports = [] } = await call({ method: 'put', container, ...(from === undefined ? {} : { from }) })
      containers.set(container.id, fixPorts(container, ports))
      return ports
    },
    drop: async (id) => {
      const known = containers.delete(id)
      if (known || current !== undefined) await call({ method: 'drop', containers: [id] })
    },
    restore: async (all) => {
      containers.clear()
      for (const container of all) containers.set(container.id, container)
      const { failures = [] } = await call({ method: 'sync', containers: all })
      return failures
    },
    isPresent: () => existsSync(options.socket),
    close: async () => {
      closed = true
      const last = await current?.catch(() => undefined)
      if (last === undefined) return
      if (containers.size === 0) await last.call({ method: 'quit' }).catch(() => undefined)
      last.end()
    },
  }
}

/** A port the kernel chose stays the same for the next helper. */
function fixPorts(container: NetdContainer, bound: readonly BoundPort[]): NetdContainer {
  return {
    ...container,
    ports: container.ports.map((port) => {
      const found = bound.find(
        (candidate) =>
          candidate.containerPort === port.containerPort && candidate.protocol === port.protocol && port.hostIps.includes(candidate.hostIp),
      )
      return found === undefined ? port : { ...port, from: found.hostPort, to: found.hostPort }
    }),
  }
}

async function openConnection(options: NetdClientOptions, onLost: () => void): Promise<Connection> {
  const first = await connectTo(options.socket)
  const socket = first ?? (await startHelper(options))
  const { connection, greeted } = converse(socket, onLost)
  const { protocol } = await greeted
  if (protocol === netdProtocol) return connection
  await connection.call({ method: 'quit' }).catch(() => undefined)
  connection.end()
  return converse(await startHelper(options), onLost).connection
}

const startTimeoutMs = 5000
const answerTimeoutMs = 10_000

async function startHelper({ socket, command, logFile }: NetdClientOptions): Promise<Socket> {
  const [program, ...args] = command
  if (program === undefined) throw new TscomposeError('internal', 'NETD_FAILED', 'there is no command for the network helper')
  spawnDaemonized(program, [...args, socket], { logFile })
  const deadline = performance.now() + startTimeoutMs
  while (performance.now() < deadline) {
    const connected = await connectTo(socket)
    if (connected !== undefined) return connected
    await new Promise((resolve) => setTimeout(resolve, 4))
  }
  throw new TscomposeError('unavailable', 'NETD_FAILED', 'the network helper did not start', { hint: `see ${logFile}` })
}

/** A connected socket, or undefined where nobody listens. */
function connectTo(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('error', () => resolve(undefined))
    socket.once('connect', () => resolve(socket))
  })
}

interface Pending {
  readonly resolve: (result: NetdResult) => void
  readonly reject: (error: unknown) => void
}

function converse(
  socket: Socket,
  onLost: () => void,
): { readonly connection: Connection; readonly greeted: Promise<{ readonly protocol: number }> } {
  const pending = new Map<number, Pending>()
  const greeting = Promise.withResolvers<{ readonly protocol: number }>()
  let helper = 0
  // Nobody waits for the greeting of a helper this engine started itself.
  greeting.promise.catch(() => undefined)
  let next = 1
  let over = false
  /** Idle it must not keep a finished engine alive. */
  const holdLoop = (): void => {
    if (pending.size > 0) socket.ref()
    else socket.unref()
  }
  /** One that does not answer is ended, or it would keep its ports from the next one. Its end of the connection is open, so the pid is its own. */
  const giveUp = (): void => {
    if (helper > 0 && !socket.destroyed) process.kill(helper, 'SIGKILL')
    socket.destroy()
  }
  const settle = (id: number, outcome: { readonly result: NetdResult } | { readonly error: ErrorData }): void => {
    const call = pending.get(id)
    pending.delete(id)
    holdLoop()
    if ('error' in outcome) call?.reject(errorFromData(outcome.error))
    else call?.resolve(outcome.result)
  }
  const read = createLineReader((value) => {
    const reply = value as NetdReply
    if ('hello' in reply) {
      helper = reply.hello.pid
      greeting.resolve(reply.hello)
    } else settle(reply.id, reply)
  })
  socket.setEncoding('utf8')
  socket.on('data', (chunk) => read(String(chunk)))
  socket.on('error', () => socket.destroy())
  socket.on('close', () => {
    const lost = new TscomposeError('unavailable', 'NETD_LOST', 'the network helper went away')
    greeting.reject(lost)
    for (const call of pending.values()) call.reject(lost)
    pending.clear()
    if (!over) onLost()
    over = true
  })
  return {
    greeted: greeting.promise,
    connection: {
      call: (request) => {
        if (over || socket.destroyed) return Promise.reject(new TscomposeError('unavailable', 'NETD_LOST', 'the network helper went away'))
        return new Promise((resolve, reject) => {
          const id = next++
          const timer = setTimeout(giveUp, answerTimeoutMs)
          const done = <T>(settled: (value: T) => void): ((value: T) => void) => {
            return (value) => {
              clearTimeout(timer)
              settled(value)
            }
          }
          pending.set(id, { resolve: done(resolve), reject: done(reject) })
          holdLoop()
          socket.write(`${JSON.stringify({ ...request, id })}\n`)
        })
      },
      end: () => {
        over = true
        socket.end()
      },
    },
  }
}
