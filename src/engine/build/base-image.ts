import { hasCode } from '../../base/errors.ts'
import { parseReference } from '../../oci/reference.ts'
import type { BuildSpec, PullParams } from '../api.ts'
import type { ResolvedImage } from '../parts.ts'
import type { BuildRun } from './build-run.ts'

/** The image, from here or, where it is missing or `pull` asks for a newer one, from its registry. */
export async function resolveBase(run: BuildRun, reference: string, platform: string | undefined): Promise<ResolvedImage> {
  const { images } = run.deps
  if (run.spec.pull !== true) {
    const found = await resolveHere(run, reference)
    if (found !== undefined) return found
  }
  const wanted = platform ?? run.spec.platform
  const credentials = credentialsFor(run.spec.credentials ?? {}, reference)
  const params: PullParams = {
    reference,
    ...(wanted === undefined ? {} : { platform: wanted }),
    ...(credentials === undefined ? {} : { credentials }),
  }
  await images.pull(params, run.context)
  return hold(run, await images.resolve(reference))
}

async function resolveHere(run: BuildRun, reference: string): Promise<ResolvedImage | undefined> {
  try {
    return hold(run, await run.deps.images.resolve(reference))
  } catch (error) {
    if (hasCode(error, 'IMAGE_NOT_FOUND')) return undefined
    throw error
  }
}

/** The image may be removed while the build goes on; its layers stay until the build is over. */
function hold(run: BuildRun, image: ResolvedImage): ResolvedImage {
  if (image.chainId !== '') run.retain(image.chainId)
  return image
}

/** The login for the registry a reference names; `credentials` by host, as in references (`docker.io`). */
export function credentialsFor(credentials: NonNullable<BuildSpec['credentials']>, reference: string): PullParams['credentials'] {
  const { host } = parseReference(reference)
  return Object.hasOwn(credentials, host) ? credentials[host] : undefined
}
