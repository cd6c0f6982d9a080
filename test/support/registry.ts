import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface LoopbackRegistry {
  /** `127.0.0.1:PORT` */
  readonly host: string
  /** Where its blobs lie: `<storage>/docker/registry/v2/blobs/…`. */
  readonly storage: string
  stop(): Promise<void>
}

export interface RegistrySettings {
  /** Address to listen on; absent: 127.0.0.1. */
  readonly address?: string
  /** Sections of docker-registry's configuration: `auth`, `http` (added to ours), `storage` (added to ours). */
  readonly auth?: Readonly<Record<string, unknown>>
  readonly http?: Readonly<Record<string, unknown>>
  readonly storage?: Readonly<Record<string, unknown>>
}

/** Starts the distribution's docker-registry on a free port; resolves when it answers. */
export async function startRegistry(directory: string, more: RegistrySettings = {}): Promise<LoopbackRegistry> {
  const { address = '127.0.0.1' } = more
  const storage = join(directory, 'registry')
  mkdirSync(storage, { recursive: true })
  const port = await freePort()
  const config = join(directory, `registry-${port}.json`)
  // JSON is YAML.
  const settings = {
    version: '0.1',
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: storage }, delete: { enabled: true }, ...more.storage },
    http: { addr: `${address}:${port}`, secret: 'test', ...more.http },
    ...(more.auth === undefined ? {} : { auth: more.auth }),
  }
  writeFileSync(config, JSON.stringify(settings))
  const child = spawn('docker-registry', ['serve', config], { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  for (let attempt = 0; !(await answers(port, address)); attempt++) {
    if (attempt > 500 || child.exitCode !== null) throw new Error(`docker-registry does not answer: ${said}`)
    await sleep(20)
  }
  return {
    host: `${address}:${port}`,
    storage,
    stop: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

function answers(port: number, address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, address)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
