import { randomBytes } from 'node:crypto'
import { closeSync, constants, fstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { posix } from 'node:path'
import { hasCode, hasErrno, TscomposeError } from '../../base/errors.ts'
import type { RuntimeProcess, RuntimeSpec } from '../../oci/runtime-spec.ts'
import { openDirectory, openFlags, openInRoot } from '../../sys/files.ts'
import { pidfdGetFd, pidfdOpen } from '../../sys/pidfd.ts'
import { type ChildProcess, exited } from '../../sys/process.ts'
import { runFirst, runOrdinarily } from '../../sys/scheduling.ts'
import { setWindowSize, terminalMaster } from '../../sys/terminal.ts'
import type { CallContext, CallerStdio, ExecSpec } from '../api.ts'
import { containerCapabilities } from './bundle/bundle.ts'
import { capabilitySets, effectiveEnv, workingDir } from './bundle/process.ts'
import { type ContainerDeps, emitContainer } from './deps.ts'
import type { Entry } from './entry.ts'
import { withoutTerminals } from './exec-relay.ts'
import { reportLines } from './exec-report.ts'
import { containerPlaces } from './places.ts'
import { resolveUser } from './user.ts'

export interface ExecSession {
  readonly child: ChildProcess
  /** Pid of the process on the host, once the runtime has made it. */
  readonly pid: () => number | undefined
  readonly ended: Promise<{ readonly exitCode: number }>
}

/** Far longer than crun takes to start a process. */
const startMs = 1000

/** Counter for file names, per engine. */
export type NextNumber = () => number

/** Starts a process in a running container on these descriptors; the caller closes its own copies afterwards. */
export function startExec(
  deps: ContainerDeps,
  entry: Entry,
  {
    process,
    stdio,
    number,
  }: { readonly process: ExecSpec; readonly stdio: readonly (number | 'pipe' | 'ignore')[]; readonly number: number },
): ExecSession {
  checkRunning(entry)
  const { record } = entry
  const spec = execProcess(deps, entry, process)
  const base = `${containerPlaces(deps.paths, record.id).bundle}/exec-${number}`
  const processFile = `${base}.json`
  const pidFile = `${base}.pid`
  writeFileSync(processFile, JSON.stringify(spec), { mode: 0o600 })
  const child = deps.runtime.exec({ id: record.id, processFile, pidFile, stdio, detach: process.detach === true })
  const relax = process.tty === true ? beFirstToSetSize(child) : () => undefined
  const ended = exited(child).finally(() => {
    relax()
    rmSync(processFile, { force: true })
    rmSync(pidFile, { force: true })
  })
  return { child, ended, pid: () => readPid(pidFile) }
}

/**
 * crun gives the terminal its size after it has let the process go, which on a busy machine has asked for it by then. So
 * crun goes first for the time that takes; the process itself never does. The returned function is called at crun's end.
 */
function beFirstToSetSize({ pid }: ChildProcess): () => void {
  if (pid === undefined) return () => undefined
  runFirst(pid)
  const timer = setTimeout(() => runOrdinarily(pid), startMs)
  return () => clearTimeout(timer)
}

function readPid(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8'))
    return Number.isInteger(pid) && pid > 0 ? pid : undefined
  } catch {
    return undefined
  }
}

function checkRunning({ record }: Entry): void {
  if (record.state.status === 'running') return
  const paused = record.state.status === 'paused'
  throw new TscomposeError(
    'conflict',
    paused ? 'CONTAINER_PAUSED' : 'CONTAINER_NOT_RUNNING',
    `container ${record.name} is ${record.state.status}`,
    {
      target: `container ${record.name}`,
      hint: paused ? 'unpause it first' : 'start it first',
    },
  )
}

