import { type FlagTable, jsonWords, type Statement } from './flags.ts'
import { parseHealthcheck } from './healthcheck.ts'
import type { CommandForm, CopyArguments, InlineFile, InstructionBody, KeyValue, Keyword, MountType, RunMount } from './instruction.ts'
import { parseHeredocWord, placeAt } from './lines.ts'
import { dockerfileError, nearest } from './source.ts'
import { splitRawWords } from './words.ts'

const copyFlags: FlagTable = { from: 'value', chown: 'value', chmod: 'value', link: 'boolean', parents: 'boolean', exclude: 'list' }

/** Flags by instruction; an instruction that is not here has none. */
export const flagTables: Readonly<Partial<Record<Keyword, FlagTable>>> = {
  FROM: { platform: 'value' },
  RUN: { mount: 'list', network: 'value', security: 'value', device: 'value' },
  COPY: copyFlags,
  ADD: { ...copyFlags, checksum: 'value', 'keep-git-dir': 'boolean', unpack: 'boolean' },
  HEALTHCHECK: { interval: 'value', timeout: 'value', 'start-period': 'value', 'start-interval': 'value', retries: 'value' },
}

type Parsers = { readonly [K in Keyword]: (statement: Statement) => InstructionBody<K> }

/** One small parser per instruction: text behind the flags -> fields, nothing expanded. */
export const parsers: Parsers = {
  FROM: parseFrom,
  RUN: parseRun,
  COPY: parseCopy,
  ADD: (statement) => ({
    ...parseCopy(statement),
    ...optional('checksum', statement.flags.get('checksum')),
    keepGitDir: statement.flags.boolean('keep-git-dir'),
    ...(statement.flags.get('unpack') === undefined ? {} : { unpack: statement.flags.boolean('unpack') }),
  }),
  ENV: (statement) => ({ pairs: parsePairs(statement) }),
  LABEL: (statement) => ({ pairs: parsePairs(statement) }),
  ARG: (statement) => ({ pairs: parseArgs(statement) }),
  WORKDIR: (statement) => ({ path: statement.rest }),
  USER: (statement) => ({ user: onlyOne(statement) }),
  STOPSIGNAL: (statement) => ({ signal: onlyOne(statement) }),
  MAINTAINER: (statement) => ({ name: statement.rest }),
  EXPOSE: (statement) => ({ ports: statement.rest }),
  VOLUME: (statement) => ({ paths: volumes(statement) }),
  CMD: (statement) => ({ command: parseCommand(statement) }),
  ENTRYPOINT: (statement) => ({ command: parseCommand(statement) }),
  HEALTHCHECK: parseHealthcheck,
  SHELL: parseShell,
  ONBUILD: parseOnBuild,
}

/** Exec form where the text is a JSON array of strings, else the shell's. */
function parseCommand(statement: Statement): CommandForm {
  const args = jsonWords(statement)
  return args === undefined ? { form: 'shell', text: statement.rest } : { form: 'exec', args }
}

function volumes(statement: Statement): readonly string[] {
  const list = jsonWords(statement) ?? words(statement)
  if (list.length === 0) fail(statement, 'VOLUME needs at least one path')
  if (list.includes('')) fail(statement, 'a path of VOLUME is empty')
  return list
}

function fail(statement: Statement, message: string, hint?: string): never {
  throw dockerfileError(statement.source, placeAt(statement.line, statement.offset), { message, ...(hint === undefined ? {} : { hint }) })
}

function words(statement: Statement): string[] {
  return splitRawWords(statement.rest, statement.escapeChar).map((word) => word.text)
}

function onlyOne(statement: Statement): string {
  if (words(statement).length !== 1) fail(statement, `${statement.keyword} takes exactly one argument`)
  return statement.rest
}

function optional<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<K, string>>)
}

function parseFrom(statement: Statement): InstructionBody<'FROM'> {
  const [image = '', as, name, ...more] = words(statement)
  const usage = 'write FROM image or FROM image AS name'
  if (more.length > 0 || (as !== undefined && (as.toUpperCase() !== 'AS' || name === undefined)))
    fail(statement, 'FROM takes one image or image AS name', usage)
  if (name !== undefined && !/^[a-z][a-z0-9._-]*$/i.test(name))
    fail(
      statement,
      `invalid stage name ${JSON.stringify(name)}`,
      'begin with a letter; letters, digits, dot, dash and underscore may follow',
    )
  return { image, ...optional('platform', statement.flags.get('platform')), ...optional('name', name?.toLowerCase()) }
}

function parseRun(statement: Statement): InstructionBody<'RUN'> {
  if (statement.flags.get('device') !== undefined)
    throw dockerfileError(statement.source, placeAt(statement.line, 0), {
      kind: 'unsupported',
      code: 'UNSUPPORTED_FLAG',
      message: 'RUN --device is not supported by this engine',
    })
  const security = statement.flags.get('security') ?? 'sandbox'
  if (security !== 'sandbox' && security !== 'insecure')
    fail(statement, `invalid security mode ${JSON.stringify(security)}`, 'sandbox or insecure')
  const network = statement.flags.get('network')
  if (network !== undefined && !['default', 'none', 'host'].includes(network))
    fail(statement, `invalid network mode ${JSON.stringify(network)}`, 'one of default, none, host')
  return {
    command: parseCommand(statement),
    heredocs: statement.line.heredocs,
    mounts: statement.flags.all('mount').map((text) => parseMount(statement, text)),
    ...optional('network', network),
    ...(security === 'insecure' ? { insecure: true } : {}),
  }
}

