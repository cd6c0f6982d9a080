import { chmod, mkdtemp, stat } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { hasCode, TscomposeError } from '../../base/errors.ts'
import { exited, findExecutable, run as runCommand, spawnProcess } from '../../sys/process.ts'
import type { BuildRun } from './build-run.ts'
import { type ExpandedMount, isOn, type MountContext, type Prepared, setOwnership } from './mount-options.ts'

/** `--mount=type=ssh`: the caller's SSH agent as a socket in the step. Keys never go there, only signatures come out. */
export async function prepareSsh(run: BuildRun, { options }: ExpandedMount, { workingDir }: MountContext): Promise<Prepared> {
  const id = options.id ?? 'default'
  const given = run.spec.ssh?.find((candidate) => candidate.id === id)
  if (given === undefined) {
    if (!isOn(options, ['required'])) return {}
    throw new TscomposeError('not-found', 'SSH_NOT_FOUND', `the build has no SSH agent ${JSON.stringify(id)}`, {
      hint: id === 'default' ? 'build with --ssh default, or set build.ssh of the service' : `build with --ssh ${id}=SOCKET`,
    })
  }
  const named = options.target ?? options.dst ?? options.destination
  const target = posix.resolve(workingDir, named ?? `/run/buildkit/ssh_agent.${id === 'default' ? 0 : id}`)
  const directory = await mkdtemp(join(await run.scratch(), 'ssh-'))
  const agent = await openAgent(given.path, directory)
  const socket = join(directory, 'forward')
  try {
    const close = await forward(socket, agent.socket)
    // An agent answers to its owner only: the step's user talks to us, and we are root.
    await setOwnership(socket, options, 0o600)
    const release = async (): Promise<void> => {
      await close()
      await agent.close()
    }
    return { mount: { type: 'bind', source: socket, target, readOnly: true }, env: `SSH_AUTH_SOCK=${target}`, release }
  } catch (error) {
    await agent.close()
    throw error
  }
}

interface Agent {
  readonly socket: string
  readonly close: () => Promise<void>
}

/** The agent at a socket, or one of our own that holds the key of a file. */
async function openAgent(path: string, directory: string): Promise<Agent> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isSocket() === true) return { socket: path, close: async () => undefined }
  if (found?.isFile() !== true)
    throw new TscomposeError('not-found', 'SSH_NOT_FOUND', `${path} is neither the socket of an SSH agent nor a key file`, {
      hint: 'start ssh-agent, or give --ssh default=PATH',
    })
  return startAgent(path, directory)
}

async function startAgent(key: string, directory: string): Promise<Agent> {
  const program = findExecutable('ssh-agent')
  if (program === undefined)
    throw new TscomposeError('unsupported', 'COMMAND_NOT_INSTALLED', 'ssh-agent is not installed', {
      hint: 'install the openssh client, or give the socket of an agent',
    })
  await chmod(directory, 0o700)
  const socket = join(directory, 'agent')
  const child = spawnProcess(program, ['-D', '-a', socket], { stdio: ['ignore', 'ignore', 'ignore'] })
  const ended = exited(child).catch(() => undefined)
  const close = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended
  }
  try {
    for (let tries = 0; tries < 100 && (await stat(socket).catch(() => undefined)) === undefined; tries++) await sleep(20)
    await runCommand('ssh-add', ['-q', key], {
      env: { SSH_AUTH_SOCK: socket, SSH_ASKPASS_REQUIRE: 'never', PATH: '/usr/bin:/bin' },
      timeout: 10_000,
    })
    return { socket, close }
  } catch (error) {
    await close()
    if (!hasCode(error, 'COMMAND_FAILED')) throw error
    throw new TscomposeError('invalid', 'SSH_KEY_INVALID', `cannot use the SSH key ${key}: ${error.message}`, {
      hint: 'a key with a passphrase must be in an agent of your own; give its socket',
    })
  }
}

/** Listens at `socket` and hands every connection on to `upstream`. */
async function forward(socket: string, upstream: string): Promise<() => Promise<void>> {
  const { connect, createServer } = await import('node:net')
  const server = createServer((incoming) => {
    const outgoing = connect(upstream)
    incoming.once('error', () => outgoing.destroy())
    outgoing.once('error', () => incoming.destroy())
    incoming.pipe(outgoing).pipe(incoming)
  })
  await new Promise<void>((ready, refused) => server.once('error', refused).listen(socket, ready))
  return () => new Promise((done) => server.close(() => done()))
}
