import { writeSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { errorToData, hasCode } from '../base/errors.ts'
import { workerUrl } from '../base/worker-url.ts'
import type { LocalEngine } from '../engine/local-engine.ts'
import { acquireEngineLock, type EngineLock } from '../engine/state/lock.ts'
import { buildInfo } from './build-info.ts'
import { dial } from './client.ts'
import { createLog } from './log.ts'
import { enginePaths, logPath, socketPath } from './places.ts'
import { protocolVersion } from './protocol.ts'
import { createEngineServer } from './server.ts'

/*
 * The engine's daemon: opens its socket first, so that whoever started it may go on, and answers calls as soon as the
 * engine has found out what runs. Containers outlive it, however it ends.
 */

/** The starter waits on this descriptor for one line; later writes would meet a closed pipe. */
const readinessFd = 3
const lockTimeoutMs = 5_000
const failedLingerMs = 1_000
/** The network helper lives as long as any container: it gets the smallest heap that works. */
const helperNodeFlags = ['--max-semi-space-size=1', '--max-old-space-size=128', '--no-warnings']
const log = createLog({ path: logPath, maxBytes: 5 << 20, clock: () => new Date() })

process.on('unhandledRejection', (reason) => log.write(`unhandled rejection: ${describe(reason)}`))
process.on('uncaughtException', (error) => log.write(`uncaught exception: ${describe(error)}`))
// The starter may be gone; its pipe and terminal are none of ours.
process.on('SIGPIPE', () => undefined)
process.on('SIGHUP', () => undefined)

try {
  await runDaemon()
} catch (error) {
  log.write(`cannot start: ${describe(error)}`)
  await log.flush()
  reportReadiness({ error: errorToData(error) })
  process.exit(1)
}

async function runDaemon(): Promise<void> {
  // Everything we make is root's alone unless it says otherwise.
  process.umask(0o022)
  if ((await takeLock()) === undefined) {
    // Somebody else was faster and answers.
    reportReadiness({ ready: true })
    process.exit(0)
  }
  const engine = Promise.withResolvers<LocalEngine>()
  const answering = engine.promise.then((opened) => opened.engine)
  // Calls carry the rejection; without any it is in the log.
  answering.catch(() => undefined)
  const exit = (): void => void log.flush().finally(() => process.exit(0))
  const server = createEngineServer({
    engine: answering,
    hello: { protocol: protocolVersion, build: buildInfo(), pid: process.pid },
    log,
    owner: 0,
    close: async () => {
      const opened = await engine.promise.catch(() => undefined)
      await opened?.close()
      log.write('ended')
    },
    exit,
  })
  await server.listen(socketPath)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void server.shutdown().finally(exit))
  reportReadiness({ ready: true })
  log.write(`pid ${process.pid}, version ${buildInfo().version} (${buildInfo().id})`)
  try {
    engine.resolve(await openEngine())
    // Written only at the end of a process otherwise, and a daemon is seldom ended politely.
    setTimeout(flushCompileCache, 1_000).unref()
  } catch (error) {
    // Whoever waits hears why; then the daemon goes, so that the next command tries again on a mended host.
    log.write(`the engine cannot work: ${describe(error)}`)
    engine.reject(error)
    setTimeout(() => void server.shutdown().finally(exit), failedLingerMs)
  }
}

/** Loads the engine's parts only now: the socket is open already. */
async function openEngine(): Promise<LocalEngine> {
  const { openLocalEngine } = await import('../engine/local-engine.ts')
  return openLocalEngine({
    paths: enginePaths,
    version: buildInfo().version,
    socket: socketPath,
    netdCommand: [process.execPath, ...helperNodeFlags, workerUrl('netd').pathname],
    env: process.env,
    log: (text) => log.write(text),
  })
}

/**
 * One daemon at a time. The lock's holder may be about to answer, or about to end (another version was asked to go):
 * undefined once a holder answers, ENGINE_RUNNING where one holds the lock and stays silent.
 */
async function takeLock(): Promise<EngineLock | undefined> {
  const deadline = performance.now() + lockTimeoutMs
  for (;;) {
    try {
      return acquireEngineLock(enginePaths.dataRoot)
    } catch (error) {
      if (!hasCode(error, 'ENGINE_RUNNING') || performance.now() > deadline) throw error
    }
    const other = await dial()
    other?.destroy()
    if (other !== undefined) return undefined
    await sleep(5)
  }
}

function reportReadiness(answer: object): void {
  try {
    writeSync(readinessFd, `${JSON.stringify(answer)}\n`)
  } catch {
    // Started by hand, without a starter that waits.
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
