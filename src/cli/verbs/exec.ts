import { TscomposeError } from '../../base/errors.ts'
import { exec } from '../../commands/exec.ts'
import type { ExecSpec } from '../../engine/api.ts'
import { isSet, list, number, parseEnv, text } from '../compose/flags.ts'
import { nameScope } from '../compose/scope.ts'
import { callerStdio } from '../compose/stdio.ts'
import { collect, wholeNumber } from '../flags.ts'
import type { Invocation, Verb } from '../verb.ts'

export const verb: Verb = {
  unplanned: true,
  passThrough: true,
  configure: (command) => {
    command
      .usage('[OPTIONS] SERVICE COMMAND [ARGS...]')
      .argument('<SERVICE>')
      .argument('<COMMAND...>')
      .option('-d, --detach', 'Detached mode: Run command in the background')
      .option('-e, --env <env>', 'Set environment variables', collect, [])
      .option('--index <n>', 'Index of the container if service has multiple replicas', wholeNumber)
      .option('-i, --interactive', 'Keep STDIN open even if not attached', true)
      .option('-T, --no-tty', 'Disable pseudo-TTY allocation')
      .option('-t, --tty', 'Allocate a pseudo-TTY')
      .option('--privileged', 'Give extended privileges to the process')
      .option('-u, --user <user>', 'Run the command as this user')
      .option('-w, --workdir <dir>', 'Path to workdir directory for this command')
  },
  run: async (invocation) => {
    const { flags, args, terminal } = invocation
    const [service = ''] = args
    const detach = isSet(flags, 'detach')
    // A terminal needs one on our side, at both ends.
    const tty = !detach && flags.tty !== false && terminal.stdinIsTty && terminal.stdout.isTty
    const index = number(flags, 'index')
    const scope = await nameScope(invocation)
    const restore = tty ? terminal.rawMode() : () => {}
    const release = tty ? forwardSignals(invocation) : () => {}
    const session = `${terminal.pid}-${Date.now()}`
    let unwatch = (): void => {}
    const watchSize = (container: string): void => {
      const size = () => ({ columns: terminal.stdout.columns(), rows: terminal.stdout.rows() })
      // The process may end at any moment; its terminal has no size then.
      unwatch = terminal.onResize(() => void scope.engine.containers.resize({ container, session, ...size() }).catch(() => {}))
    }
    try {
      return await withShellCodes(invocation, () =>
        exec(scope, {
          service,
          ...(index === undefined ? {} : { index }),
          process: { ...processOf(invocation, { detach, tty }), session },
          ...(tty ? { onContainer: watchSize } : {}),
          ...(detach ? {} : { stdio: callerStdio(terminal, { stdin: flags.interactive !== false, tty }) }),
        }),
      )
    } finally {
      unwatch()
      restore()
      release()
    }
  },
}

const shellCodes: Readonly<Record<string, number>> = { COMMAND_NOT_FOUND: 127, COMMAND_NOT_EXECUTABLE: 126, WORKING_DIR_NOT_FOUND: 127 }

/** A command that cannot be run gives a shell's exit code, so that scripts can tell it from a failure of ours. */
async function withShellCodes({ terminal }: Invocation, work: () => Promise<number>): Promise<number> {
  try {
    return await work()
  } catch (error) {
    const code = error instanceof TscomposeError ? shellCodes[error.code] : undefined
    if (code === undefined) throw error
    const { renderError } = await import('../render-error.ts')
    terminal.stderr.write(renderError(error, { color: false, json: false }))
    return code
  }
}

/** With a terminal Ctrl-C is a byte for the process inside; a signal that still reaches us must not end us before it ends. */
function forwardSignals({ interrupts }: Invocation): () => void {
  return interrupts.take(() => {})
}

function processOf({ flags, args, terminal }: Invocation, { detach, tty }: { readonly detach: boolean; readonly tty: boolean }): ExecSpec {
  const workingDir = text(flags, 'workdir')
  const user = text(flags, 'user')
  const env = Object.entries(parseEnv(list(flags, 'env'), terminal.env)).filter((pair): pair is [string, string] => pair[1] !== null)
  return {
    args: args.slice(1),
    ...(env.length === 0 ? {} : { env: Object.fromEntries(env) }),
    ...(workingDir === undefined ? {} : { workingDir }),
    ...(user === undefined ? {} : { user }),
    ...(isSet(flags, 'privileged') ? { privileged: true } : {}),
    ...(tty ? { tty: true } : {}),
    ...(detach ? { detach: true } : {}),
  }
}
