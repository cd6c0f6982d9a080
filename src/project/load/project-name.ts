import { basename } from 'node:path'
import { TscomposeError } from '../../base/errors.ts'

/** Lower case, only [a-z0-9_-], no leading dash or underscore. */
export function normalizeProjectName(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '')
}

export interface NameSources {
  /** Given by -p or COMPOSE_PROJECT_NAME: must be a good name as it is. */
  readonly explicit: string | undefined
  /** Last `name:` of the files, after interpolation. */
  readonly fromFiles: string | undefined
  readonly workingDir: string
}

/** The name of the project; only a derived one is made to fit. */
export function projectName({ explicit, fromFiles, workingDir }: NameSources): string {
  if (explicit !== undefined && explicit !== '') {
    if (normalizeProjectName(explicit) === explicit) return explicit
    throw new TscomposeError(
      'invalid',
      'BAD_PROJECT_NAME',
      `invalid project name ${JSON.stringify(explicit)}: must consist only of lowercase alphanumeric characters, hyphens, and underscores as well as start with a letter or number`,
      { hint: `use ${JSON.stringify(normalizeProjectName(explicit) || 'project')}` },
    )
  }
  const name = normalizeProjectName(fromFiles ?? '') || normalizeProjectName(basename(workingDir))
  if (name !== '') return name
  throw new TscomposeError('invalid', 'BAD_PROJECT_NAME', 'project name must not be empty', {
    hint: 'give one with -p, or write `name:` in the compose file',
  })
}
