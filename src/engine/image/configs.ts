import type { Digest } from '../../oci/digest.ts'
import type { ImageConfigFile } from '../../oci/image-config.ts'
import { maxConfigBytes, parseImageConfig } from '../../oci/parse-image-config.ts'
import type { ContentStore } from '../parts.ts'

/** Configs of images, parsed once. */
export interface ImageConfigs {
  read(id: Digest): Promise<ImageConfigFile>
  forget(id: Digest): void
}

const maxKept = 200

export function createImageConfigs(content: ContentStore): ImageConfigs {
  const kept = new Map<string, ImageConfigFile>()
  return {
    read: async (id) => {
      const known = kept.get(id)
      if (known !== undefined) return known
      const config = parseImageConfig(await content.read(id, maxConfigBytes))
      const oldest = kept.size >= maxKept ? kept.keys().next().value : undefined
      if (oldest !== undefined) kept.delete(oldest)
      kept.set(id, config)
      return config
    },
    forget: (id) => {
      kept.delete(id)
    },
  }
}
