import { chmodSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { TscomposeError } from '../base/errors.ts'
import type { Engine } from '../engine/api.ts'
import { peerCredentials } from '../sys/sockets.ts'
import { type Connection, serveConnection } from './connection.ts'
import type { Log } from './log.ts'
import { encodeFrame, type Hello } from './protocol.ts'

export interface EngineServerOptions {
  /** Calls wait for it; a rejection is every call's answer. */
  readonly engine: Promise<Engine>
  readonly hello: Hello
  readonly log: Log
  /** The user the engine belongs to; nobody else is served. */
  readonly owner: number
  /** Gives back what the engine holds; containers go on. */
  readonly close: () => Promise<void>
  /** Called when the daemon has nothing left to do but end. */
  readonly exit: () => void
}

export interface EngineServer {
  /** Opens the socket, for root only. A socket file of a dead daemon is replaced: the caller holds the lock. */
  listen(path: string): Promise<void>
  /** Takes no more calls, cancels those under way, waits for their undoing (bounded), gives everything back. */
  shutdown(): Promise<void>
}

/** Cancelled calls that have not undone themselves by then are left to the next start's clean-up. */
const drainTimeoutMs = 5_000

/** Serves an engine on a unix socket to any number of clients of root's. */
export function createEngineServer(options: EngineServerOptions): EngineServer {
  const connections = new Set<Connection>()
  let ending: Promise<void> | undefined

  const end = (asking?: Connection): Promise<void> => {
    ending ??= (async () => {
      server.close()
      const others = [...connections].filter((connection) => connection !== asking)
      await Promise.race([Promise.all(others.map((connection) => connection.drain())), afterMs(drainTimeoutMs)])
      await options.close()
      for (const connection of others) connection.destroy()
    })()
    return ending
  }
  const accept = (socket: Socket): void => {
    const peer = peerOf(socket)
    if (peer === undefined || peer.uid !== options.owner) {
      const error = new TscomposeError('denied', 'NO_ROOT', 'the container engine belongs to root')
      socket.end(encodeFrame({ fatal: { kind: error.kind, code: error.code, message: error.message } }))
      return
    }
    const connection = serveConnection(socket, {
      ...options,
      peerPid: peer.pid,
      shutdown: async ({ ifIdle, connection: asking }) => {
        const busy = [...connections].filter((other) => other !== asking && other.busy() > 0).length
        if (ifIdle && busy > 0) throw new TscomposeError('conflict', 'ENGINE_BUSY', `the engine works for ${busy} other commands`)
        await end(asking)
      },
    })
    connections.add(connection)
    socket.once('close', () => connections.delete(connection))
  }
  const server = createServer(accept)
  return { listen: (path) => listen(server, path), shutdown: () => end() }
}

async function listen(server: Server, path: string): Promise<void> {
  rmSync(path, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ path, backlog: 128 }, () => {
      server.off('error', reject)
      resolve()
    })
  })
  // The directory is root's alone; between listen and this line the peer check still holds.
  chmodSync(path, 0o600)
}

/** Node keeps the descriptor of a socket to itself; there is no other way to ask the kernel who is there. */
function peerOf(socket: Socket): { readonly pid: number; readonly uid: number } | undefined {
  const handle = (socket as unknown as { readonly _handle?: { readonly fd?: number } })._handle
  return handle?.fd === undefined || handle.fd < 0 ? undefined : peerCredentials(handle.fd)
}

function afterMs(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref()
  })
}
