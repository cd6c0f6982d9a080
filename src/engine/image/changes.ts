import { TscomposeError } from '../../base/errors.ts'
import type { ImageConfig } from '../../oci/image-config.ts'

/** `--change` lines of docker import and commit: one Dockerfile instruction each that only touches the config. */
export function applyChanges(config: ImageConfig, lines: readonly string[]): ImageConfig {
  return lines.reduce(applyChange, config)
}

type Change = (config: ImageConfig, rest: string, line: string) => ImageConfig

const changes: Readonly<Record<string, Change>> = {
  CMD: (config, rest) => ({ ...config, Cmd: commandOf(rest) }),
  ENTRYPOINT: (config, rest) => ({ ...config, Entrypoint: commandOf(rest) }),
  ENV: (config, rest, line) => ({ ...config, Env: mergeEnv(config.Env ?? [], pairsOf(rest, line)) }),
  EXPOSE: (config, rest, line) => ({
    ...config,
    ExposedPorts: { ...config.ExposedPorts, ...keySet(words(rest).map((port) => portOf(port, line))) },
  }),
  LABEL: (config, rest, line) => ({ ...config, Labels: { ...config.Labels, ...Object.fromEntries(pairsOf(rest, line)) } }),
  ONBUILD: (config, rest) => ({ ...config, OnBuild: [...(config.OnBuild ?? []), rest] }),
  STOPSIGNAL: (config, rest) => ({ ...config, StopSignal: rest }),
  USER: (config, rest) => ({ ...config, User: rest }),
  VOLUME: (config, rest) => ({ ...config, Volumes: { ...config.Volumes, ...keySet(jsonList(rest) ?? words(rest)) } }),
  WORKDIR: (config, rest) => ({
    ...config,
    WorkingDir: rest.startsWith('/') ? rest : `${(config.WorkingDir ?? '').replace(/\/$/, '')}/${rest}`,
  }),
  HEALTHCHECK: (config, rest, line) => ({ ...config, Healthcheck: { ...config.Healthcheck, Test: healthTest(rest, line) } }),
}

function applyChange(config: ImageConfig, line: string): ImageConfig {
  const [, keyword = '', rest = ''] = /^\s*(\S+)\s*([\s\S]*?)\s*$/.exec(line) ?? []
  const change = changes[keyword.toUpperCase()]
  if (change === undefined) throw badChange(line, `${keyword === '' ? 'it is empty' : `${keyword} cannot be used here`}`)
  if (rest === '') throw badChange(line, 'it needs an argument')
  return change(config, rest, line)
}

/** JSON form as it stands, anything else through a shell. */
function commandOf(rest: string): readonly string[] {
  return jsonList(rest) ?? ['/bin/sh', '-c', rest]
}

function jsonList(text: string): readonly string[] | undefined {
  if (!text.startsWith('[')) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined
  } catch {
    return undefined
  }
}

/** Splits at blanks outside quotes; quotes and backslashes are taken away. */
function words(text: string): readonly string[] {
  const found = text.match(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/g) ?? []
  return found.map((word) =>
    word.replaceAll(
      /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/g,
      (_all, double?: string, single?: string, plain?: string) => double?.replaceAll(/\\(["\\$])/g, '$1') ?? single ?? plain ?? '',
    ),
  )
}

/** `a=1 b="two words"`, or the old form `key the rest`. */
function pairsOf(rest: string, line: string): readonly (readonly [string, string])[] {
  const all = words(rest)
  const [first = ''] = all
  if (!first.includes('=')) {
    const blank = rest.search(/\s/)
    if (blank < 0) throw badChange(line, 'it needs KEY=VALUE')
    return [[rest.slice(0, blank), rest.slice(blank).trim()]]
  }
  return all.map((word) => {
    const equals = word.indexOf('=')
    if (equals < 1) throw badChange(line, `${JSON.stringify(word)} is not KEY=VALUE`)
    return [word.slice(0, equals), word.slice(equals + 1)]
  })
}

function mergeEnv(env: readonly string[], pairs: readonly (readonly [string, string])[]): readonly string[] {
  const map = new Map(env.map((item) => [item.split('=', 1)[0] ?? '', item]))
  for (const [key, value] of pairs) map.set(key, `${key}=${value}`)
  return [...map.values()]
}

function portOf(text: string, line: string): string {
  const [port = '', protocol = 'tcp'] = text.toLowerCase().split('/')
  const number = Number(port)
  if (!/^\d+$/.test(port) || number < 1 || number > 65535 || !['tcp', 'udp', 'sctp'].includes(protocol))
    throw badChange(line, `${text} is not a port`)
  return `${number}/${protocol}`
}

function healthTest(rest: string, line: string): readonly string[] {
  if (/^none$/i.test(rest)) return ['NONE']
  const command = /^cmd\s+([\s\S]+)$/i.exec(rest)?.[1]
  if (command === undefined) throw badChange(line, 'it needs NONE or CMD …')
  const list = jsonList(command)
  return list === undefined ? ['CMD-SHELL', command] : ['CMD', ...list]
}

function keySet(keys: readonly string[]): Readonly<Record<string, Record<string, never>>> {
  return Object.fromEntries(keys.map((key) => [key, {}]))
}

function badChange(line: string, why: string): TscomposeError {
  return new TscomposeError('invalid', 'INVALID_CHANGE', `cannot apply ${JSON.stringify(line.slice(0, 200))} to an image: ${why}`, {
    hint: `write a Dockerfile instruction: ${Object.keys(changes).join(', ')}`,
  })
}
