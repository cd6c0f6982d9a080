import { dirname, join } from 'node:path'
import type { RegistryCredentials } from '../api.ts'
import type { RegistryClient, TlsFiles } from '../parts.ts'
import { readCertificates } from './certificates.ts'
import { type Endpoint, endpointsFor, type RegistryConfig, readRegistryConfig } from './endpoints.ts'
import { checkLogin } from './login.ts'
import { proxiesFromEnvironment } from './proxy.ts'
import { createRepository } from './repository.ts'

export interface RegistryClientOptions {
  /** The engine's configuration file; certificates are in `certs.d` beside it, or where Docker has them. */
  readonly configPath: string
  /** Proxies where the configuration names none. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/**
 * Client of the OCI distribution protocol. The configuration is read again for every repository, so a change needs no
 * restart. Credentials come with the call and go to that registry only.
 */
export function createRegistryClient({ configPath, env = {} }: RegistryClientOptions): RegistryClient & {
  /** Checks credentials where `docker login` would. Rejects UNAUTHORIZED, REGISTRY_UNAVAILABLE. */
  login(host: string, credentials: RegistryCredentials, signal?: AbortSignal): Promise<void>
} {
  const directories = [join(dirname(configPath), 'certs.d'), '/etc/docker/certs.d']
  const certificates = async (endpoints: readonly Endpoint[]): Promise<ReadonlyMap<string, TlsFiles>> => {
    const hosts = endpoints.map(({ base }) => new URL(base)).filter(({ protocol }) => protocol === 'https:')
    const found = await Promise.all(hosts.map(async ({ host }) => [host, await readCertificates(directories, host)] as const))
    return new Map(found.flatMap(([host, files]) => (files === undefined ? [] : [[host, files] as const])))
  }
  const proxiesOf = (config: RegistryConfig): NonNullable<RegistryConfig['proxies']> => config.proxies ?? proxiesFromEnvironment(env)
  return {
    repository: async (reference, { credentials, push = false, mountFrom = [] } = {}) => {
      const config = await readRegistryConfig(configPath)
      const endpoints = endpointsFor(reference.host, config).filter((endpoint) => !(push && endpoint.mirror))
      return createRepository({
        reference,
        endpoints,
        credentials,
        actions: push ? 'pull,push' : 'pull',
        tls: await certificates(endpoints),
        proxies: proxiesOf(config),
        mountFrom,
      })
    },
    login: async (host, credentials, signal) => {
      const config = await readRegistryConfig(configPath)
      const endpoints = endpointsFor(host, config).filter((endpoint) => !endpoint.mirror)
      await checkLogin(host, { endpoints, credentials, tls: await certificates(endpoints), proxies: proxiesOf(config), signal })
    },
  }
}
