import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sha256 } from '../base/hash.ts'
import { createRegistryClient } from '../engine/registry/client.ts'
import type { Descriptor } from '../oci/descriptor.ts'
import { parseDigest } from '../oci/digest.ts'
import { mediaTypes } from '../oci/media-types.ts'
import { parseReference } from '../oci/reference.ts'
import { artifactTypes } from './artifact-types.ts'
import { createCredentials } from './credentials/credentials.ts'
import { inContext } from './in-context.ts'
import { configPath } from './places.ts'

export interface ArtifactFile {
  readonly kind: 'file' | 'extends' | 'env'
  readonly name: string
  readonly bytes: Buffer
}

export interface PublishTarget {
  readonly reference: string
  readonly files: readonly ArtifactFile[]
  /** 1.0 is for registries that refuse what they do not know. */
  readonly ociVersion: '1.0' | '1.1'
  /** The release of docker compose whose artifacts these are. */
  readonly version: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal?: AbortSignal
}

/** Pushes a project's files as an artifact that `-f oci://…` reads, here and with docker compose. Returns its digest. */
export async function publishArtifact(target: PublishTarget): Promise<string> {
  const { reference, files, ociVersion, version, env, signal } = target
  const named = parseReference(reference)
  const scratch = await mkdtemp(join(tmpdir(), 'tscompose-publish-'))
  try {
    const credentials = await createCredentials(env).get(named.host)
    const repository = await createRegistryClient({ configPath, env }).repository(named, {
      push: true,
      ...(credentials === undefined ? {} : { credentials }),
    })
    const put = async (bytes: Buffer, descriptor: Omit<Descriptor, 'digest' | 'size'>): Promise<Descriptor> => {
      const digest = parseDigest(`sha256:${sha256(bytes)}`)
      const whole: Descriptor = { ...descriptor, digest, size: bytes.length }
      if (await repository.hasBlob(digest, signal)) return whole
      const path = join(scratch, digest.slice('sha256:'.length))
      await writeFile(path, bytes)
      await repository.uploadFile(path, whole, signal)
      return whole
    }
    const empty = Buffer.from('{}')
    const config = await put(empty, { mediaType: ociVersion === '1.0' ? artifactTypes.oldConfig : artifactTypes.emptyConfig })
    const layers: Descriptor[] = []
    // One after another: they are small, and some of them may be the same.
    for (const file of files) layers.push(await put(file.bytes, describe(file, version)))
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: mediaTypes.ociManifest,
        ...(ociVersion === '1.0' ? {} : { artifactType: artifactTypes.project }),
        config,
        layers,
        annotations: { 'org.opencontainers.image.created': new Date().toISOString() },
      }),
    )
    const digest = `sha256:${sha256(manifest)}`
    await repository.putManifest(named.tag ?? 'latest', manifest, mediaTypes.ociManifest, signal)
    return digest
  } catch (error) {
    throw inContext(error, `cannot publish ${reference}`)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

function describe({ kind, name }: ArtifactFile, version: string): Omit<Descriptor, 'digest' | 'size'> {
  const common = { 'com.docker.compose.version': version }
  if (kind === 'env') return { mediaType: artifactTypes.envFile, annotations: { ...common, 'com.docker.compose.envfile': name } }
  const extended = kind === 'extends' ? { 'com.docker.compose.extends': 'true' } : {}
  return { mediaType: artifactTypes.composeFile, annotations: { ...common, ...extended, 'com.docker.compose.file': name } }
}