/** The OCI process: who, where, with what rights. Names and paths are looked up in the container's own root. */
function execProcess(deps: ContainerDeps, { record }: Entry, wanted: ExecSpec): RuntimeProcess {
  const root = openDirectory(`/proc/${record.state.process?.pid ?? 0}/root`)
  try {
    const { spec, imageConfig } = record
    const user = resolveUser(root, wanted.user ?? spec.user ?? imageConfig.User ?? '', wanted.user === undefined ? spec.groupAdd : [])
    const main = mainProcess(deps, record.id)
    const env = effectiveEnv({ env: { ...spec.env, ...wanted.env }, ...(wanted.tty === true ? { tty: true } : {}) }, imageConfig, {
      ...(hostnameOf(main) === undefined ? {} : { hostname: hostnameOf(main) ?? '' }),
      home: user.home,
    })
    const cwd = wanted.workingDir === undefined || wanted.workingDir === '' ? workingDir(spec, imageConfig) : wanted.workingDir
    checkCommand(root, { args: wanted.args, env, cwd, name: record.name, image: spec.image })
    checkDirectory(root, cwd, record.name)
    const capabilities = containerCapabilities({ spec: wanted.privileged === true ? { ...spec, privileged: true } : spec, host: deps.host })
    return {
      terminal: wanted.tty === true,
      user: { uid: user.uid, gid: user.gid, umask: 0o022, additionalGids: user.additionalGids },
      args: wanted.args,
      env,
      cwd,
      capabilities: capabilitySets(capabilities, user.uid),
      ...(main?.rlimits === undefined ? {} : { rlimits: main.rlimits }),
      noNewPrivileges: main?.noNewPrivileges === true,
    }
  } finally {
    closeSync(root)
  }
}

/** What the container was started with; its limits hold for every process in it. */
function mainProcess(deps: ContainerDeps, id: string): RuntimeProcess | undefined {
  try {
    return (JSON.parse(readFileSync(`${containerPlaces(deps.paths, id).bundle}/config.json`, 'utf8')) as RuntimeSpec).process
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined
    throw error
  }
}

function hostnameOf(main: RuntimeProcess | undefined): string | undefined {
  return main?.env.find((line) => line.startsWith('HOSTNAME='))?.slice('HOSTNAME='.length)
}

interface CommandCheck {
  readonly args: readonly string[]
  readonly env: readonly string[]
  readonly cwd: string
  readonly name: string
  readonly image: string
}

/** The runtime would say it on the caller's terminal and with a code of its own, so the search is made here first. */
function checkCommand(root: number, { args, env, cwd, name, image }: CommandCheck): void {
  const [program] = args
  if (program === undefined || program === '') throw new TscomposeError('invalid', 'NO_COMMAND', `no command to run in ${name}`)
  const path = env.find((line) => line.startsWith('PATH='))?.slice('PATH='.length) ?? ''
  const places = program.includes('/')
    ? [posix.resolve(cwd, program)]
    : path.split(':').map((directory) => posix.resolve(cwd, directory, program))
  const found = places.map((place) => executableState(root, place))
  if (found.includes('executable')) return
  if (found.includes('plain')) {
    throw new TscomposeError('invalid', 'COMMAND_NOT_EXECUTABLE', `${JSON.stringify(program)} in container ${name} cannot be executed`, {
      target: `container ${name}`,
      hint: 'make it executable (chmod +x)',
    })
  }
  throw new TscomposeError(
    'invalid',
    'COMMAND_NOT_FOUND',
    `command ${JSON.stringify(program)} is not in container ${name} (image ${image})`,
    {
      target: `container ${name}`,
      hint: 'check the spelling, and that the program is installed in the image',
    },
  )
}

function checkDirectory(root: number, cwd: string, name: string): void {
  try {
    closeSync(openInRoot(root, cwd, openFlags.O_PATH | constants.O_DIRECTORY))
  } catch (error) {
    if (!missing.some((code) => hasCode(error, code))) throw error
    throw new TscomposeError('invalid', 'WORKING_DIR_NOT_FOUND', `container ${name} has no directory ${cwd} to work in`, {
      target: `container ${name}`,
      hint: 'name another with -w, or make it in the image',
    })
  }
}

