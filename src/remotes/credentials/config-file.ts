import { mkdirSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { hasErrno, TscomposeError } from '../../base/errors.ts'
import { writeFileAtomic } from '../../sys/files.ts'

/** Docker's client configuration: `auths`, `credHelpers`, `credsStore`; everything else in it stays as it is. */
export interface ClientConfig {
  readonly auths: Readonly<Record<string, AuthEntry>>
  readonly credHelpers: Readonly<Record<string, string>>
  readonly credsStore: string | undefined
}

export interface AuthEntry {
  /** Base64 of `user:password`. */
  readonly auth?: string
  readonly identitytoken?: string
}

/** `$DOCKER_CONFIG/config.json`, or the one below the home directory. */
export function clientConfigPath(env: Readonly<Record<string, string | undefined>>): string {
  return join(env.DOCKER_CONFIG ?? join(env.HOME ?? '/root', '.docker'), 'config.json')
}

/** A missing file is an empty one; a bad one is `invalid` BAD_CLIENT_CONFIG. */
export function readClientConfig(path: string): ClientConfig {
  const { auths, credHelpers, credsStore } = readDocument(path)
  return {
    auths: tableOf<AuthEntry>(auths),
    credHelpers: tableOf<string>(credHelpers),
    credsStore: typeof credsStore === 'string' && credsStore !== '' ? credsStore : undefined,
  }
}

/** Sets or (undefined) removes one entry of `auths`; the file is replaced as a whole and readable by its owner only. */
export function writeAuth(path: string, key: string, entry: AuthEntry | undefined): void {
  const document = readDocument(path)
  const auths = Object.fromEntries(Object.entries(tableOf<AuthEntry>(document.auths)).filter(([name]) => name !== key))
  const next = { ...document, auths: entry === undefined ? auths : { ...auths, [key]: entry } }
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileAtomic(targetOf(path), `${JSON.stringify(next, null, '\t')}\n`, { mode: 0o600, sync: true })
}

/** People keep such files in a repository of theirs, behind a symbolic link. */
function targetOf(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return path
    throw error
  }
}

function readDocument(path: string): Readonly<Record<string, unknown>> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (hasErrno(error, 'ENOENT') || hasErrno(error, 'ENOTDIR')) return {}
    throw error
  }
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('not a JSON object')
    return value as Readonly<Record<string, unknown>>
  } catch (error) {
    throw new TscomposeError('invalid', 'BAD_CLIENT_CONFIG', `${path}: ${error instanceof Error ? error.message : String(error)}`, {
      hint: `mend ${path}, or name another directory in DOCKER_CONFIG`,
    })
  }
}

function tableOf<T>(value: unknown): Readonly<Record<string, T>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, T>>) : {}
}
