import { createRegistryClient } from '../engine/registry/client.ts'
import { createCredentials } from './credentials/credentials.ts'
import { configPath } from './places.ts'

type Environment = Readonly<Record<string, string | undefined>>

export interface LoginRequest {
  /** `docker.io`, `registry.example:5000`. */
  readonly host: string
  readonly username: string
  readonly password: string
  readonly env: Environment
  readonly signal: AbortSignal
}

/**
 * Asks the registry whether the login is good, and keeps it. Resolves with the file where it now stands readable,
 * undefined where a helper keeps it. Rejects UNAUTHORIZED, REGISTRY_UNAVAILABLE.
 */
export async function login({ host, username, password, env, signal }: LoginRequest): Promise<string | undefined> {
  await createRegistryClient({ configPath, env }).login(host, { username, password }, signal)
  return createCredentials(env).store(host, { username, password })
}

/** Forgets a login; false where there was none. */
export function logout(host: string, env: Environment): Promise<boolean> {
  return createCredentials(env).erase(host)
}

/** Registry host of what people type: `https://registry.example/v2/`, `index.docker.io`, nothing for Docker Hub. */
export function registryHost(text: string | undefined): string {
  const host = (text ?? 'docker.io').replace(/^https?:\/\//, '').replace(/\/.*$/, '')
  return ['', 'index.docker.io', 'registry-1.docker.io'].includes(host) ? 'docker.io' : host
}
