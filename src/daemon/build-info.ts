import { readFileSync } from 'node:fs'

declare const TSCOMPOSE_VERSION: string | undefined
declare const TSCOMPOSE_BUILD_ID: string | undefined

export interface BuildInfo {
  /** The package's version. */
  readonly version: string
  /** Names exactly this code: a hash in a built package, `source` when it runs from its sources. */
  readonly id: string
}

/** Written into the bundle by bin/build.ts; read from package.json when the sources run. */
export function buildInfo(): BuildInfo {
  if (typeof TSCOMPOSE_VERSION !== 'undefined' && typeof TSCOMPOSE_BUILD_ID !== 'undefined') {
    return { version: TSCOMPOSE_VERSION, id: TSCOMPOSE_BUILD_ID }
  }
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
  return { version: manifest.version, id: 'source' }
}
