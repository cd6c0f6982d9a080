import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { appendFile, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { TscomposeError } from '../base/errors.ts'
import type { Repository } from '../engine/parts.ts'
import { createRegistryClient } from '../engine/registry/client.ts'
import type { Descriptor } from '../oci/descriptor.ts'
import { parseManifest } from '../oci/manifest.ts'
import { parseReference } from '../oci/reference.ts'
import { artifactTypes } from './artifact-types.ts'
import { findComposeFile, insideOf } from './compose-file.ts'
import { createCredentials } from './credentials/credentials.ts'
import type { FetchOptions } from './fetch.ts'
import { inContext } from './in-context.ts'
import { configPath } from './places.ts'

/* Projects published to a registry by `compose publish`: a manifest whose layers are compose files and env files. */

const maximumFile = 16 << 20

/** Downloads an artifact into `directory/<digest>`, unless it is there, and gives its compose file. */
export async function fetchOci(reference: string, options: FetchOptions): Promise<string> {
  const named = parseReference(reference.slice('oci://'.length))
  try {
    const credentials = await createCredentials(options.env).get(named.host)
    const client = createRegistryClient({ configPath, env: options.env })
    const repository = await client.repository(named, credentials === undefined ? {} : { credentials })
    const { bytes, digest, mediaType } = await repository.manifest(named.digest ?? named.tag ?? 'latest', options.signal)
    const directory = join(options.directory, digest.replace(':', '-'))
    if (!existsSync(directory)) await download({ repository, layers: layersOf(bytes, mediaType, reference), directory, reference }, options)
    return findComposeFile(directory, 'compose.yaml', reference)
  } catch (error) {
    throw inContext(error, `cannot fetch ${reference}`)
  }
}

function layersOf(bytes: Buffer, mediaType: string, reference: string): readonly Descriptor[] {
  const manifest = parseManifest(bytes, mediaType)
  const type = (JSON.parse(bytes.toString('utf8')) as { readonly artifactType?: unknown }).artifactType
  const configs: readonly string[] = [artifactTypes.emptyConfig, artifactTypes.oldConfig]
  if (
    manifest.kind === 'manifest' &&
    (type === artifactTypes.project || (type === undefined && configs.includes(manifest.config.mediaType)))
  ) {
    return manifest.layers
  }
  throw new TscomposeError('invalid', 'BAD_REMOTE', `${reference} is not a compose project`, {
    hint: 'only what `docker compose publish` made can be loaded with oci://',
  })
}

interface Download {
  readonly repository: Repository
  readonly layers: readonly Descriptor[]
  readonly directory: string
  readonly reference: string
}

/** An artifact appears complete or not at all. */
async function download({ repository, layers, directory, reference }: Download, { signal }: FetchOptions): Promise<void> {
  const temporary = `${directory}.${randomUUID()}.tmp`
  try {
    await mkdir(temporary, { recursive: true, mode: 0o700 })
    for (const [index, layer] of layers.entries()) {
      const { annotations = {}, mediaType } = layer
      const named = (key: string): string => {
        const name = annotations[`com.docker.compose.${key}`]
        if (name !== undefined && name !== '') return insideOf(temporary, name, reference)
        throw new TscomposeError('invalid', 'BAD_REMOTE', `${reference}: layer ${layer.digest} does not say the name of its file`)
      }
      const content = (): Promise<Buffer> => repository.blob(layer, maximumFile, signal)
      if (mediaType === artifactTypes.envFile) {
        await mkdir(dirname(named('envfile')), { recursive: true, mode: 0o700 })
        await writeFile(named('envfile'), await content(), { mode: 0o600 })
      }
      if (mediaType !== artifactTypes.composeFile) continue
      // Files that services are extended from keep their names; all others are documents of one file, merged in order.
      const isExtended = annotations['com.docker.compose.extends'] !== undefined
      const file = isExtended ? named('file') : join(temporary, 'compose.yaml')
      await mkdir(dirname(file), { recursive: true, mode: 0o700 })
      const separator = index > 0 && !isExtended ? '\n---\n' : ''
      await appendFile(file, Buffer.concat([Buffer.from(separator), await content()]), { mode: 0o600 })
    }
    await rename(temporary, directory).catch((error: unknown) => {
      if (!existsSync(directory)) throw error
    })
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}
