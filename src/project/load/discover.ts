import { dirname, isAbsolute, resolve } from 'node:path'
import { TscomposeError } from '../../base/errors.ts'
import { createDiagnostic, type Diagnostic } from '../diagnostic.ts'
import { type Variables, withEnvFiles } from './environment.ts'
import type { Reader } from './reader.ts'
import { isRemote, type Remotes, remoteFile } from './remote.ts'

export interface DiscoverOptions {
  readonly files?: readonly string[] | undefined
  readonly projectDirectory?: string | undefined
  readonly envFiles: readonly string[]
  readonly env: Variables
  readonly cwd: string
  readonly reader: Reader
  readonly remotes: Remotes
}

export interface Discovery {
  /** Absolute, or `-`. */
  readonly files: readonly string[]
  /** Gives the project its name and its `.env`. */
  readonly workingDir: string
  /** What relative paths start from: the working directory, or that of a file from elsewhere. */
  readonly pathsDir: string
  /** Environment with `.env` below it. */
  readonly environment: Variables
  readonly envFiles: readonly string[]
  readonly warnings: readonly Diagnostic[]
}

const fileNames = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml']
const overrideNames = ['compose.override.yml', 'compose.override.yaml', 'docker-compose.override.yml', 'docker-compose.override.yaml']

/** Finds the compose files and the environment they are read with; the order of the steps is docker compose's. */
export function discover(options: DiscoverOptions): Discovery {
  const { cwd, reader } = options
  const warnings: Diagnostic[] = []
  const directoryOf = (files: readonly string[]): string => {
    if (options.projectDirectory !== undefined) return resolve(cwd, options.projectDirectory)
    const first = files.find((file) => file !== '-')
    return first === undefined || isRemote(first) ? cwd : dirname(resolve(cwd, first))
  }
  const given = options.files ?? []
  const before = withEnvFiles(options.env, directoryOf(given), options)
  const named = given.length > 0 ? given : filesFromVariable(before.variables)
  const found =
    named.length > 0
      ? named
      : findDefaultFiles(options.projectDirectory === undefined ? cwd : resolve(cwd, options.projectDirectory), reader, warnings)
  const fetched = found.filter(isRemote).map((file) => remoteFile(file, options.remotes))
  const files = found.map((file) => {
    if (isRemote(file)) return remoteFile(file, options.remotes)
    return file === '-' || isAbsolute(file) ? file : resolve(cwd, file)
  })
  const workingDir = directoryOf(found)
  const pathsDir = fetched[0] === undefined ? workingDir : dirname(fetched[0])
  const after = withEnvFiles(before.variables, workingDir, options)
  return { files, workingDir, pathsDir, environment: after.variables, envFiles: [...new Set([...before.files, ...after.files])], warnings }
}

function filesFromVariable(environment: Variables): readonly string[] {
  const list = environment.COMPOSE_FILE
  if (list === undefined || list === '') return []
  return list.split(environment.COMPOSE_PATH_SEPARATOR || ':').filter((file) => file !== '')
}

/** compose.yaml and its relatives, here or in a parent directory, and one override file beside it. */
function findDefaultFiles(start: string, reader: Reader, warnings: Diagnostic[]): readonly string[] {
  for (let directory = start; ; directory = dirname(directory)) {
    const candidates = existing(directory, fileNames, reader)
    if (candidates.length > 0) {
      const overrides = existing(directory, overrideNames, reader)
      warnOfSeveral(candidates, warnings)
      warnOfSeveral(overrides, warnings)
      return [...candidates.slice(0, 1), ...overrides.slice(0, 1)]
    }
    if (dirname(directory) === directory) break
  }
  throw new TscomposeError('invalid', 'NO_COMPOSE_FILE', 'no configuration file provided: not found', {
    hint: 'make a compose.yaml here, or give a file with -f',
  })
}

function existing(directory: string, names: readonly string[], reader: Reader): readonly string[] {
  return names.map((name) => resolve(directory, name)).filter((file) => reader.isFile(file))
}

function warnOfSeveral(candidates: readonly string[], warnings: Diagnostic[]): void {
  if (candidates.length < 2) return
  warnings.push(
    createDiagnostic('SEVERAL_FILES', `Found multiple config files with supported names: ${candidates.join(', ')}`, {
      severity: 'warning',
    }),
  )
  warnings.push(createDiagnostic('SEVERAL_FILES', `Using ${String(candidates[0])}`, { severity: 'warning' }))
}
