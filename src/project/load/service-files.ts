import { createDiagnostic, type Diagnostic } from '../diagnostic.ts'
import type { EnvFile, Service } from '../model.ts'
import type { LoadContext } from './context.ts'
import { type DotenvResult, type Lookup, parseDotenv, parseRawEnv } from './dotenv.ts'
import { envFileError, own, type Variables } from './environment.ts'
import type { Reader } from './reader.ts'

export interface ServiceFilesOptions {
  readonly reader: Reader
  readonly environment: Variables
  readonly context: LoadContext
}

/** The service with `env_file` and `label_file` merged into `environment` and `labels`, which win. */
export function resolveServiceFiles(service: Service, options: ServiceFilesOptions): Service {
  const { env_file: envFiles = [], label_file: labelFiles = [] } = service
  if (envFiles.length === 0 && labelFiles.length === 0) return service
  const written = service.environment ?? {}
  const lookup: Lookup = (name) =>
    own(options.environment, name) ?? (Object.hasOwn(written, name) ? (written[name] ?? undefined) : undefined)
  const fromEnv = readAll(envFiles, lookup, service, options)
  const fromLabels = readAll(
    labelFiles.map((path) => ({ path, required: true })),
    (name) => own(options.environment, name),
    service,
    options,
  )
  const { env_file: _read, label_file: _readToo, ...rest } = service
  return {
    ...(rest as Service),
    ...(envFiles.length === 0 ? {} : { environment: sorted({ ...fromEnv, ...written }) }),
    ...(labelFiles.length === 0 ? {} : { labels: sorted({ ...fromLabels, ...service.labels }) }),
  }
}

function sorted<T>(map: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function readAll(files: readonly EnvFile[], lookup: Lookup, service: Service, options: ServiceFilesOptions): Record<string, string> {
  const values: Record<string, string> = {}
  for (const { path, required, format } of files) {
    const text = options.reader.readText(path)
    if (text === undefined) {
      if (required) {
        options.context.report(
          createDiagnostic('ENV_FILE_NOT_FOUND', `service ${service.name}: env file ${path} not found`, {
            path: `services.${service.name}.env_file`,
            hint: 'make the file, or write {path: …, required: false}',
          }),
        )
      }
      continue
    }
    const unset = (name: string): void => options.context.report(unsetVariable(name, path))
    const result = parse(text, format, (name) => lookup(name) ?? own(values, name), unset)
    if ('failure' in result) throw envFileError(path, text, result.failure)
    for (const { key, value } of result.entries) if (value !== undefined) values[key] = value
  }
  return values
}

function unsetVariable(name: string, file: string): Diagnostic {
  const message = `The ${JSON.stringify(name)} variable is not set. Defaulting to a blank string.`
  return createDiagnostic('UNSET_VARIABLE', message, { severity: 'warning', hint: `it is used in ${file}` })
}

function parse(text: string, format: string | undefined, lookup: Lookup, onUnset: (name: string) => void): DotenvResult {
  if (format === undefined || format === '') return parseDotenv(text, lookup, onUnset)
  if (format === 'raw') return parseRawEnv(text, lookup)
  return { failure: { message: `unsupported env_file format ${JSON.stringify(format)}`, line: 1 } }
}
