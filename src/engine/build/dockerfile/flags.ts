import type { LogicalLine } from './lines.ts'
import { placeAt } from './lines.ts'
import { type DockerfileSource, dockerfileError, nearest } from './source.ts'
import { parseJsonArray, splitRawWords } from './words.ts'

/** What a parser of one instruction works on: the text behind keyword and flags. */
export interface Statement {
  readonly source: DockerfileSource
  readonly line: LogicalLine
  readonly escapeChar: string
  readonly keyword: string
  readonly flags: Flags
  readonly rest: string
  /** Where `rest` begins in the logical line. */
  readonly offset: number
}

export interface Flags {
  /** Last value given, as written. */
  get(name: string): string | undefined
  all(name: string): readonly string[]
  boolean(name: string): boolean
}

/** Which flags an instruction has; a `list` may be given several times. */
export type FlagTable = Readonly<Record<string, 'value' | 'boolean' | 'list'>>

/** Takes `--name=value` words off the front. Throws for a flag the instruction does not have. */
export function readFlags(
  text: string,
  context: {
    readonly source: DockerfileSource
    readonly line: LogicalLine
    readonly escapeChar: string
    readonly keyword: string
    readonly start: number
  },
  table: FlagTable,
): { readonly flags: Flags; readonly rest: string; readonly offset: number } {
  const values = new Map<string, string[]>()
  let offset = context.start
  for (const word of splitRawWords(text.slice(context.start), context.escapeChar)) {
    const at = context.start + word.offset
    offset = at
    if (!word.text.startsWith('--')) break
    offset = at + word.text.length
    if (word.text === '--') break
    const { name, value } = readFlag(word.text, context, { at, table })
    if (values.has(name) && table[name] !== 'list')
      throw dockerfileError(context.source, placeAt(context.line, at), { message: `the flag --${name} is given twice` })
    values.set(name, [...(values.get(name) ?? []), value])
  }
  const rest = text.slice(offset)
  const trimmed = rest.trimStart()
  return { flags: createFlags(values), rest: trimmed.trimEnd(), offset: offset + rest.length - trimmed.length }
}

function readFlag(
  word: string,
  context: { readonly source: DockerfileSource; readonly line: LogicalLine; readonly keyword: string },
  { at, table }: { readonly at: number; readonly table: FlagTable },
): { name: string; value: string } {
  const equals = word.indexOf('=')
  const name = word.slice(2, equals < 0 ? undefined : equals)
  const kind = Object.hasOwn(table, name) ? table[name] : undefined
  const fail = (message: string, hint?: string): never => {
    throw dockerfileError(context.source, placeAt(context.line, at), { message, ...(hint === undefined ? {} : { hint }) })
  }
  if (kind === undefined) {
    const near = nearest(name, Object.keys(table))
    const known = Object.keys(table).map((flag) => `--${flag}`)
    const hint =
      near === undefined
        ? known.length === 0
          ? `${context.keyword} takes no flags`
          : `known flags: ${known.join(', ')}`
        : `did you mean --${near}?`
    return fail(`unknown flag --${name} for ${context.keyword}`, hint)
  }
  if (equals >= 0) {
    const value = word.slice(equals + 1)
    if (kind === 'boolean' && value !== 'true' && value !== 'false')
      return fail(`--${name} takes true or false, not ${JSON.stringify(value)}`)
    return { name, value }
  }
  if (kind !== 'boolean') return fail(`the flag --${name} needs a value`, `write --${name}=VALUE`)
  return { name, value: 'true' }
}

/** The exec form, or undefined where the text is none. Throws where something in the array is no string. */
export function jsonWords(statement: Statement, text: string = statement.rest): readonly string[] | undefined {
  const array = parseJsonArray(text)
  if (array === undefined || array.every((item) => typeof item === 'string')) return array
  throw dockerfileError(statement.source, placeAt(statement.line, statement.offset), {
    message: `${statement.keyword}: the JSON array may hold strings only`,
    hint: 'put every word in double quotes',
  })
}

function createFlags(values: ReadonlyMap<string, readonly string[]>): Flags {
  return {
    get: (name) => values.get(name)?.at(-1),
    all: (name) => values.get(name) ?? [],
    boolean: (name) => values.get(name)?.at(-1) === 'true',
  }
}
