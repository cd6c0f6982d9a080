import { formatPath } from '../tree.ts'
import { type Environment, substitute } from './template.ts'

/*
 * The `.env` grammar: `KEY=value`, `KEY: value`, `export KEY=value`, a bare `KEY` (taken from the environment),
 * comments, single quotes (literal), double quotes (escapes and variables), values over several lines in quotes.
 */

export interface DotenvEntry {
  readonly key: string
  /** Undefined: the bare form, where the environment has no such variable. */
  readonly value: string | undefined
  readonly line: number
}

export interface DotenvFailure {
  readonly message: string
  readonly line: number
}

export type DotenvResult = { readonly entries: readonly DotenvEntry[] } | { readonly failure: DotenvFailure }

export type Lookup = (name: string) => string | undefined

interface Cursor {
  readonly text: string
  position: number
}

/** Parses a `.env` file. `lookup` answers for variables before the earlier lines of the file do; `onUnset` hears of those nobody knows. */
export function parseDotenv(source: string, lookup: Lookup, onUnset?: (name: string) => void): DotenvResult {
  const text = source.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n')
  const cursor: Cursor = { text, position: 0 }
  const entries: DotenvEntry[] = []
  const known = new Map<string, string>()
  const scope: Environment = { lookup: (name) => lookup(name) ?? known.get(name), ...(onUnset === undefined ? {} : { onUnset }) }
  for (;;) {
    skipBlank(cursor)
    if (cursor.position >= text.length) return { entries }
    const line = lineOf(cursor)
    const key = readKey(cursor)
    if ('failure' in key) return { failure: { message: key.failure, line } }
    if (key.bare) {
      const value = lookup(key.name)
      if (value !== undefined) known.set(key.name, value)
      entries.push({ key: key.name, value, line })
      continue
    }
    const value = readValue(cursor, scope)
    if ('failure' in value) return { failure: { message: value.failure, line } }
    known.set(key.name, value.text)
    entries.push({ key: key.name, value: value.text, line })
  }
}

/** The `raw` format: each line is `KEY=value` as it stands, quotes and all; nothing is expanded. */
export function parseRawEnv(source: string, lookup: Lookup): DotenvResult {
  const entries: DotenvEntry[] = []
  const lines = source.replace(/^\uFEFF/, '').split('\n')
  for (const [index, whole] of lines.entries()) {
    const line = whole.replace(/\r$/, '').replace(/^[ \t]+/, '')
    if (line === '' || line.startsWith('#')) continue
    const equals = line.indexOf('=')
    const key = equals === -1 ? line : line.slice(0, equals)
    if (key === '' || /\s/.test(key)) {
      return {
        failure: { message: key === '' ? `no variable name on line '${line}'` : `variable '${key}' contains whitespaces`, line: index + 1 },
      }
    }
    entries.push({ key, value: equals === -1 ? lookup(key) : line.slice(equals + 1), line: index + 1 })
  }
  return { entries }
}

function lineOf({ text, position }: Cursor): number {
  return text.slice(0, position).split('\n').length
}

function skipBlank(cursor: Cursor): void {
  const blank = /(?:\s+|#[^\n]*)*/y
  blank.lastIndex = cursor.position
  cursor.position += blank.exec(cursor.text)?.[0].length ?? 0
}

function readKey(cursor: Cursor): { readonly name: string; readonly bare: boolean } | { readonly failure: string } {
  const exported = /export[^\S\n]+/y
  exported.lastIndex = cursor.position
  cursor.position += exported.exec(cursor.text)?.[0].length ?? 0
  const newline = cursor.text.indexOf('\n', cursor.position)
  const line = cursor.text.slice(cursor.position, newline === -1 ? undefined : newline)
  const end = line.search(/[=:]/)
  const written = end === -1 ? line.replace(/[^\S\n]#.*$/, '') : line.slice(0, end)
  const name = written.trim()
  const bad = /[^\p{L}\p{N}_.[\]\s-]/u.exec(written)?.[0]
  if (bad !== undefined) return { failure: `unexpected character ${JSON.stringify(bad)} in variable name near ${JSON.stringify(line)}` }
  if (name === '') return { failure: 'a value without a variable name' }
  if (/\s/.test(name)) return { failure: `variable name ${JSON.stringify(name)} cannot contain a space` }
  cursor.position += end === -1 ? line.length : end + 1
  return { name, bare: end === -1 }
}

function readValue(cursor: Cursor, scope: Environment): { readonly text: string } | { readonly failure: string } {
  const space = /[^\S\n]*/y
  space.lastIndex = cursor.position
  cursor.position += space.exec(cursor.text)?.[0].length ?? 0
  const quote = cursor.text[cursor.position]
  if (quote === '"' || quote === "'") return readQuoted(cursor, quote, scope)
  const newline = cursor.text.indexOf('\n', cursor.position)
  const end = newline === -1 ? cursor.text.length : newline
  const line = cursor.text.slice(cursor.position, end)
  cursor.position = end
  return expand(line.replace(/\s#.*$/, '').trimEnd(), scope)
}

function readQuoted(cursor: Cursor, quote: string, scope: Environment): { readonly text: string } | { readonly failure: string } {
  const { text } = cursor
  const start = cursor.position + 1
  for (let index = start; index < text.length; index++) {
    if (text[index] === '\\' && quote === '"') {
      index++
      continue
    }
    if (text[index] === quote && !(quote === "'" && text[index - 1] === '\\')) {
      const inner = text.slice(start, index)
      cursor.position = index + 1
      const rest = /[^\n]*/y
      rest.lastIndex = cursor.position
      const after = rest.exec(text)?.[0] ?? ''
      if (/^\s*(?:#.*)?$/.test(after)) cursor.position += after.length
      return quote === '"' ? expand(expandEscapes(inner), scope) : { text: inner }
    }
  }
  const newline = text.indexOf('\n', start)
  return { failure: `unterminated quoted value ${text.slice(start - 1, newline === -1 ? undefined : newline)}` }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\\': '\\', '"': '"' }

/** `\$` stays a dollar: it becomes `$$`, which the template reads as one. */
function expandEscapes(text: string): string {
  return text.replace(/\\(.)/gs, (whole, char: string) => (char === '$' ? '$$' : (escapes[char] ?? whole)))
}

function expand(text: string, scope: Environment): { readonly text: string } | { readonly failure: string } {
  const result = substitute(text.replaceAll('\\$', '$$$$'), scope)
  if ('text' in result) return result
  const { reason, message } = result.failure
  return { failure: reason === 'syntax' ? `invalid template: ${JSON.stringify(text)}` : message }
}

/** `line 3: …` for messages about a file. */
export function formatDotenvFailure(path: string, { message, line }: DotenvFailure): string {
  return `failed to read ${formatPath([path])}: line ${line}: ${message}`
}
