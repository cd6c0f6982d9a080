import { resolve } from 'node:path'
import { TscomposeError } from '../../base/errors.ts'
import { createDiagnostic, ProjectError } from '../diagnostic.ts'
import { formatDotenvFailure, type Lookup, parseDotenv } from './dotenv.ts'
import type { Reader } from './reader.ts'

export type Variables = Readonly<Record<string, string>>

export interface EnvironmentOptions {
  /** Given by --env-file or COMPOSE_ENV_FILES: they replace `.env`. */
  readonly envFiles: readonly string[]
  readonly cwd: string
  readonly reader: Reader
}

/** The environment with the `.env` files below it: what is set already wins. Returns the files that were read too. */
export function withEnvFiles(
  base: Variables,
  directory: string,
  options: EnvironmentOptions,
): { readonly variables: Variables; readonly files: readonly string[] } {
  const files =
    options.envFiles.length > 0
      ? options.envFiles.map((file) => resolve(options.cwd, file))
      : defaultEnvFile(base, directory, options.reader)
  const read = readEnvFiles(files, (name) => own(base, name), options.reader)
  return { variables: { ...read, ...base }, files }
}

function defaultEnvFile(base: Variables, directory: string, reader: Reader): readonly string[] {
  if (isTrue(base.COMPOSE_DISABLE_ENV_FILE)) return []
  const file = resolve(directory, '.env')
  return reader.isFile(file) ? [file] : []
}

export function isTrue(value: string | undefined): boolean {
  return value !== undefined && ['1', 't', 'true', 'y', 'yes', 'on'].includes(value.toLowerCase())
}

/** Variables of several files, the later one wins; a missing file is an error. */
export function readEnvFiles(files: readonly string[], lookup: Lookup, reader: Reader): Record<string, string> {
  const variables: Record<string, string> = Object.create(null)
  for (const file of files) {
    const text = reader.readText(file)
    if (text === undefined) {
      throw new TscomposeError('invalid', 'ENV_FILE_NOT_FOUND', `couldn't find env file: ${file}`, {
        hint: 'make the file, or give another one with --env-file',
      })
    }
    const result = parseDotenv(text, (name) => lookup(name) ?? own(variables, name))
    if ('failure' in result) throw envFileError(file, text, result.failure)
    for (const { key, value } of result.entries) if (value !== undefined) variables[key] = value
  }
  return variables
}

/** A variable that was really given, never something every object has. */
export function own(variables: Variables, name: string): string | undefined {
  return Object.hasOwn(variables, name) ? variables[name] : undefined
}

export function envFileError(file: string, text: string, failure: { readonly message: string; readonly line: number }): ProjectError {
  const offset = text
    .split('\n')
    .slice(0, failure.line - 1)
    .reduce((sum, line) => sum + line.length + 1, 0)
  const end = text.indexOf('\n', offset)
  const origin = { file: { path: file, text }, key: offset, value: offset, end: end === -1 ? text.length : end }
  return new ProjectError([createDiagnostic('BAD_ENV_FILE', formatDotenvFailure(file, failure), { origin })])
}