const mountTypes: readonly MountType[] = ['bind', 'cache', 'tmpfs', 'secret', 'ssh']

const mountKeys = 'type from source src target dst destination readonly ro readwrite rw id sharing required size mode uid gid env'.split(
  ' ',
)

function parseMount(statement: Statement, text: string): RunMount {
  const options: Record<string, string> = {}
  for (const field of csvFields(text.replace(/^'(.*)'$/, '$1'))) {
    const equals = field.indexOf('=')
    const key = (equals < 0 ? field : field.slice(0, equals)).trim().toLowerCase()
    if (!mountKeys.includes(key)) {
      const near = nearest(key, mountKeys)
      fail(
        statement,
        `--mount has no key ${JSON.stringify(key)}`,
        near === undefined ? `keys: ${mountKeys.join(', ')}` : `did you mean ${near}?`,
      )
    }
    options[key] = equals < 0 ? 'true' : field.slice(equals + 1)
  }
  const type = (options.type ?? 'bind') as MountType
  if (!mountTypes.includes(type)) fail(statement, `unknown mount type ${JSON.stringify(type)}`, `one of ${mountTypes.join(', ')}`)
  return { type, options }
}

/** Fields between commas; quotes around a field, or around a value, keep the commas in it. */
function csvFields(text: string): readonly string[] {
  return (text.match(/(?:"[^"]*"|[^,"])+/g) ?? []).map((field) => field.replaceAll('"', ''))
}

function parseCopy(statement: Statement): CopyArguments {
  const list = jsonWords(statement) ?? words(statement)
  const destination = list.at(-1)
  if (destination === undefined || list.length < 2) fail(statement, `${statement.keyword} needs a source and a destination`)
  const heredocs = [...statement.line.heredocs]
  const inline: InlineFile[] = []
  const sources: string[] = []
  for (const source of list.slice(0, -1)) {
    const heredoc = parseHeredocWord(source) === undefined ? undefined : heredocs.shift()
    if (heredoc === undefined) sources.push(source)
    else
      inline.push({
        name: heredoc.name,
        content: heredoc.chomp ? heredoc.content.replace(/^\t+/gm, '') : heredoc.content,
        expand: heredoc.expand,
      })
  }
  const { flags } = statement
  if (flags.get('from')?.includes('$') === true)
    fail(
      statement,
      '--from takes no variables',
      'give the image a name of its own: FROM ${IMAGE} AS name, with ARG IMAGE before the first FROM',
    )
  return {
    sources,
    inline,
    destination,
    link: flags.boolean('link'),
    parents: flags.boolean('parents'),
    exclude: flags.all('exclude'),
    ...optional('from', flags.get('from')),
    ...optional('chown', flags.get('chown')),
    ...optional('chmod', flags.get('chmod')),
  }
}

/** `KEY=value …`, or the old `KEY the rest of the line`. */
function parsePairs(statement: Statement): KeyValue[] {
  const list = words(statement)
  const first = list[0] ?? ''
  if (!first.includes('=')) {
    const value = statement.rest.slice(first.length).trim()
    if (value === '') fail(statement, `${statement.keyword} ${first} has no value`, `write ${statement.keyword} ${first}=value`)
    return [{ key: first, value }]
  }
  return list.map((word) => {
    const equals = word.indexOf('=')
    if (equals < 0)
      fail(
        statement,
        `${JSON.stringify(word)} is not KEY=value`,
        `put quotes around a value with blanks: ${statement.keyword} ${first.split('=')[0]}="…"`,
      )
    if (equals === 0) fail(statement, `${statement.keyword} names cannot be blank`)
    return { key: word.slice(0, equals), value: word.slice(equals + 1) }
  })
}

function parseArgs(statement: Statement): KeyValue[] {
  return words(statement).map((word) => {
    const equals = word.indexOf('=')
    if (equals === 0) fail(statement, 'ARG names cannot be blank')
    return equals < 0 ? { key: word } : { key: word.slice(0, equals), value: word.slice(equals + 1) }
  })
}

function parseShell(statement: Statement): InstructionBody<'SHELL'> {
  const shell = jsonWords(statement)
  if (shell === undefined || shell.length === 0) fail(statement, 'SHELL takes a JSON array', 'write SHELL ["/bin/sh", "-c"]')
  return { shell }
}

function parseOnBuild(statement: Statement): InstructionBody<'ONBUILD'> {
  const keyword = /^\S+/.exec(statement.rest)?.[0]?.toUpperCase() ?? ''
  if (['ONBUILD', 'FROM', 'MAINTAINER'].includes(keyword)) fail(statement, `${keyword} is not allowed as an ONBUILD trigger`)
  const { heredocs } = statement.line
  return { trigger: [statement.rest, ...heredocs.map(({ content, terminator }) => `${content}${terminator}`)].join('\n') }
}
