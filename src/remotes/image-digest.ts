import { createRegistryClient } from '../engine/registry/client.ts'
import { canonicalName, parseReference } from '../oci/reference.ts'
import { createCredentials } from './credentials/credentials.ts'
import { inContext } from './in-context.ts'
import { configPath } from './places.ts'

export interface DigestResolverOptions {
  readonly signal?: AbortSignal
  /** The caller's: where registry logins and proxies are found. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Gives `registry/name:tag@digest` for an image; asks its registry, once for each image however often it is wanted. */
export function createDigestResolver({ signal, env }: DigestResolverOptions): (image: string) => Promise<string> {
  const client = createRegistryClient({ configPath, env })
  const logins = createCredentials(env)
  const known = new Map<string, Promise<string>>()
  const resolve = async (image: string): Promise<string> => {
    const reference = parseReference(image)
    if (reference.digest !== undefined) return image
    const tagged = `${canonicalName(reference)}:${reference.tag ?? 'latest'}`
    try {
      const credentials = await logins.get(reference.host)
      const repository = await client.repository(reference, credentials === undefined ? {} : { credentials })
      const { digest } = await repository.manifest(reference.tag ?? 'latest', signal)
      return `${tagged}@${digest}`
    } catch (error) {
      throw inContext(error, `failed to resolve digest for ${tagged}`)
    }
  }
  return (image) => {
    const asked = known.get(image) ?? resolve(image)
    known.set(image, asked)
    return asked
  }
}
