import { scalarToString } from './load/scalar.ts'
import { compareKeys } from './print-yaml.ts'
import { formatDuration, parseDuration, parseSize, toFloat32 } from './quantities.ts'
import { isList, isTree, newTree, type Path, type Scalar, type TreeBuilder, type Value } from './tree.ts'

/*
 * A codec says how one attribute is stored in the model and how `config` prints it. attributes.ts is the table of
 * all of them; it is the one place that knows types, order of printing and what is left out.
 */

export type Problem = (path: Path, message: string) => void

export interface EncodeOptions {
  readonly format: 'yaml' | 'json'
}

export interface Codec {
  /** Canonical value -> model value; reports what does not fit and goes on with undefined. */
  decode(value: Value, path: Path, problem: Problem): unknown
  /** Model value -> printed value. */
  encode(value: unknown, options: EncodeOptions): Value
}

const asScalar = (value: Value): Scalar | undefined => (value === null || typeof value !== 'object' ? value : undefined)
const plain = (value: unknown): Value => value as Value

export const text: Codec = { decode: (value) => scalarToString(asScalar(value) ?? ''), encode: plain }

const yes: ReadonlySet<string> = new Set(['true', 'y', 'yes', 'on'])
const no: ReadonlySet<string> = new Set(['false', 'n', 'no', 'off'])

/** A boolean in the words of YAML 1.1, which compose takes wherever it expects one. */
export function booleanOf(text: string): boolean | undefined {
  const word = text.toLowerCase()
  return yes.has(word) ? true : no.has(word) ? false : undefined
}

export const flag: Codec = {
  decode: (value, path, problem) => {
    if (typeof value === 'boolean') return value
    const known = typeof value === 'string' ? booleanOf(value) : undefined
    if (known !== undefined) return known
    problem(path, `${JSON.stringify(value)} is not true or false`)
    return undefined
  },
  encode: plain,
}

export const whole: Codec = {
  decode: (value, path, problem) => {
    const number = typeof value === 'string' && /^[-+]?\d+$/.test(value) ? Number(value) : value
    if (typeof number === 'number' && Number.isFinite(number)) return Math.trunc(number)
    problem(path, `${JSON.stringify(value)} is not a whole number`)
    return undefined
  },
  encode: plain,
}

export const decimal: Codec = {
  decode: (value, path, problem) => {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
    if (typeof number === 'number' && Number.isFinite(number)) return toFloat32(number)
    problem(path, `${JSON.stringify(value)} is not a number`)
    return undefined
  },
  encode: plain,
}

/** A number that was never text: compose has no cast for these places. */
export const strictWhole: Codec = {
  decode: (value, path, problem) => {
    if (typeof value === 'number') return whole.decode(value, path, problem)
    problem(path, `${JSON.stringify(value)} is not a number: remove the quotes`)
    return undefined
  },
  encode: plain,
}

/** Bytes; printed as text. */
export const size: Codec = {
  decode: (value, path, problem) => {
    const bytes = typeof value === 'number' ? Math.trunc(value) : typeof value === 'string' ? parseSize(value) : undefined
    if (bytes === undefined) problem(path, `${JSON.stringify(value)} is not a size such as 512m or 1.5gb`)
    return bytes
  },
  encode: (value) => String(value),
}

/** Milliseconds; printed as `1m30s`. */
export const duration: Codec = {
  decode: (value, path, problem) => {
    const milliseconds = parseDuration(scalarToString(asScalar(value) ?? ''))
    if (milliseconds === undefined) problem(path, `${JSON.stringify(value)} is not a duration such as 10s or 1m30s`)
    return milliseconds
  },
  encode: (value) => formatDuration(value as number),
}

/** Permission bits: text is octal, a number is what YAML made of it (0440 is octal there). Printed as octal text. */
export const mode: Codec = {
  decode: (value, path, problem) => {
    if (typeof value === 'number' && Number.isInteger(value)) return value
    if (typeof value === 'string' && /^0?[0-7]+$/.test(value)) return Number.parseInt(value, 8)
    problem(path, `${JSON.stringify(value)} is not a file mode such as 0440`)
    return undefined
  },
  encode: (value) => `0${(value as number).toString(8)}`,
}

/** `all` is -1. */
export const count: Codec = {
  decode: (value, path, problem) => (value === 'all' ? -1 : whole.decode(value, path, problem)),
  encode: plain,
}

/** Text that is split into arguments the way a shell splits words; null stays null. */
export const command: Codec = {
  decode: (value, path, problem) => {
    if (value === null) return null
    if (isList(value)) return value.map((item) => scalarToString(asScalar(item) ?? ''))
    const words = splitWords(scalarToString(asScalar(value) ?? ''))
    if (words === undefined) problem(path, 'a quote is not closed')
    return words
  },
  encode: plain,
}

/** Shell words: quotes and backslashes, no expansion; undefined for an open quote. */
export function splitWords(line: string): readonly string[] | undefined {
  const words: string[] = []
  let word: string | undefined
  const piece = /\s+|'([^']*)'|"((?:\\.|[^"\\])*)"|\\([\s\S])|([^\s'"\\]+)|\\$/y
  for (let at = 0; at < line.length; at = piece.lastIndex) {
    piece.lastIndex = at
    const match = piece.exec(line)
    if (match === null) return undefined
    const [whole, single, double, escaped, bare] = match
    const text = single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? escaped ?? bare
    if (text !== undefined) word = (word ?? '') + text
    else if (whole.trim() === '' && word !== undefined) {
      words.push(word)
      word = undefined
    }
  }
  return word === undefined ? words : [...words, word]
}

