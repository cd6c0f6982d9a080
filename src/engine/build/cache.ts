import { TscomposeError } from '../../base/errors.ts'
import { sha256, stableJson } from '../../base/hash.ts'
import type { LayerResult } from './state.ts'

/** Layers made before, by what made them: the state part's record store, as far as the builder uses it. */
export interface LayerRecords {
  read(id: string): LayerResult | undefined
  write(id: string, layer: LayerResult): void
  remove(id: string): void
  list(): readonly LayerResult[]
  ids(): readonly string[]
}

/** Version of the rules below: a change of what a step does must not find layers made by the old rules. */
const rules = 2

/** Name of a step's result: hash over everything that decides it. */
export function layerKey(parts: unknown): string {
  return sha256(stableJson([rules, parts]))
}

/** A record of the cache as read from disk. Throws for anything else. */
export function parseLayerRecord(value: unknown): LayerResult {
  const { diffId, chainId, size, created } = (value ?? {}) as Record<string, unknown>
  if (isDigestText(diffId) && isDigestText(chainId) && typeof size === 'number' && typeof created === 'string')
    return { diffId, chainId, size, created }
  throw new TscomposeError('invalid', 'BUILD_CACHE_RECORD', 'not a record of the build cache')
}

function isDigestText(value: unknown): value is string {
  return typeof value === 'string' && /^sha256:[0-9a-f]{64}$/.test(value)
}
