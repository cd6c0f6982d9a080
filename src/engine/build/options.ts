import { TscomposeError } from '../../base/errors.ts'
import type { Platform } from '../../oci/descriptor.ts'
import { formatPlatform, hostPlatform, parsePlatform } from '../../oci/platform.ts'
import type * as api from '../api.ts'
import type { StageOptions } from './stages.ts'

/* What a build's specification means for its stages. */

export function stageOptions(spec: api.BuildSpec, platform: Platform): StageOptions {
  const host = hostPlatform(process.arch)
  return {
    args: spec.args ?? {},
    platformArgs: { ...platformArgs('TARGET', platform), ...platformArgs('BUILD', host) },
    ...(spec.target === undefined ? {} : { target: spec.target }),
    contexts: spec.additionalContexts ?? {},
  }
}

function platformArgs(prefix: string, platform: Platform): Record<string, string> {
  return {
    [`${prefix}PLATFORM`]: formatPlatform(platform),
    [`${prefix}OS`]: platform.os,
    [`${prefix}ARCH`]: platform.architecture,
    [`${prefix}VARIANT`]: platform.variant ?? '',
  }
}

/** Platforms to build for, each once, the host's first where it is among them: that is the image that runs here. */
export function targetPlatforms({ platforms = [] }: api.BuildSpec): readonly [Platform, ...Platform[]] {
  const host = hostPlatform(process.arch)
  const isHost = (platform: Platform): boolean => formatPlatform(platform) === formatPlatform(host)
  const wanted = [...new Map(platforms.map(parsePlatform).map((platform) => [formatPlatform(platform), platform])).values()]
  const [first = host, ...others] = [...wanted.filter(isHost), ...wanted.filter((platform) => !isHost(platform))]
  return [first, ...others]
}

/** SOURCE_DATE_EPOCH in seconds. */
export function readEpoch({ args }: api.BuildSpec): number | undefined {
  const text = args?.SOURCE_DATE_EPOCH
  if (text === undefined || text === '') return undefined
  if (/^\d{1,11}$/.test(text)) return Number(text)
  throw new TscomposeError('invalid', 'INVALID_EPOCH', `SOURCE_DATE_EPOCH: ${JSON.stringify(text)} is no number of seconds`)
}