export function listOf(item: Codec): Codec {
  return {
    decode: (value, path, problem) => {
      const items = isList(value) ? value : value === null ? [] : [value]
      return items.map((member, index) => item.decode(member, [...path, index], problem)).filter((member) => member !== undefined)
    },
    encode: (value, options) => (value as readonly unknown[]).map((member) => item.encode(member, options)),
  }
}

export const texts: Codec = listOf(text)

/** A map with the user's keys, printed in alphabetical order. */
export function mapOf(member: Codec, more: { readonly nullable?: boolean } = {}): Codec {
  return {
    decode: (value, path, problem) => {
      const map: Record<string, unknown> = Object.create(null)
      if (!isTree(value)) return map
      for (const key of Object.keys(value).sort()) {
        const given = value[key] ?? null
        const decoded = given === null && more.nullable === true ? null : member.decode(given, [...path, key], problem)
        if (decoded !== undefined) map[key] = decoded
      }
      return map
    },
    encode: (value, options) => {
      const tree = newTree()
      const map = value as Readonly<Record<string, unknown>>
      for (const key of sortedKeys(map, options)) tree[key] = map[key] === null ? null : member.encode(map[key], options)
      return tree
    },
  }
}

export const textMap: Codec = mapOf(text)
export const nullableTextMap: Codec = mapOf(text, { nullable: true })

/** Host names with their addresses; printed as `name=address` lines. */
export const hosts: Codec = {
  decode: mapOf(texts).decode,
  encode: (value) =>
    Object.entries(value as Readonly<Record<string, readonly string[]>>)
      .flatMap(([host, addresses]) => addresses.map((address) => `${host}=${address}`))
      .sort(),
}

/** Printed as `id` or `id=path`. */
export const sshKeys: Codec = {
  decode: textMap.decode,
  encode: (value) => Object.entries(value as Readonly<Record<string, string>>).map(([id, path]) => (path === '' ? id : `${id}=${path}`)),
}

/** When a member is printed: not while it is empty, or whenever it was given, or always in JSON. */
export type Presence = 'nonempty' | 'given'

export interface Field {
  readonly codec: Codec
  readonly presence: Presence
  /** Printed in JSON where there is nothing. */
  readonly jsonDefault?: Value
  /** The name in JSON, where it is not the attribute's. */
  readonly jsonName?: string
  /** Kept in the model, never printed. */
  readonly hidden?: boolean
}

export function field(codec: Codec, more: Partial<Omit<Field, 'codec'>> = {}): Field {
  return { codec, presence: 'nonempty', ...more }
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true
  if (Array.isArray(value)) return value.length === 0
  return false
}

/** A map with known attributes, printed in the order of the table; `x-` keys are kept. */
export function struct(fields: Readonly<Record<string, Codec | Field>>): Codec {
  const table = Object.entries(fields).map(([name, entry]) => [name, 'codec' in entry ? entry : field(entry)] as const)
  const byName = new Map(table)
  return {
    decode: (value, path, problem) => {
      if (!isTree(value)) return {}
      const result: Record<string, unknown> = {}
      for (const [name, member] of Object.entries(value)) {
        const known = byName.get(name)
        if (known === undefined) {
          if (name.startsWith('x-')) result[name] = member
          continue
        }
        if (member === null && known.codec !== command) continue
        const decoded = known.codec.decode(member, [...path, name], problem)
        if (decoded !== undefined) result[name] = decoded
      }
      return result
    },
    encode: (value, options) => {
      const given = value as Readonly<Record<string, unknown>>
      const tree = newTree()
      for (const [name, entry] of table) encodeField(tree, name, given[name], entry, options)
      if (options.format === 'yaml') copyExtensions(given, tree, options)
      return tree
    },
  }
}

function encodeField(tree: TreeBuilder, name: string, member: unknown, entry: Field, options: EncodeOptions): void {
  if (entry.hidden === true) return
  const shownAs = options.format === 'json' ? (entry.jsonName ?? name) : name
  if (isAbsent(member, entry)) {
    if (options.format === 'json' && entry.jsonDefault !== undefined) tree[shownAs] = entry.jsonDefault
    return
  }
  const encoded = entry.codec.encode(member, options)
  if (entry.presence === 'given' || !isEmptyUserMap(encoded, entry.codec)) tree[shownAs] = encoded
}

function isAbsent(member: unknown, { codec, presence }: Field): boolean {
  if (member === undefined || (member === null && codec === command)) return true
  return presence === 'nonempty' && codec !== command && isEmpty(member)
}

/** Alphabetical in JSON, natural in YAML. */
export function sortedKeys(map: object, { format }: EncodeOptions): readonly string[] {
  return Object.keys(map).sort(format === 'yaml' ? compareKeys : undefined)
}

/** What no codec knows about: all its maps with sorted keys. */
export function sortDeep(value: Value, options: EncodeOptions): Value {
  if (isList(value)) return value.map((item) => sortDeep(item, options))
  if (!isTree(value)) return value
  const tree = newTree()
  for (const key of sortedKeys(value, options)) tree[key] = sortDeep(value[key] ?? null, options)
  return tree
}

function copyExtensions(from: Readonly<Record<string, unknown>>, to: TreeBuilder, options: EncodeOptions): void {
  const names = sortedKeys(from, options).filter((name) => name.startsWith('x-'))
  for (const name of names) to[name] = sortDeep(from[name] as Value, options)
}

/** Maps with the user's keys are left out when empty; attribute maps are printed as `{}`. */
const userMaps: ReadonlySet<Codec> = new Set([textMap, nullableTextMap])

function isEmptyUserMap(value: Value, codec: Codec): boolean {
  return userMaps.has(codec) && isTree(value) && Object.keys(value).length === 0
}
