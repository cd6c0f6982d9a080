import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { createConnection, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { TscomposeError } from '../../../src/base/errors.ts'
import type { ProgressEvent } from '../../../src/base/event.ts'
import { type Channel, openChannel } from '../../../src/daemon/channel.ts'
import { createEngineProxy } from '../../../src/daemon/client.ts'
import { createEngineServer, type EngineServer } from '../../../src/daemon/server.ts'
import type { Engine, LogEntry } from '../../../src/engine/api.ts'

const directory = mkdtempSync(join(tmpdir(), 'tscompose-socket-'))
const lines: string[] = []
let counter = 0

afterEach(() => {
  lines.length = 0
})

interface Served {
  readonly server: EngineServer
  readonly path: string
  readonly exits: () => number
}

/** The methods a test needs; the socket cannot tell them from a whole engine. */
async function serve(methods: object): Promise<Served> {
  const path = join(directory, `${counter++}.sock`)
  let exits = 0
  const server = createEngineServer({
    engine: Promise.resolve(methods as Engine),
    hello: { protocol: 1, build: { version: '1.2.3', id: 'test' }, pid: process.pid },
    log: { write: (text) => lines.push(text), flush: async () => undefined },
    owner: process.getuid?.() ?? -1,
    close: async () => undefined,
    exit: () => {
      exits++
    },
  })
  await server.listen(path)
  onTestFinished(async () => {
    await server.shutdown()
    rmSync(path, { force: true })
  })
  return { server, path, exits: () => exits }
}

async function dial(path: string): Promise<Socket> {
  const socket = createConnection(path)
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  return socket
}

async function connect(path: string): Promise<{ readonly engine: Engine; readonly channel: Channel }> {
  const channel = await openChannel(await dial(path))
  onTestFinished(channel.close)
  return { engine: createEngineProxy(channel), channel }
}

describe('the engine socket', () => {
  it('belongs to its owner alone and says who answers', async () => {
    const { path } = await serve({})
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const { channel } = await connect(path)
    expect(channel.hello).toEqual({ protocol: 1, build: { version: '1.2.3', id: 'test' }, pid: process.pid })
  })

  it('carries many calls at once, each with its own answer', async () => {
    const wait = async ({ container }: { readonly container: string }): Promise<object> => {
      await sleep(container === 'slow' ? 30 : 0)
      return { id: container }
    }
    const { engine } = await connect((await serve({ containers: { inspect: wait } })).path)
    const order: string[] = []
    const ask = async (container: string): Promise<void> => {
      const { id } = await engine.containers.inspect({ container })
      order.push(id)
    }
    await Promise.all([ask('slow'), ask('quick')])
    expect(order).toEqual(['quick', 'slow'])
  })

  it('brings an error over with its class, kind, code and hint', async () => {
    const fail = (): Promise<never> =>
      Promise.reject(new TscomposeError('conflict', 'PORT_IN_USE', 'cannot publish 80', { hint: 'stop it' }))
    const { engine } = await connect((await serve({ containers: { start: fail } })).path)
    await expect(engine.containers.start({ container: 'a' })).rejects.toMatchObject({
      name: 'TscomposeError',
      kind: 'conflict',
      code: 'PORT_IN_USE',
      message: 'cannot publish 80',
      hint: 'stop it',
    })
    expect(lines).toEqual([])
  })

  it('survives a handler that throws, and writes it down', async () => {
    const crash = (): never => {
      throw new TypeError('a bug')
    }
    const { engine } = await connect((await serve({ info: crash, volumes: { list: async () => [] } })).path)
    await expect(engine.info()).rejects.toMatchObject({ kind: 'internal', message: 'a bug' })
    expect(await engine.volumes.list()).toEqual([])
    expect(lines.join('')).toContain('info: a bug')
  })

  it('brings progress in order and before the result', async () => {
    const pull = async (_params: unknown, context: { readonly sink: (event: ProgressEvent) => void }): Promise<object> => {
      for (const verb of ['Pulling', 'Pulled']) context.sink({ target: { kind: 'image', name: 'a' }, verb, phase: 'start' })
      return { id: 'x' }
    }
    const { engine } = await connect((await serve({ images: { pull } })).path)
    const seen: string[] = []
    await engine.images.pull({ reference: 'a' }, { sink: (event) => seen.push(event.verb) })
    expect(seen).toEqual(['Pulling', 'Pulled'])
  })

  it('cancels a call that is aborted', async () => {
    let aborted = false
    const pull = (_params: unknown, { signal }: { readonly signal: AbortSignal }): Promise<never> =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          aborted = true
          reject(signal.reason as Error)
        })
      })
    const { engine } = await connect((await serve({ images: { pull } })).path)
    const abort = new AbortController()
    const call = engine.images.pull({ reference: 'a' }, { signal: abort.signal })
    setTimeout(() => abort.abort(), 10)
    await expect(call).rejects.toMatchObject({ kind: 'canceled' })
    expect(aborted).toBe(true)
  })

  it('cancels the calls of a client that goes away', async () => {
    const gone = Promise.withResolvers<void>()
    const stop = (_params: unknown, { signal }: { readonly signal: AbortSignal }): Promise<void> => {
      signal.addEventListener('abort', () => gone.resolve())
      return gone.promise
    }
    const { engine, channel } = await connect((await serve({ containers: { stop } })).path)
    const call = engine.containers.stop({ container: 'a' })
    await sleep(10)
    channel.close()
    await expect(call).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
    await gone.promise
  })

  it('makes the source of a stream wait for a reader that is slow', async () => {
    let made = 0
    async function* logs(): AsyncGenerator<readonly LogEntry[]> {
      for (; made < 1000; made++) yield [{ stream: 'stdout', time: '', text: String(made) }]
    }
    const { engine } = await connect((await serve({ containers: { logs } })).path)
    const seen: string[] = []
    for await (const [entry] of engine.containers.logs({ container: 'a', follow: true })) {
      seen.push(entry?.text ?? '')
      if (seen.length === 1) {
        await sleep(50)
        expect(made).toBeLessThan(40)
      }
    }
    expect(seen).toEqual(Array.from({ length: 1000 }, (_, index) => String(index)))
  })

  it('ends the source of a stream whose reader has enough', async () => {
    const ended = Promise.withResolvers<void>()
    async function* events(): AsyncGenerator<object> {
      try {
        for (;;) {
          yield { type: 'container' }
          await sleep(1)
        }
      } finally {
        ended.resolve()
      }
    }
    const { engine } = await connect((await serve({ events })).path)
    for await (const event of engine.events({})) {
      expect(event.type).toBe('container')
      break
    }
    await ended.promise
  })

  it('knows the methods of the engine and no others', async () => {
    const { channel } = await connect((await serve({ secret: async () => 1, images: { constructor: async () => 1 } })).path)
    for (const method of ['secret', 'images.constructor', 'images', 'toString', 'containers.start.x'.slice(0, 10)]) {
      await expect(channel.call(method, {})).rejects.toMatchObject({ code: 'PROTOCOL_ERROR' })
    }
  })

  it('takes files over only from the process that calls', async () => {
    const { engine } = await connect((await serve({ containers: { attach: async () => ({ exitCode: 0, detached: false }) } })).path)
    const attach = (pid: number): Promise<unknown> => engine.containers.attach({ container: 'a', stdin: false, stdio: { pid, stdout: 1 } })
    await expect(attach(1)).rejects.toMatchObject({ code: 'NOT_THE_CALLER' })
    await expect(attach(process.pid)).resolves.toMatchObject({ exitCode: 0 })
  })

  it('ends a connection that sends noise, and serves the others', async () => {
    const { path } = await serve({ volumes: { list: async () => [] } })
    const { engine } = await connect(path)
    const noisy = await dial(path)
    const received: Buffer[] = []
    noisy.on('data', (chunk: Buffer) => received.push(chunk))
    noisy.write('GET / HTTP/1.1\r\n\r\n')
    await new Promise((resolve) => noisy.once('close', resolve))
    expect(Buffer.concat(received).toString()).toContain('PROTOCOL_ERROR')
    expect(await engine.volumes.list()).toEqual([])
  })

  it('refuses to end for a newer client while it works for another one', async () => {
    const work = Promise.withResolvers<void>()
    const { path, exits } = await serve({ containers: { start: () => work.promise } })
    const busy = await connect(path)
    const newer = await connect(path)
    const call = busy.engine.containers.start({ container: 'a' })
    await sleep(10)
    await expect(newer.channel.call('shutdown', { ifIdle: true })).rejects.toMatchObject({ code: 'ENGINE_BUSY' })
    work.resolve()
    await call
    await newer.channel.call('shutdown', { ifIdle: true })
    await newer.channel.closed
    expect(exits()).toBe(1)
  })
})
