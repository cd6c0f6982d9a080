import { closeSync, mkdirSync, openSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { type ErrorData, errorFromData, TscomposeError } from '../base/errors.ts'
import { workerUrl } from '../base/worker-url.ts'
import { plainEnvironment, spawnWithoutCalls } from '../sys/process.ts'
import { prepareCompileCache } from './compile-cache.ts'
import { enginePaths, logPath } from './places.ts'

/** A daemon that says nothing for this long is not going to. */
const startTimeoutMs = 10_000

/** Keeps the daemon's heap small: it moves no bytes itself, and young objects die young. */
const nodeFlags = ['--max-semi-space-size=2', '--max-old-space-size=512', '--no-warnings']

type Environment = Readonly<Record<string, string | undefined>>

const proxyVariables = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']

/**
 * Starts the daemon and resolves when its socket answers, also where another process was faster.
 * Rejects ENGINE_START_FAILED with the daemon's own words.
 */
export async function startDaemon(env: Environment): Promise<void> {
  mkdirSync(enginePaths.dataRoot, { recursive: true, mode: 0o711 })
  mkdirSync(enginePaths.runRoot, { recursive: true, mode: 0o711 })
  const log = openSync(logPath, 'a', 0o600)
  try {
    const entry = workerUrl('daemon')
    const child = spawnWithoutCalls(process.execPath, [...nodeFlags, entry.pathname], {
      env: daemonEnvironment(env),
      cwd: '/',
      stdio: ['ignore', log, log, 'pipe'],
      detached: true,
    })
    const pipe = child.stdio[3] as Readable
    child.unref()
    await new Promise<void>((resolve, reject) => {
      child.once('error', (cause) => reject(startFailed(cause.message, cause)))
      readReadiness(pipe).then(resolve, reject)
    })
  } finally {
    closeSync(log)
  }
}

/** Nothing of the caller's environment but where the outside world is reached. */
function daemonEnvironment(env: Environment): Readonly<Record<string, string>> {
  const proxies = proxyVariables.flatMap((name) => {
    const value = env[name]
    return value === undefined ? [] : [[name, value]]
  })
  const cache = prepareCompileCache()
  return { ...plainEnvironment, ...Object.fromEntries(proxies), ...(cache === undefined ? {} : { NODE_COMPILE_CACHE: cache }) }
}

/** The daemon writes one line on descriptor 3: `{"ready":true}` or `{"error":…}`. The end without one is a crash. */
async function readReadiness(pipe: Readable): Promise<void> {
  const timer = setTimeout(() => pipe.destroy(startFailed(`it was not ready after ${startTimeoutMs / 1000} s`)), startTimeoutMs)
  let text = ''
  try {
    for await (const chunk of pipe) {
      text += String(chunk)
      if (text.includes('\n')) break
    }
  } finally {
    clearTimeout(timer)
    pipe.destroy()
  }
  if (!text.includes('\n')) throw startFailed('it ended before it was ready')
  const answer = JSON.parse(text) as { readonly error?: ErrorData }
  if (answer.error !== undefined) throw errorFromData(answer.error)
}

function startFailed(why: string, cause?: unknown): TscomposeError {
  return new TscomposeError('unavailable', 'ENGINE_START_FAILED', `the engine did not start: ${why}`, {
    hint: `read the end of ${logPath}; tscompose doctor tells what the host lacks`,
    ...(cause === undefined ? {} : { cause }),
  })
}
