import { readFileSync, statSync } from 'node:fs'
import { hasErrno, TscomposeError } from '../../base/errors.ts'
import type { SourceFile } from '../source-map.ts'

/**
 * The only way the loader sees the file system. It remembers every question, answered or not, so that a cache can
 * tell later whether the answers are still the same.
 */
export interface Reader {
  /** The text, or undefined where there is no such file. */
  readText(path: string): string | undefined
  /** Throws COMPOSE_FILE_NOT_FOUND. */
  readSource(path: string): SourceFile
  isFile(path: string): boolean
  /** Every text read by path; null where there was none. */
  readonly inputs: ReadonlyMap<string, string | null>
}

export interface ReaderOptions {
  /** What `-` stands for. */
  readonly stdin?: string
}

export function createReader(options: ReaderOptions = {}): Reader {
  const inputs = new Map<string, string | null>()
  const readText = (path: string): string | undefined => {
    const known = inputs.get(path)
    if (known !== undefined) return known ?? undefined
    const text = path === '-' ? (options.stdin ?? '') : readIfThere(path)
    inputs.set(path, text ?? null)
    return text
  }
  return {
    inputs,
    readText,
    isFile: (path) => readText(path) !== undefined,
    readSource: (path) => {
      const text = readText(path)
      if (text === undefined) {
        const isDirectory = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
        throw new TscomposeError('invalid', 'COMPOSE_FILE_NOT_FOUND', isDirectory ? `${path} is a directory` : `${path}: no such file`, {
          hint: 'give the path of a compose file with -f',
        })
      }
      return { path, text: text.replace(/^\uFEFF/, '') }
    },
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].some((errno) => hasErrno(error, errno))) return undefined
    throw new TscomposeError(
      'denied',
      'COMPOSE_FILE_UNREADABLE',
      `cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    )
  }
}
