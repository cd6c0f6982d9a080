import { hasCode } from '../../base/errors.ts'
import { formatPlatform, hostPlatform, parsePlatform, platformDistance } from '../../oci/platform.ts'
import { parseReference } from '../../oci/reference.ts'
import type { BuildSpec, PullParams } from '../api.ts'
import type { ResolvedImage } from '../parts.ts'
import type { BuildRun } from './build-run.ts'
import { resolveLayout } from './layout-context.ts'
import { layoutScheme } from './stages.ts'

/**
 * The image, from here or, where it is missing, of another platform than the one asked for, or `pull` asks for a newer
 * one, from its registry. `platform` is that of FROM.
 */
export async function resolveBase(run: BuildRun, reference: string, platform: string | undefined): Promise<ResolvedImage> {
  if (reference.startsWith(layoutScheme)) return resolveLayout(run, reference)
  const { images } = run.deps
  const asked = platform !== undefined || (run.spec.platforms ?? []).length > 0
  const wanted = platform === undefined ? run.platform : parsePlatform(platform)
  const here = run.spec.pull === true ? [] : await resolveHere(run, reference)
  const fitting = asked ? here.find(({ config }) => platformDistance(wanted, config) !== undefined) : here[0]
  if (fitting !== undefined) return hold(run, fitting)
  const credentials = credentialsFor(run.spec.credentials ?? {}, reference)
  const isHost = platformDistance(hostPlatform(process.arch), wanted) !== undefined
  const params: PullParams = {
    reference,
    ...(asked ? { platform: formatPlatform(wanted) } : {}),
    // The name stays with the image that runs here.
    ...(isHost ? {} : { unnamed: true }),
    ...(credentials === undefined ? {} : { credentials }),
  }
  const { id } = await images.pull(params, run.context)
  return hold(run, await images.resolve(id))
}

/** What goes by the name here, the host's image first. */
async function resolveHere(run: BuildRun, reference: string): Promise<readonly ResolvedImage[]> {
  const { images } = run.deps
  try {
    const image = await images.resolve(reference)
    const variants = await Promise.allSettled((image.variants ?? []).map((id) => images.resolve(id)))
    return [image, ...variants.flatMap((found) => (found.status === 'fulfilled' ? [found.value] : []))]
  } catch (error) {
    if (hasCode(error, 'IMAGE_NOT_FOUND')) return []
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
