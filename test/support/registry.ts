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

/** Starts the distribution's docker-registry on a free loopback port; resolves when it answers. */
export async function startRegistry(directory: string): Promise<LoopbackRegistry> {
  const storage = join(directory, 'registry')
  mkdirSync(storage, { recursive: true })
  const port = await freePort()
  const config = join(directory, `registry-${port}.json`)
  // JSON is YAML.
  const settings = {
    version: '0.1',
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: storage }, delete: { enabled: true } },
    http: { addr: `127.0.0.1:${port}`, secret: 'test' },
  }
  writeFileSync(config, JSON.stringify(settings))
  const child = spawn('docker-registry', ['serve', config], { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  for (let attempt = 0; !(await answers(port)); attempt++) {
    if (attempt > 500 || child.exitCode !== null) throw new Error(`docker-registry does not answer: ${said}`)
    await sleep(20)
  }
  return {
    host: `127.0.0.1:${port}`,
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

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
