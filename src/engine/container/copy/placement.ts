import { posix } from 'node:path'
import { TscomposeError } from '../../../base/errors.ts'

/** What is copied. */
export interface CopySource {
  /** As the user named it. */
  readonly path: string
  readonly directory: boolean
}

/** What is there where it goes. */
export interface CopyDestination {
  /** Absolute and clean, a link at its end followed. */
  readonly path: string
  readonly kind: 'directory' | 'other' | 'missing'
  readonly parentExists: boolean
  /** The user put a `/` at the end. */
  readonly asDirectory: boolean
}

/** `dir/.` and `/` mean what is in the directory, not the directory itself. */
export function meansContents(path: string): boolean {
  return path.endsWith('/.') || path === '.' || posix.normalize(path) === '/'
}

/** The path says itself that it is a directory, so a link at its end is followed. */
export function endsAsDirectory(path: string): boolean {
  return path.endsWith('/') || path.endsWith('/.')
}

/**
 * Where the source itself comes to lie: rules of docker cp. Into a directory that is there, under its own name (or only its
 * contents); else as the destination, whose parent has to be there. Throws COPY_NOT_A_DIRECTORY, COPY_NO_DIRECTORY.
 */
export function placeCopy(source: CopySource, destination: CopyDestination): string {
  const { path, kind, parentExists, asDirectory } = destination
  if (kind === 'directory') {
    return source.directory && meansContents(source.path) ? path : posix.join(path, posix.basename(posix.normalize(source.path)))
  }
  if (kind === 'other') {
    if (source.directory) throw notADirectory(`cannot copy the directory ${source.path} over ${path}, which is not a directory`)
    if (asDirectory) throw notADirectory(`${path} is not a directory`)
    return path
  }
  if (!parentExists) throw missingDirectory(posix.dirname(path))
  if (!source.directory && asDirectory) throw missingDirectory(path)
  return path
}

function notADirectory(message: string): TscomposeError {
  return new TscomposeError('invalid', 'COPY_NOT_A_DIRECTORY', message, { hint: 'name another destination' })
}

/** There is no such directory to copy into. */
export function missingDirectory(path: string): TscomposeError {
  return new TscomposeError('not-found', 'COPY_NO_DIRECTORY', `there is no directory ${path} to copy into`, { hint: 'make it first' })
}
