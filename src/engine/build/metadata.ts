import { constants } from 'node:os'
import { posix } from 'node:path'
import { TscomposeError } from '../../base/errors.ts'
import type { ImageConfig } from '../../oci/image-config.ts'
import { expandWords, type Lookup } from './dockerfile/expand.ts'
import type { CommandForm, Instruction, Keyword } from './dockerfile/instruction.ts'
import { placeAt } from './dockerfile/lines.ts'
import { type DockerfileSource, dockerfileError } from './dockerfile/source.ts'
import { splitRawWords } from './dockerfile/words.ts'
import { exposedPorts } from './ports.ts'
import { expandAt, expanding } from './stages.ts'
import { lookupIn, type StageState, withHistory, withVariable } from './state.ts'

/** Instructions that make a layer; all others only change the image's config. */
export type LayerKeyword = 'RUN' | 'COPY' | 'ADD' | 'WORKDIR'
export type MetadataKeyword = Exclude<Keyword, LayerKeyword | 'FROM'>

export interface MetadataContext {
  readonly source: DockerfileSource
  /** The build's own values of ARGs. */
  readonly args: Readonly<Record<string, string>>
  /** ARGs before the first FROM and the platform's. */
  readonly globalArgs: Lookup
}

type Appliers = { readonly [K in MetadataKeyword]: (state: StageState, instruction: Instruction<K>, tools: Tools) => StageState }

interface Tools extends MetadataContext {
  readonly expand: (text: string) => string
}

const appliers: Appliers = {
  ENV: (state, { pairs }, { expand }) => {
    const expanded = pairs.map(({ key, value = '' }) => ({ key: expand(key), value: expand(value) }))
    const env = expanded.reduce((list, { key, value }) => withVariable(list, key, value), state.config.Env ?? [])
    const declared = new Map(state.args)
    for (const { key, value } of expanded) if (declared.has(key)) declared.set(key, value)
    return record(
      { ...configured(state, { Env: env }), args: declared },
      `ENV ${expanded.map(({ key, value }) => `${key}=${value}`).join(' ')}`,
    )
  },
  LABEL: (state, { pairs }, { expand }) => {
    const expanded = pairs.map(({ key, value = '' }) => [expand(key), expand(value)] as const)
    const labels = { ...state.config.Labels, ...Object.fromEntries(expanded) }
    return record(configured(state, { Labels: labels }), `LABEL ${expanded.map((pair) => pair.join('=')).join(' ')}`)
  },
  ARG: applyArg,
  USER: (state, { user }, { expand }) => {
    const name = expand(user)
    return record(configured(state, { User: name }), `USER ${name}`)
  },
  STOPSIGNAL: applyStopSignal,
  MAINTAINER: (state, { name }) => record({ ...state, author: name }, `MAINTAINER ${name}`),
  EXPOSE: applyExpose,
  VOLUME: (state, { paths }, { expand }) => {
    const names = paths.map(expand)
    const volumes = { ...state.config.Volumes, ...Object.fromEntries(names.map((name) => [name, {}])) }
    return record(configured(state, { Volumes: volumes }), `VOLUME [${names.join(' ')}]`)
  },
  CMD: (state, { command }) => {
    const args = commandLine(state, command)
    const { Cmd: _old, ...config } = state.config
    const next = { ...config, ...(args.length === 0 ? {} : { Cmd: args }), ArgsEscaped: true }
    return record({ ...state, config: next, commandSet: true }, `CMD ${quoteList(args)}`)
  },
  ENTRYPOINT: (state, { command }) => {
    const args = commandLine(state, command)
    const { Cmd, Entrypoint: _old, ...config } = state.config
    // The image's own command was meant for its own entry point.
    const kept = state.commandSet && Cmd !== undefined ? { Cmd } : {}
    const next = { ...config, ...kept, ...(args.length === 0 ? {} : { Entrypoint: args }) }
    return record({ ...state, config: next }, `ENTRYPOINT ${quoteList(args)}`)
  },
  HEALTHCHECK: (state, { command, timing }) => {
    const test = command === undefined ? ['NONE'] : command.form === 'shell' ? ['CMD-SHELL', command.text] : ['CMD', ...command.args]
    const { Interval = 0, Timeout = 0, StartPeriod = 0, StartInterval = 0, Retries = 0 } = timing
    const times = [Interval, Timeout, StartPeriod, StartInterval].map((nanos) => JSON.stringify(goDuration(nanos))).join(' ')
    const text = `HEALTHCHECK &{${quoteList(test)} ${times} ${goRune(Retries)}}`
    return record(configured(state, { Healthcheck: { Test: test, ...timing } }), text)
  },
  SHELL: (state, { shell }) => record(configured(state, { Shell: shell }), `SHELL [${shell.join(' ')}]`),
  ONBUILD: (state, { trigger }) => configured(state, { OnBuild: [...(state.config.OnBuild ?? []), trigger] }),
}

/** The stage after an instruction that makes no layer. Pure. */
export function applyMetadata(state: StageState, instruction: Instruction<MetadataKeyword>, context: MetadataContext): StageState {
  const lookup = lookupIn(state)
  const expand = (text: string): string => expandAt(context.source, instruction, text, { lookup })
  const apply = appliers[instruction.keyword] as (state: StageState, instruction: Instruction, tools: Tools) => StageState
  return apply(state, instruction, { ...context, expand })
}

