import { lstatSync, mkdirSync } from 'node:fs'

/** Root's own directory; nobody else can put code there. */
const dataRoot = '/var/lib/tscompose'

/** Where compiled code is kept between commands; bin/tscompose spells it out too. */
export const compileCacheDirectory: string = `${dataRoot}/cache/compile`

/**
 * The directory for compiled code, made if it is missing; undefined where it is not ours alone (other users run without
 * a cache: code from a directory that others can write would run with our rights).
 */
export function prepareCompileCache(): string | undefined {
  if (process.getuid?.() !== 0) return undefined
  try {
    mkdirSync(dataRoot, { recursive: true, mode: 0o711 })
    mkdirSync(compileCacheDirectory, { recursive: true, mode: 0o700 })
    const { uid, mode } = lstatSync(compileCacheDirectory)
    const isPrivate = uid === 0 && (mode & 0o170077) === 0o040000
    return isPrivate ? compileCacheDirectory : undefined
  } catch {
    // A read-only disk is no reason to refuse the command.
    return undefined
  }
}
