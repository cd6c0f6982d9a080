import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { TscomposeError } from '../../base/errors.ts'
import type { Descriptor } from '../../oci/descriptor.ts'
import { maxManifestBytes, parseManifest } from '../../oci/manifest.ts'
import { mediaTypes } from '../../oci/media-types.ts'
import { run as runCommand } from '../../sys/process.ts'
import type { ResolvedImage } from '../parts.ts'
import type { BuildRun } from './build-run.ts'
import { layoutScheme } from './stages.ts'

/** `oci-layout://DIRECTORY[:TAG][@DIGEST]` as a named context. */
interface LayoutReference {
  readonly directory: string
  readonly tag?: string
  readonly digest?: string
}

/** Throws `invalid` INVALID_CONTEXT. */
export function parseLayoutReference(text: string): LayoutReference {
  const match = /^(.+?)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(text.slice(layoutScheme.length))
  const [, directory = '', tag, digest] = match ?? []
  if (!isAbsolute(directory)) throw new TscomposeError('invalid', 'INVALID_CONTEXT', `${text} names no absolute directory`)
  return { directory, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) }
}

/** The image a layout's directory holds for this machine. Nothing here goes by its name, and it goes with the build. */
export async function resolveLayout(run: BuildRun, text: string): Promise<ResolvedImage> {
  const { images } = run.deps
  const reference = parseLayoutReference(text)
  const chosen = chooseImage(await readIndex(reference.directory), reference)
  const scratch = await mkdtemp(join(await run.scratch(), 'layout-'))
  // Without its names: they may stand for other images here.
  const { annotations: _names, ...descriptor } = chosen
  await writeFile(
    join(scratch, 'index.json'),
    JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [descriptor] }),
  )
  const path = join(scratch, 'layout.tar')
  await runCommand('tar', ['-cf', path, '-C', scratch, 'index.json', '-C', reference.directory, 'blobs'], { signal: run.signal })
  const [loaded] = await images.load({ path }, { signal: run.signal })
  if (loaded === undefined) throw new TscomposeError('internal', 'BUILD_NO_IMAGE', `${text} gave no image`)
  const image = await images.resolve(loaded.id)
  if (image.chainId !== '') run.retain(image.chainId)
  if (loaded.tags.length === 0) await images.remove({ image: loaded.id, force: true })
  return image
}

async function readIndex(directory: string): Promise<readonly Descriptor[]> {
  let bytes: Buffer
  try {
    bytes = await readFile(join(directory, 'index.json'))
  } catch (cause) {
    throw new TscomposeError('not-found', 'BUILD_CONTEXT_NOT_FOUND', `${directory} is no OCI layout: it has no index.json`, { cause })
  }
  const index = bytes.length > maxManifestBytes ? undefined : parseManifest(bytes)
  if (index?.kind === 'index') return index.manifests
  throw new TscomposeError('invalid', 'INVALID_CONTEXT', `${directory}/index.json is no index of images`)
}

function chooseImage(manifests: readonly Descriptor[], { directory, tag, digest }: LayoutReference): Descriptor {
  const nameOf = ({ annotations = {} }: Descriptor): string => annotations['org.opencontainers.image.ref.name'] ?? ''
  const named = (wanted: string): Descriptor | undefined =>
    manifests.find((each) => nameOf(each) === wanted || nameOf(each).endsWith(`:${wanted}`))
  const only = manifests.length === 1 ? manifests[0] : named('latest')
  const found = digest !== undefined ? manifests.find((each) => each.digest === digest) : tag !== undefined ? named(tag) : only
  if (found !== undefined) return found
  const names = manifests.map(nameOf).filter((name) => name !== '')
  throw new TscomposeError('not-found', 'IMAGE_NOT_FOUND', `the OCI layout ${directory} has no image ${digest ?? tag ?? 'latest'}`, {
    hint: names.length === 0 ? 'name one by its digest: oci-layout://DIRECTORY@sha256:…' : `it has: ${names.join(', ')}`,
  })
}
