import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Command, time } from './measure.ts'

/** A compose implementation under measurement. */
export interface Peer {
  readonly name: string
  /** Command line for a compose verb in a project directory. */
  compose(directory: string, ...args: readonly string[]): Command
  /** Command line for a verb of its `image` group. */
  image(directory: string, ...args: readonly string[]): Command
  /** Command line that runs a program where its engine reaches 127.0.0.1. */
  inNetwork(argv: readonly string[]): readonly string[]
  /** Number of the engine's process; undefined where nobody tells. */
  enginePid(): number | undefined
  importImage(rootfsTar: string, reference: string): void
  close(): void
}

const launcher = resolve(import.meta.dirname, '../bin/tscompose')

/**
 * tscompose in a mount and network namespace of its own, with fresh engine directories, so that neither the host nor
 * a dockerd beside it is touched. The namespaces live as long as the holder process.
 */
export async function createTscompose(): Promise<Peer> {
  const scratch = mkdtempSync(join(tmpdir(), 'tscompose-bench-'))
  mkdirSync(join(scratch, 'lib'))
  const script = [
    'ip link set lo up',
    'mkdir -p /run/tscompose /var/lib/tscompose /var/cache/tscompose',
    'mount -t tmpfs tmpfs /var/cache/tscompose',
    'mount -t tmpfs tmpfs /run/tscompose',
    `mount --bind ${scratch}/lib /var/lib/tscompose`,
    'echo ready',
    'exec sleep infinity',
  ].join(' && ')
  const holder = spawn('unshare', ['-m', '-n', '--propagation', 'private', 'sh', '-c', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise<void>((ready, failed) => {
    holder.stdout.once('data', () => ready())
    holder.once('exit', (code) => failed(new Error(`the bench namespace ended with ${code}`)))
  })
  // The working directory has to be looked up again inside: a directory of another mount namespace has no path there.
  const enter = (directory: string, args: readonly string[]): Command => ({
    argv: ['nsenter', '-t', String(holder.pid), '-m', '-n', `--wdns=${directory}`, '--', launcher, ...args],
    cwd: directory,
  })
  const run = (...args: readonly string[]): number => time(enter(scratch, args))
  return {
    name: 'tscompose',
    compose: (directory, ...args) => enter(directory, args),
    image: (directory, ...args) => enter(directory, ['image', ...args]),
    inNetwork: (argv) => ['nsenter', '-t', String(holder.pid), '-n', '--', ...argv],
    enginePid: () => {
      const { argv } = enter(scratch, ['engine', 'status', '--format', 'json'])
      const status = spawnSync(argv[0] ?? '', argv.slice(1), { encoding: 'utf8' })
      return (JSON.parse(status.stdout) as { readonly pid?: number }).pid
    },
    importImage: (tar, reference) => run('image', 'import', tar, reference),
    close: () => {
      run('engine', 'stop')
      holder.kill('SIGKILL')
      rmSync(scratch, { recursive: true, force: true })
    },
  }
}

/** The real docker compose, where `docker compose` answers and has a daemon; otherwise undefined. */
export function findDockerCompose(): Peer | undefined {
  if (spawnSync('docker', ['info'], { stdio: 'ignore', timeout: 10_000 }).status !== 0) return undefined
  if (spawnSync('docker', ['compose', 'version'], { stdio: 'ignore' }).status !== 0) return undefined
  return {
    name: 'docker compose',
    compose: (directory, ...args) => ({ argv: ['docker', 'compose', ...args], cwd: directory }),
    image: (directory, ...args) => ({ argv: ['docker', 'image', ...args], cwd: directory }),
    inNetwork: (argv) => argv,
    enginePid: () => undefined,
    importImage: (tar, reference) => {
      time({ argv: ['docker', 'import', tar, reference], cwd: '/' })
    },
    close: () => {},
  }
}
