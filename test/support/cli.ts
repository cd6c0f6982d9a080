import { resolve } from 'node:path'
import { type CommandOptions, type CommandResult, runCommand } from './command.ts'

const root = resolve(import.meta.dirname, '../..')

/** The command line as people start it: the launcher, which runs the built bundle, or the sources where there is none. */
export const launcher: string = resolve(root, 'bin/tscompose')

export interface Cli {
  /** Runs it, whatever its exit code. */
  run(args: readonly string[], options?: CommandOptions): Promise<CommandResult>
  /** Runs it and returns stdout; throws with both streams where it fails. */
  ok(args: readonly string[], options?: CommandOptions): Promise<string>
}

/** The command line in a directory, with nothing of compose's settings in its environment. */
export function createCli(cwd: string): Cli {
  const run: Cli['run'] = (args, options = {}) => runCommand([launcher, ...args], { cwd, ...options })
  return {
    run,
    ok: async (args, options) => {
      const result = await run(args, options)
      if (result.exitCode === 0) return result.stdout
      throw new Error(`tscompose ${args.join(' ')} ended with ${result.exitCode}:\n${result.stdout}${result.stderr}`)
    },
  }
}

/** Runs the command line as a user who is not root, from a place such a user can read wherever the work tree lies. */
export function runAsNobody(args: readonly string[], cwd: string): Promise<CommandResult> {
  const script = 'mount --bind "$1" /mnt; shift; exec setpriv --reuid 65534 --regid 65534 --clear-groups /mnt/bin/tscompose "$@"'
  return runCommand(['unshare', '--mount', 'sh', '-ec', script, 'sh', root, ...args], { cwd })
}
