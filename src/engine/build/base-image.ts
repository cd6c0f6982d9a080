import { hasCode } from '../../base/errors.ts'
import type { PullParams } from '../api.ts'
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
  const credentials = credentialsFor(run, reference)
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

function credentialsFor(run: BuildRun, reference: string): PullParams['credentials'] {
  const host = /^([^/]+[.:][^/]*|localhost)\//.exec(reference)?.[1]
  const credentials = run.spec.credentials ?? {}
  return host === undefined || !Object.hasOwn(credentials, host) ? undefined : credentials[host]
}
