import { closeSync, constants, existsSync, openSync, rmSync, unlinkSync, writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { hasErrno, TscomposeError } from '../../base/errors.ts'
import { type ChildProcess, exited, findExecutable, lastLines, spawnProcess } from '../../sys/process.ts'
import { type EnterView, type Launched, type LaunchParams, launchMonitor } from './monitor.ts'

export interface RuntimeInfo {
  readonly name: 'crun' | 'runc'
  readonly path: string
  readonly version: string
  readonly monitor: string
}

export interface ExecParams {
  readonly id: string
  /** File with the OCI process. */
  readonly processFile: string
  /** Gets the pid of the process, on the host. */
  readonly pidFile: string
  readonly stdio: readonly (number | 'pipe' | 'ignore')[]
  readonly detach: boolean
}

/** An OCI runtime under a monitor: processes, never records. */
export interface Runtime {
  readonly info: RuntimeInfo
  /** Makes the container's process, stopped before its first instruction, under a monitor of its own. */
  launch(params: LaunchParams): Promise<Launched>
  /** Lets it run. */
  start(id: string): Promise<void>
  /** Starts the runtime's exec; its exit code is the process's. */
  exec(params: ExecParams): ChildProcess
  /** Runs a bundle in the foreground on these descriptors; its exit code is the process's. Nothing is left of it afterwards. */
  runOnce(params: { readonly id: string; readonly bundle: string; readonly stdio: ExecParams['stdio'] }): ChildProcess
  /** Kills whatever is left and deletes the runtime's state and cgroup. Succeeds if it is already gone. */
  destroy(id: string): Promise<void>
  /** Drops the runtime's own record of a container whose processes have ended. */
  forget(id: string): void
}

export interface RuntimeOptions {
  readonly info: RuntimeInfo
  /** Where the runtime keeps its state, below the run root. */
  readonly stateRoot: string
  /** Runs `fn` where the runtime finds cgroups it accepts; a process spawned by it stays there (sys/cgroup/view). */
  readonly enter: EnterView
}

const fifoAttempts = 40
const outputCap = 16_384

export function createRuntime({ info, stateRoot, enter }: RuntimeOptions): Runtime {
  const spawn = (args: readonly string[], stdio: ExecParams['stdio'], ownMountsOnly = true): ChildProcess =>
    enter(() => spawnProcess(info.path, ['--root', stateRoot, ...args], { stdio }), { ownMountsOnly })
  return {
    info,
    launch: (params) => launchMonitor(params, { ...info, stateRoot, enter }),
    start: async (id) => {
      if (info.name === 'crun' && (await openStartGate(`${stateRoot}/${id}/exec.fifo`))) return
      const { exitCode, stderr } = await finish(spawn(['start', id], ['ignore', 'ignore', 'pipe']))
      if (exitCode === 0) return
      throw new TscomposeError('unavailable', 'RUNTIME_FAILED', `${info.name} cannot start the container: ${lastLines(stderr, 3)}`)
    },
    exec: ({ id, processFile, pidFile, stdio, detach }) =>
      spawn(['exec', ...(detach ? ['--detach'] : []), '--pid-file', pidFile, '--process', processFile, id], stdio),
    runOnce: ({ id, bundle, stdio }) => spawn(['run', '--bundle', bundle, id], stdio, false),
    destroy: async (id) => {
      // Without its record the runtime could only say that it does not know it.
      if (!existsSync(`${stateRoot}/${id}`)) return
      await finish(spawn(['delete', '--force', id], ['ignore', 'ignore', 'pipe']))
    },
    forget: (id) => rmSync(`${stateRoot}/${id}`, { recursive: true, force: true }),
  }
}

async function finish(child: ChildProcess): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }> {
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (chunk: string) => {
      if (said[name].length < outputCap) said[name] += chunk
    })
  }
  const closed = new Promise<void>((resolve) => child.once('close', resolve))
  const { exitCode } = await exited(child)
  await closed
  return { exitCode, ...said }
}

/**
 * What `crun start` does, without a process for it: the container waits in open(2) of this FIFO, and is `running` for crun
 * as soon as the name is gone. Returns false where it is not waiting there, so that the runtime itself can say why.
 */
async function openStartGate(path: string): Promise<boolean> {
  for (let attempt = 0; attempt < fifoAttempts; attempt++) {
    const fd = openForWriting(path)
    if (fd === 'missing') return false
    if (fd !== 'nobody') {
      try {
        unlinkSync(path)
        writeSync(fd, '0')
      } finally {
        closeSync(fd)
      }
      return true
    }
    await sleep(1)
  }
  return false
}

function openForWriting(path: string): number | 'nobody' | 'missing' {
  try {
    return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
  } catch (error) {
    if (hasErrno(error, 'ENXIO')) return 'nobody'
    if (hasErrno(error, 'ENOENT')) return 'missing'
    throw error
  }
}

/**
 * Finds crun (or runc) and conmon. Throws RUNTIME_MISSING or MONITOR_MISSING with the command that installs it.
 * `wanted` is a name from the engine's configuration or a service's `runtime:`.
 */
export async function findRuntime(wanted?: string): Promise<RuntimeInfo> {
  const names: readonly ('crun' | 'runc')[] = wanted === 'runc' ? ['runc'] : wanted === 'crun' ? ['crun'] : ['crun', 'runc']
  const found = names.map((name) => ({ name, path: findExecutable(name) })).find(({ path }) => path !== undefined)
  if (found?.path === undefined) throw missing('RUNTIME_MISSING', `no OCI runtime (${names.join(' or ')}) is installed`, 'crun')
  const monitor = findExecutable('conmon')
  if (monitor === undefined) throw missing('MONITOR_MISSING', 'conmon is not installed', 'conmon')
  // Not by `run`: loading execa would cost the engine's start 100 ms.
  const { stdout } = await finish(spawnProcess(found.path, ['--version'], { stdio: ['ignore', 'pipe', 'ignore'] }))
  return { name: found.name, path: found.path, version: /version (\S+)/.exec(stdout)?.[1] ?? 'unknown', monitor }
}

function missing(code: string, message: string, name: string): TscomposeError {
  return new TscomposeError('unsupported', code, message, { hint: `apt-get install ${name}` })
}