export function isMetadata(instruction: Instruction): instruction is Instruction<MetadataKeyword> {
  return Object.hasOwn(appliers, instruction.keyword)
}

function configured(state: StageState, change: Partial<ImageConfig>): StageState {
  return { ...state, config: { ...state.config, ...change } }
}

const record = (state: StageState, createdBy: string): StageState => withHistory(state, createdBy)

/** Arguments as run: the shell form goes through the stage's SHELL. */
export function commandLine(state: StageState, command: CommandForm): readonly string[] {
  if (command.form === 'exec') return command.args
  return [...(state.config.Shell ?? ['/bin/sh', '-c']), command.text]
}

function applyArg(state: StageState, { pairs }: Instruction<'ARG'>, { args, globalArgs, expand }: Tools): StageState {
  const declared = new Map(state.args)
  const texts: string[] = []
  for (const { key, value } of pairs) {
    const name = expand(key)
    const result = (Object.hasOwn(args, name) ? args[name] : undefined) ?? (value === undefined ? globalArgs(name) : expand(value))
    declared.set(name, result)
    texts.push(result === undefined ? name : `${name}=${result}`)
  }
  return record({ ...state, args: declared }, `ARG ${texts.join(' ')}`)
}

function applyStopSignal(state: StageState, instruction: Instruction<'STOPSIGNAL'>, { expand, source }: Tools): StageState {
  const signal = expand(instruction.signal)
  if (!isSignal(signal))
    throw dockerfileError(source, placeAt(instruction.line, 0), {
      message: `invalid signal ${JSON.stringify(signal)}`,
      hint: 'such as SIGTERM or 15',
    })
  return record(configured(state, { StopSignal: signal }), `STOPSIGNAL ${signal}`)
}

/** A number, a signal's name with or without SIG, or a real-time signal (`RTMIN+3`). */
function isSignal(text: string): boolean {
  if (/^\d{1,3}$/.test(text)) return Number(text) > 0
  const name = text.toUpperCase().replace(/^(?:SIG)?/, 'SIG')
  return Object.hasOwn(constants.signals, name) || /^SIGRT(?:MIN(?:\+\d{1,2})?|MAX(?:-\d{1,2})?)$/.test(name)
}

function applyExpose(state: StageState, instruction: Instruction<'EXPOSE'>, { source }: Tools): StageState {
  const options = { lookup: lookupIn(state), escapeChar: instruction.escapeChar }
  // Docker's histories have them in this order: sorted as written, before variables are replaced.
  const written = splitRawWords(instruction.ports, instruction.escapeChar)
    .map(({ text }) => text)
    .sort()
  const words = expanding(source, instruction, () => written.flatMap((word) => expandWords(word, options)))
  const ports = atPlace(source, instruction, () => words.flatMap(exposedPorts))
  const exposed = { ...state.config.ExposedPorts, ...Object.fromEntries(ports.map((port) => [port, {}])) }
  return record(ports.length === 0 ? state : configured(state, { ExposedPorts: exposed }), `EXPOSE [${ports.join(' ')}]`)
}

/** Adds the instruction's place to an error that has none. */
export function atPlace<T>(source: DockerfileSource, instruction: Pick<Instruction, 'line'>, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw placed(source, instruction, error)
  }
}

/** The error with the instruction's place, where it is one of ours and has none. */
export function placed(source: DockerfileSource, instruction: Pick<Instruction, 'line'>, error: unknown): unknown {
  if (!(error instanceof TscomposeError) || error.position !== undefined || error.kind === 'canceled') return error
  const { kind, code, message, hint } = error
  return dockerfileError(source, placeAt(instruction.line, 0), {
    kind,
    code,
    message,
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  })
}

/** Path of WORKDIR over the one before; an absolute one stays as written. */
export function workingDirectory(state: StageState, path: string): string {
  return posix.isAbsolute(path) ? path : posix.resolve('/', state.config.WorkingDir ?? '/', path)
}

/** `["a" "b"]`, how histories show a list. */
function quoteList(list: readonly string[]): string {
  return `[${list.map((item) => JSON.stringify(item)).join(' ')}]`
}

/** Nanoseconds as `1m30s`, `5s`, `1.5s`, `100ms`, `0s`. */
function goDuration(nanos: number): string {
  if (nanos === 0) return '0s'
  if (nanos < 1e9) return `${nanos / 1e6}ms`
  const seconds = nanos / 1e9
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  const rest = Number((seconds % 60).toFixed(9))
  return `${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${rest}s`
}

/** A small number as a quoted character, as docker's history has the retries. */
function goRune(value: number): string {
  const named: Readonly<Record<number, string>> = {
    7: '\\a',
    8: '\\b',
    9: '\\t',
    10: '\\n',
    11: '\\v',
    12: '\\f',
    13: '\\r',
    39: "\\'",
    92: '\\\\',
  }
  if (value >= 32 && value < 127) return `'${named[value] ?? String.fromCharCode(value)}'`
  return `'${named[value] ?? `\\x${value.toString(16).padStart(2, '0')}`}'`
}
