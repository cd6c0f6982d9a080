import { createRegistryClient } from '../engine/registry/client.ts'
import { canonicalName, parseReference } from '../oci/reference.ts'
import { inContext } from './in-context.ts'
import { configPath } from './places.ts'

/** Gives `registry/name:tag@digest` for an image; asks its registry, once for each image however often it is wanted. */
export function createDigestResolver({ signal }: { readonly signal?: AbortSignal } = {}): (image: string) => Promise<string> {
  const client = createRegistryClient({ configPath })
  const known = new Map<string, Promise<string>>()
  const resolve = async (image: string): Promise<string> => {
    const reference = parseReference(image)
    if (reference.digest !== undefined) return image
    const tagged = `${canonicalName(reference)}:${reference.tag ?? 'latest'}`
    try {
      const { digest } = await (await client.repository(reference)).manifest(reference.tag ?? 'latest', signal)
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
