import type { RegistryCredentials } from '../../engine/api.ts'
import { type AuthEntry, type ClientConfig, clientConfigPath, readClientConfig, writeAuth } from './config-file.ts'
import { type CredentialHelper, createCredentialHelper, type HelperCredentials } from './helper.ts'

/** The caller's registry logins, where docker keeps them. Hosts are as in references: `docker.io`, `registry.example:5000`. */
export interface Credentials {
  /** Undefined for a registry without a login. Rejects BAD_CLIENT_CONFIG, CREDENTIAL_HELPER. */
  get(host: string): Promise<RegistryCredentials | undefined>
  /** Every login that is kept, for builds, whose base images are not known beforehand. What a helper cannot give is left out. */
  all(): Promise<Readonly<Record<string, RegistryCredentials>>>
  /** Keeps a login; returns the path of the file where it stands readable, undefined where a helper has it. */
  store(host: string, login: { readonly username: string; readonly password: string }): Promise<string | undefined>
  /** False where there was none. */
  erase(host: string): Promise<boolean>
}

const hubKey = 'https://index.docker.io/v1/'
/** User name that stands for an identity token. */
const tokenUser = '<token>'

export function createCredentials(env: Readonly<Record<string, string | undefined>>): Credentials {
  const path = clientConfigPath(env)
  const helperFor = (config: ClientConfig, host: string): CredentialHelper | undefined => {
    const name = config.credHelpers[serverKey(host)] ?? config.credHelpers[host] ?? config.credsStore
    return name === undefined ? undefined : createCredentialHelper(name, env)
  }
  const get = async (host: string): Promise<RegistryCredentials | undefined> => {
    const config = readClientConfig(path)
    const helper = helperFor(config, host)
    if (helper !== undefined) return fromHelper(await helper.get(serverKey(host)))
    const entry = entryFor(config, host)
    return entry === undefined ? undefined : fromEntry(entry)
  }
  return {
    get,
    all: async () => {
      const config = readClientConfig(path)
      const hosts = [...new Set([...Object.keys(config.auths), ...Object.keys(config.credHelpers)].map(hostOfKey))]
      const found = await Promise.all(hosts.map(async (host) => [host, await get(host).catch(() => undefined)] as const))
      return Object.fromEntries(found.flatMap(([host, login]) => (login === undefined ? [] : [[host, login]])))
    },
    store: async (host, { username, password }) => {
      const helper = helperFor(readClientConfig(path), host)
      const key = serverKey(host)
      if (helper === undefined) {
        writeAuth(path, key, { auth: Buffer.from(`${username}:${password}`).toString('base64') })
        return path
      }
      await helper.store(key, { username, secret: password })
      // An empty entry says that there is a login, as docker does it.
      writeAuth(path, key, {})
      return undefined
    },
    erase: async (host) => {
      const config = readClientConfig(path)
      const helper = helperFor(config, host)
      const keys = Object.keys(config.auths).filter((key) => hostOfKey(key) === host)
      const had = keys.length > 0 || (helper !== undefined && (await helper.get(serverKey(host))) !== undefined)
      if (helper !== undefined && had) await helper.erase(serverKey(host))
      for (const key of keys) writeAuth(path, key, undefined)
      return had
    },
  }
}

/** Name of a registry in the file and for helpers. */
export function serverKey(host: string): string {
  return host === 'docker.io' ? hubKey : host
}

/** Registry of a key of `auths`: old ones are URLs with a path. */
export function hostOfKey(key: string): string {
  const host = key.replace(/^https?:\/\//, '').replace(/\/.*$/, '')
  return host === 'index.docker.io' || host === 'registry-1.docker.io' ? 'docker.io' : host
}

function entryFor({ auths }: ClientConfig, host: string): AuthEntry | undefined {
  return auths[serverKey(host)] ?? Object.entries(auths).find(([key]) => hostOfKey(key) === host)?.[1]
}

function fromEntry({ auth, identitytoken }: AuthEntry): RegistryCredentials | undefined {
  if (typeof identitytoken === 'string' && identitytoken !== '') return { identityToken: identitytoken }
  const text = Buffer.from(typeof auth === 'string' ? auth : '', 'base64')
    .toString('utf8')
    .replace(/\0+$/, '')
  const colon = text.indexOf(':')
  return colon < 1 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) }
}

function fromHelper(found: HelperCredentials | undefined): RegistryCredentials | undefined {
  if (found === undefined) return undefined
  return found.username === tokenUser ? { identityToken: found.secret } : { username: found.username, password: found.secret }
}
