import { createConnection, type Socket } from 'node:net'
import { hasErrno, TscomposeError } from '../base/errors.ts'
import type { Engine } from '../engine/api.ts'
import { buildInfo } from './build-info.ts'
import { type Channel, openChannel } from './channel.ts'
import { engineMethods } from './methods.ts'
import { socketPath } from './places.ts'
import { protocolVersion } from './protocol.ts'

/** An engine in another process. */
export interface EngineConnection {
  readonly engine: Engine
  /** Resolves when the daemon has gone, or after `close`. */
  readonly closed: Promise<void>
  close(): void
}

export interface ConnectOptions {
  /** Start the daemon where it does not run, and replace one of another version where it is idle. */
  readonly start: boolean
  /** The caller's environment; a daemon that is started gets its proxy variables, nothing else. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Connects to the engine's daemon. Rejects NO_ROOT for other users, ENGINE_NOT_RUNNING where it does not run and
 * `start` is false, ENGINE_START_FAILED with what the daemon said, ENGINE_VERSION where another version is busy.
 */
export async function connectEngine(options: ConnectOptions): Promise<EngineConnection> {
  const channel = await reach(options)
  return { engine: createEngineProxy(channel), closed: channel.closed, close: channel.close }
}

async function reach(options: ConnectOptions): Promise<Channel> {
  const socket = (await dial()) ?? (await startAndDial(options))
  const channel = await openChannel(socket)
  const { hello } = channel
  const build = buildInfo()
  if (hello.protocol === protocolVersion && hello.build.version === build.version && hello.build.id === build.id) return channel
  // Asking costs nothing here: whoever may not start a daemon (`engine stop`, `engine status`) may still talk to it.
  if (!options.start && hello.protocol === protocolVersion) return channel
  await retire(channel)
  return openChannel(await startAndDial(options))
}

/** Ends a daemon of another version; it refuses while it works for somebody else. */
async function retire(channel: Channel): Promise<void> {
  const { build, pid } = channel.hello
  try {
    await channel.call('shutdown', { ifIdle: true })
  } catch (cause) {
    const message = `the running engine (pid ${pid}) is version ${build.version} (${build.id}) and is busy; this is ${buildInfo().version} (${buildInfo().id})`
    throw new TscomposeError('conflict', 'ENGINE_VERSION', message, {
      hint: 'wait until its commands are done and try again, or run: tscompose engine stop',
      cause,
    })
  }
  await channel.awaitClose()
}

/** A connected socket, or undefined where nobody listens. */
export async function dial(): Promise<Socket | undefined> {
  try {
    return await connect(socketPath)
  } catch (error) {
    if (hasErrno(error, 'ENOENT') || hasErrno(error, 'ECONNREFUSED')) return undefined
    if (hasErrno(error, 'EACCES') || hasErrno(error, 'EPERM')) throw noRoot(error)
    throw error
  }
}

function connect(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path)
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(socket)
    })
  })
}

async function startAndDial(options: ConnectOptions): Promise<Socket> {
  if (!options.start) {
    throw new TscomposeError('unavailable', 'ENGINE_NOT_RUNNING', 'the engine does not run', {
      hint: 'start it with: tscompose engine start',
    })
  }
  if (process.getuid?.() !== 0) throw noRoot()
  const { startDaemon } = await import('./launch.ts')
  await startDaemon(options.env)
  const socket = await dial()
  if (socket !== undefined) return socket
  throw new TscomposeError('unavailable', 'ENGINE_START_FAILED', 'the engine ended right after its start', {
    hint: 'read the end of /var/lib/tscompose/engine.log',
  })
}

function noRoot(cause?: unknown): TscomposeError {
  return new TscomposeError('denied', 'NO_ROOT', 'the container engine belongs to root', {
    hint: 'run the command as root, for example with sudo',
    ...(cause === undefined ? {} : { cause }),
  })
}

/** The engine's methods over a channel, made from the method table. */
export function createEngineProxy(channel: Channel): Engine {
  const method = (name: string, kind: 'call' | 'stream'): unknown =>
    kind === 'stream'
      ? (params: unknown, context?: object) => channel.stream(name, params ?? {}, context)
      : (params: unknown, context?: object) => channel.call(name, params ?? {}, context)
  const entries = Object.entries(engineMethods).map(([name, entry]) => {
    if (typeof entry === 'string') return [name, method(name, entry)]
    return [name, Object.fromEntries(Object.entries(entry).map(([verb, kind]) => [verb, method(`${name}.${verb}`, kind)]))]
  })
  // The table's type says that these are all of Engine's methods and no others.
  return Object.fromEntries(entries) as unknown as Engine
}
