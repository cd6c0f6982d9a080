import { chmodSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { errorToData } from '../../../base/errors.ts'
import { findAbandoned } from './abandoned.ts'
import { type Containers, createContainers } from './containers.ts'
import { createLineReader, type NetdReply, type NetdRequest, type NetdResult, netdProtocol } from './protocol.ts'
import { createHostServers, createUpstream } from './upstream.ts'

export interface NetdOptions {
  /** Path of the control socket. */
  readonly socket: string
  readonly log: (message: string, error?: unknown) => void
  /** Called when there is nothing left to do: told to quit, or idle without an engine. */
  readonly exit: (code: number) => void
  /** How long it stays with nothing to keep and no engine connected. */
  readonly idleMs?: number
  /** How often it looks, while no engine is connected, whether its containers still run. */
  readonly lookMs?: number
}

/** Runs the helper: serves the control socket until `exit`. */
export function serveNetd({ socket, log, exit, idleMs = 5000, lookMs = 30_000 }: NetdOptions): Server {
  const containers = createContainers({ upstream: createUpstream(), hostServers: createHostServers(), log })
  const connections = new Set<Socket>()
  const finish = (): void => {
    clearInterval(looking)
    containers.close()
    // A newer helper may have taken the place by now; only what is still ours is ours to remove.
    rmSync(socket, { force: true })
    exit(0)
  }
  const watchIdle = (): void => {
    if (connections.size > 0 || containers.list().length > 0) return
    setTimeout(() => {
      if (connections.size === 0 && containers.list().length === 0) finish()
    }, idleMs)
  }
  // An engine that comes back tells all it has again, so nothing is lost by forgetting what has ended.
  const looking = setInterval(() => {
    if (connections.size > 0 || containers.list().length === 0) return
    for (const id of findAbandoned(containers.list())) containers.drop(id)
    watchIdle()
  }, lookMs)
  const server = createServer((connection) => {
    connections.add(connection)
    connection.on('close', () => {
      connections.delete(connection)
      watchIdle()
    })
    connection.on('error', () => connection.destroy())
    attend(connection, { containers, log, quit: finish })
  })
  server.on('error', (error) => {
    log('control socket', error)
    exit(1)
  })
  // Whoever is the engine has the engine's lock, so a file that is still there is a dead helper's.
  rmSync(socket, { force: true })
  server.listen(socket, () => {
    chmodSync(socket, 0o600)
    watchIdle()
  })
  return server
}

interface Session {
  readonly containers: Containers
  readonly log: (message: string, error?: unknown) => void
  readonly quit: () => void
}

function attend(connection: Socket, session: Session): void {
  const send = (reply: NetdReply): void => {
    connection.write(`${JSON.stringify(reply)}\n`)
  }
  connection.setEncoding('utf8')
  const read = createLineReader((value) => {
    const request = value as NetdRequest
    try {
      send({ id: request.id, result: perform(request, session) })
    } catch (error) {
      send({ id: request.id, error: errorToData(error) })
    }
  })
  connection.on('data', (chunk) => {
    try {
      read(String(chunk))
    } catch (error) {
      session.log('bad request', error)
      connection.destroy()
    }
  })
  send({ hello: { protocol: netdProtocol, pid: process.pid } })
}

function perform(request: NetdRequest, { containers, quit }: Session): NetdResult {
  switch (request.method) {
    case 'sync':
      return { failures: containers.sync(request.containers) }
    case 'put':
      return { ports: containers.put(request.container, request.from) }
    case 'drop':
      for (const id of request.containers) containers.drop(id)
      return {}
    case 'quit':
      setImmediate(quit)
      return {}
  }
}
