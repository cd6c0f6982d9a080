import { TscomposeError } from '../../base/errors.ts'
import { login, registryHost } from '../../remotes/login.ts'
import { readHidden, readLine } from '../prompt.ts'
import type { Invocation, Verb } from '../verb.ts'

export const verb: Verb = {
  unplanned: true,
  configure: (command) => {
    command
      .usage('[OPTIONS] [SERVER]')
      .argument('[server]')
      .option('-p, --password <password>', 'Password (other users of this machine can see it; prefer --password-stdin)')
      .option('--password-stdin', 'Take the password from standard input')
      .option('-u, --username <name>', 'User name')
  },
  run: async (invocation) => {
    const { args, terminal, signal } = invocation
    const host = registryHost(args[0])
    const { username, password } = await readLogin(invocation)
    const file = await login({ host, username, password, env: terminal.env, signal })
    if (file !== undefined)
      terminal.stderr.write(`the password is kept readable in ${file}; a credential helper (credsStore) keeps it safer\n`)
    terminal.stdout.write('Login Succeeded\n')
    return 0
  },
}

async function readLogin({ flags, terminal, signal }: Invocation): Promise<{ readonly username: string; readonly password: string }> {
  const { username, password, passwordStdin } = flags
  const hasPassword = typeof password === 'string'
  if (passwordStdin === true) {
    if (hasPassword) throw usage('--password and --password-stdin are mutually exclusive')
    if (typeof username !== 'string') throw usage('Must provide --username with --password-stdin')
    return { username, password: nonEmpty((await terminal.readStdin()).replace(/\r?\n$/, '')) }
  }
  if (!(terminal.stdinIsTty || (hasPassword && typeof username === 'string'))) {
    throw new TscomposeError('invalid', 'USAGE', 'Cannot perform an interactive login from a non TTY device', {
      hint: 'give --username and --password-stdin',
    })
  }
  if (hasPassword) terminal.stderr.write('other users of this machine can see a password on the command line; prefer --password-stdin\n')
  const name = typeof username === 'string' ? username : nonEmpty(await readLine('Username: ', signal))
  return { username: name, password: hasPassword ? nonEmpty(password) : nonEmpty(await readHidden('Password: ', { terminal, signal })) }
}

function nonEmpty(text: string): string {
  if (text !== '') return text
  throw usage('a login needs a user name and a password')
}

function usage(message: string): TscomposeError {
  return new TscomposeError('invalid', 'USAGE', message)
}
