import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type CommandOptions, type CommandResult, runCommand } from './command.ts'

/** A Docker Engine of the test's own, for looking at images with its eyes. */
export interface Docker {
  run(args: readonly string[], options?: CommandOptions): Promise<CommandResult>
  /** As `run`; returns stdout, throws where it fails. */
  ok(args: readonly string[], options?: CommandOptions): Promise<string>
  stop(): Promise<void>
}

/** True where `docker`, its daemon and a runtime for it are on PATH. */
export function hasDocker(): boolean {
  return ['docker', 'dockerd', 'containerd', 'runc'].every((name) => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0)
}

/**
 * runc looks for its groups from the top of each hierarchy, over which test/run.ts has bound the test's own group: here
 * that is taken away again, and docker's groups are made inside of it by name.
 */
const enterScript = `
parent=/docker
for bound in $(awk '$5 ~ "^/sys/fs/cgroup/" && $4 != "/" { print $4 ":" $5 }' /proc/self/mountinfo); do
  parent=\${bound%%:*}/docker
  umount "\${bound#*:}"
done
exec dockerd --cgroup-parent "$parent" "$@"
`

/** Starts a daemon with everything of its own below `directory`, without networks; resolves when it answers. */
export async function startDocker(directory: string): Promise<Docker> {
  mkdirSync(directory, { recursive: true })
  const socket = `unix://${join(directory, 'docker.sock')}`
  const places = ['data-root', 'exec-root'].flatMap((name) => [`--${name}`, join(directory, name)])
  const alone = ['--pidfile', join(directory, 'pid'), '--bridge=none', '--iptables=false', '--ip6tables=false']
  const daemon = spawn(
    'unshare',
    ['--mount', '--propagation', 'private', 'sh', '-ec', enterScript, 'dockerd', '--host', socket, ...places, ...alone],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let said = ''
  for (const stream of [daemon.stdout, daemon.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4000)
    })
  }
  const ended = new Promise<void>((resolve) => daemon.once('close', () => resolve()))
  const env = { DOCKER_HOST: socket, DOCKER_CONFIG: join(directory, 'config'), DOCKER_BUILDKIT: '0' }
  const run: Docker['run'] = (args, options = {}) => runCommand(['docker', ...args], { ...options, env: { ...env, ...options.env } })
  for (let attempt = 0; !existsSync(join(directory, 'docker.sock')) || (await run(['version'])).exitCode !== 0; attempt++) {
    if (attempt > 300 || daemon.exitCode !== null) throw new Error(`dockerd does not answer: ${said}`)
    await sleep(100)
  }
  return {
    run,
    ok: async (args, options) => {
      const result = await run(args, options)
      if (result.exitCode === 0) return result.stdout
      throw new Error(`docker ${args.join(' ')} ended with ${result.exitCode}:\n${result.stdout}${result.stderr}`)
    },
    stop: async () => {
      daemon.kill('SIGTERM')
      await ended
    },
  }
}
