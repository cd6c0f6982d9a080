import { TscomposeError } from '../../base/errors.ts'
import type { Platform } from '../../oci/descriptor.ts'
import { formatPlatform, hostPlatform } from '../../oci/platform.ts'
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

/** SOURCE_DATE_EPOCH in seconds. */
export function readEpoch({ args }: api.BuildSpec): number | undefined {
  const text = args?.SOURCE_DATE_EPOCH
  if (text === undefined || text === '') return undefined
  if (/^\d{1,11}$/.test(text)) return Number(text)
  throw new TscomposeError('invalid', 'INVALID_EPOCH', `SOURCE_DATE_EPOCH: ${JSON.stringify(text)} is no number of seconds`)
}
