import { TscomposeError } from '../base/errors.ts'
import { isDigest } from './digest.ts'
import type { HistoryEntry, ImageConfig, ImageConfigFile } from './image-config.ts'

/** Larger configs are refused before they are parsed. */
export const maxConfigBytes: number = 8 * 1024 * 1024
const maxLayers = 4096

type Json = Readonly<Record<string, unknown>>

/**
 * Parses an image's config blob. Members of the wrong type are left out where the image can still be run
 * (as Docker does), and rejected `invalid` INVALID_IMAGE_CONFIG where it cannot.
 */
export function parseImageConfig(bytes: Uint8Array): ImageConfigFile {
  if (bytes.byteLength > maxConfigBytes) throw bad(`it is larger than ${maxConfigBytes} bytes`)
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    throw bad('it is not JSON')
  }
  if (!isObject(value)) throw bad('it is not a JSON object')
  const rootfs = value.rootfs
  const diffIds = isObject(rootfs) ? (rootfs.diff_ids ?? []) : undefined
  if (!Array.isArray(diffIds)) throw bad('it has no rootfs: this is an artifact, not an image')
  if (diffIds.length > maxLayers) throw bad(`it has more than ${maxLayers} layers`)
  for (const diffId of diffIds) if (typeof diffId !== 'string' || !isDigest(diffId)) throw bad('a diff_id is not a digest')
  return {
    ...pickStrings(value, ['variant', 'created', 'author', 'comment']),
    architecture: text(value.architecture) ?? '',
    os: text(value.os) ?? 'linux',
    config: isObject(value.config) ? parseRunConfig(value.config) : {},
    rootfs: { type: 'layers', diff_ids: diffIds as string[] },
    history: Array.isArray(value.history) ? value.history.filter(isObject).map(parseHistory) : [],
  }
}

function parseHistory(entry: Json): HistoryEntry {
  return {
    ...pickStrings(entry, ['created', 'created_by', 'author', 'comment']),
    ...(entry.empty_layer === true ? { empty_layer: true } : {}),
  }
}

function parseRunConfig(config: Json): ImageConfig {
  const healthcheck = config.Healthcheck
  return {
    ...pickStrings(config, ['User', 'WorkingDir', 'StopSignal']),
    ...pickLists(config, ['Env', 'Entrypoint', 'Cmd', 'OnBuild', 'Shell']),
    ...(isObject(config.ExposedPorts) ? { ExposedPorts: keySet(config.ExposedPorts) } : {}),
    ...(isObject(config.Volumes) ? { Volumes: keySet(config.Volumes) } : {}),
    ...(isObject(config.Labels) ? { Labels: stringsOf(config.Labels) } : {}),
    ...(isObject(healthcheck) ? { Healthcheck: parseHealthcheck(healthcheck) } : {}),
    ...(config.ArgsEscaped === true ? { ArgsEscaped: true } : {}),
  }
}

function parseHealthcheck(value: Json): NonNullable<ImageConfig['Healthcheck']> {
  const numbers = ['Interval', 'Timeout', 'StartPeriod', 'StartInterval', 'Retries'].flatMap((key) => {
    const number = value[key]
    return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? [[key, number]] : []
  })
  return { ...pickLists(value, ['Test']), ...Object.fromEntries(numbers) }
}

function pickStrings(from: Json, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(keys.flatMap((key) => (typeof from[key] === 'string' && from[key] !== '' ? [[key, from[key]]] : [])))
}

function pickLists(from: Json, keys: readonly string[]): Record<string, readonly string[]> {
  const isList = (value: unknown): value is string[] => Array.isArray(value) && value.every((item) => typeof item === 'string')
  return Object.fromEntries(keys.flatMap((key) => (isList(from[key]) ? [[key, from[key]]] : [])))
}

function keySet(value: Json): Record<string, Record<string, never>> {
  return Object.fromEntries(Object.keys(value).map((key) => [key, {}]))
}

function stringsOf(value: Json): Record<string, string> {
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function bad(why: string): TscomposeError {
  return new TscomposeError('invalid', 'INVALID_IMAGE_CONFIG', `the image config is not valid: ${why}`)
}
