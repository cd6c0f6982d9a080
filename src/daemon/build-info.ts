import { readFileSync } from 'node:fs'

declare const TSCOMPOSE_BUILD: { readonly version: string; readonly id: string } | undefined

export interface BuildInfo {
  /** The package's version. */
  readonly version: string
  /** Names exactly this code: a hash in a built package, `source` when it runs from its sources. */
  readonly id: string
}

/** Written into the bundle by bin/build.ts; read from package.json when the sources run. */
export function buildInfo(): BuildInfo {
  if (typeof TSCOMPOSE_BUILD !== 'undefined') return TSCOMPOSE_BUILD
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
  return { version: manifest.version, id: 'source' }
}