const missing = ['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'EXDEV'] as const

function executableState(root: number, path: string): 'executable' | 'plain' | 'missing' {
  try {
    const fd = openInRoot(root, path, openFlags.O_PATH | constants.O_RDONLY)
    try {
      const { mode } = fstatSync(fd)
      if ((mode & constants.S_IFMT) !== constants.S_IFREG) return 'plain'
      return (mode & 0o111) === 0 ? 'plain' : 'executable'
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    if (missing.some((code) => hasCode(error, code))) return 'missing'
    throw error
  }
}

export interface TakenStdio {
  readonly fds: readonly (number | 'ignore')[]
  readonly close: () => void
  /** Called once the process has them. */
  readonly begin?: () => void
  /** Called once the process has ended; resolves when everything it wrote has been passed on. */
  readonly drained?: () => Promise<void>
}

/** Copies of the caller's own open files, to be given to a child and closed again. Missing ones are /dev/null. */
export function takeStdio(stdio: CallerStdio | undefined): TakenStdio {
  if (stdio === undefined) return { fds: ['ignore', 'ignore', 'ignore'], close: () => undefined }
  const owner = pidfdOpen(stdio.pid)
  const taken: number[] = []
  const close = (): void => {
    for (const fd of taken.splice(0)) closeSync(fd)
  }
  try {
    const fds = [stdio.stdin, stdio.stdout, stdio.stderr].map((fd) => {
      if (fd === undefined) return 'ignore' as const
      const copy = pidfdGetFd(owner, fd)
      taken.push(copy)
      return copy
    })
    return { fds, close }
  } catch (error) {
    close()
    throw error
  } finally {
    closeSync(owner)
  }
}

function callerFiles({ process, stdio }: { readonly process: ExecSpec; readonly stdio: CallerStdio | undefined }): TakenStdio {
  if (process.detach === true) return takeStdio(undefined)
  return process.tty === true ? takeStdio(stdio) : withoutTerminals(takeStdio(stdio))
}

/** Sets the size of a session's terminal, whose master side the runtime's waiting process holds. crun itself passes no change on. */
export function resizeExec(session: ExecSession | undefined, size: { readonly columns: number; readonly rows: number }): void {
  const runtime = session?.child.pid
  if (runtime === undefined || session?.child.exitCode !== null) return
  const number = terminalMaster(runtime)
  if (number === undefined) return
  const owner = pidfdOpen(runtime)
  try {
    const master = pidfdGetFd(owner, number)
    try {
      setWindowSize(master, size)
    } finally {
      closeSync(master)
    }
  } finally {
    closeSync(owner)
  }
}

/** Runs a process for a caller; see api.Containers.exec. Cancelling ends the process. */
export async function execForCaller(
  deps: ContainerDeps,
  entry: Entry,
  request: {
    readonly process: ExecSpec
    readonly stdio: CallerStdio | undefined
    readonly number: number
    readonly context: CallContext
    readonly onSession: (session: ExecSession) => void
  },
): Promise<{ readonly exitCode: number }> {
  const { process, context } = request
  checkRunning(entry)
  const attributes = { execID: randomBytes(32).toString('hex') }
  const [program = '', ...args] = process.args
  // As docker's engine writes it, also without arguments.
  const command = `${program} ${args.join(' ')}`
  emitContainer(deps, entry.record, `exec_create: ${command}`, attributes)
  const files = process.report === true ? reportLines(entry, context) : callerFiles(request)
  let session: ExecSession
  try {
    session = startExec(deps, entry, { process, stdio: files.fds, number: request.number })
    files.begin?.()
  } finally {
    files.close()
  }
  request.onSession(session)
  emitContainer(deps, entry.record, `exec_start: ${command}`, attributes)
  const onAbort = (): void => void session.child.kill('SIGTERM')
  context.signal?.addEventListener('abort', onAbort, { once: true })
  try {
    const { exitCode } = await session.ended.finally(files.drained)
    // A code that only says that we ended it is no answer.
    context.signal?.throwIfAborted()
    emitContainer(deps, entry.record, 'exec_die', { ...attributes, exitCode: String(exitCode) })
    return { exitCode }
  } finally {
    context.signal?.removeEventListener('abort', onAbort)
  }
}
