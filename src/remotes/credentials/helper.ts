import { TscomposeError } from '../../base/errors.ts'
import { findExecutable, run } from '../../sys/process.ts'

export interface HelperCredentials {
  readonly username: string
  readonly secret: string
}

/** A credential helper `docker-credential-<name>`, which talks JSON over standard input and output. */
export interface CredentialHelper {
  /** Undefined where the helper keeps nothing for that server. */
  get(server: string): Promise<HelperCredentials | undefined>
  store(server: string, credentials: HelperCredentials): Promise<void>
  erase(server: string): Promise<void>
}

type Environment = Readonly<Record<string, string | undefined>>

/** People may have to answer a question of their key ring. */
const timeout = 120_000

/** The helper runs in the caller's environment. Its calls reject CREDENTIAL_HELPER where it is missing or fails. */
export function createCredentialHelper(name: string, env: Environment): CredentialHelper {
  const command = `docker-credential-${name}`
  const call = async (
    verb: string,
    input: string,
  ): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }> => {
    const path = /^[A-Za-z0-9._-]+$/.test(name) ? findExecutable(command, env.PATH) : undefined
    // Never on without it: another store, or nobody's name, would be asked for another account's image.
    if (path === undefined) throw failed(command, 'it is not installed, but the client configuration names it')
    const environment = Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined))
    return run(path, [verb], { input, env: environment, accept: 'any', timeout })
  }
  const succeed = async (verb: string, input: string): Promise<void> => {
    const { exitCode, stdout, stderr } = await call(verb, input)
    if (exitCode !== 0 && !isNotFound(stdout)) throw failed(command, stdout.trim() || stderr.trim() || `exit code ${exitCode}`)
  }
  return {
    get: async (server) => {
      const { exitCode, stdout, stderr } = await call('get', server)
      if (exitCode !== 0) {
        if (isNotFound(stdout)) return undefined
        throw failed(command, stdout.trim() || stderr.trim() || `exit code ${exitCode}`)
      }
      return parseAnswer(command, stdout)
    },
    store: (server, { username, secret }) => succeed('store', JSON.stringify({ ServerURL: server, Username: username, Secret: secret })),
    erase: (server) => succeed('erase', server),
  }
}

/** What helpers print where they keep nothing; part of their protocol. */
function isNotFound(stdout: string): boolean {
  return stdout.trim() === 'credentials not found in native keychain'
}

function parseAnswer(command: string, text: string): HelperCredentials {
  try {
    const { Username, Secret } = JSON.parse(text) as { readonly Username?: unknown; readonly Secret?: unknown }
    if (typeof Username === 'string' && typeof Secret === 'string') return { username: Username, secret: Secret }
  } catch {
    // Said below: the text itself may hold a secret.
  }
  throw failed(command, 'its answer is not what the protocol wants')
}

function failed(command: string, why: string): TscomposeError {
  return new TscomposeError('unavailable', 'CREDENTIAL_HELPER', `credential helper ${command}: ${why.slice(0, 500)}`, {
    hint: 'install or mend it, or take it out of credsStore and credHelpers in the client configuration',
  })
}
