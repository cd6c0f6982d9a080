import type { RegistryCredentials } from '../api.ts'
import type { RegistryClient } from '../parts.ts'
import { endpointsFor, readRegistryConfig } from './endpoints.ts'
import { createRepository } from './repository.ts'

/**
 * Client of the OCI distribution protocol. `configPath` is the engine's configuration file; it is read again for every
 * repository, so a change needs no restart. Credentials come with the call and go to that registry only.
 */
export function createRegistryClient({ configPath }: { readonly configPath: string }): RegistryClient {
  return {
    repository: async (reference, options = {}) => {
      const config = await readRegistryConfig(configPath)
      const credentials: RegistryCredentials | undefined = options.credentials
      return createRepository({
        reference,
        endpoints: endpointsFor(reference.host, config).filter((endpoint) => !(options.push === true && endpoint.mirror)),
        credentials,
        actions: options.push === true ? 'pull,push' : 'pull',
      })
    },
  }
}
