import { resolvePlainScalar } from './load/scalar.ts'
import { isList, isTree, type Value } from './tree.ts'

/*
 * YAML as docker compose prints it, so that a `config` of both can be compared as text: block style, two spaces, keys
 * in natural order, quotes only where they are needed. Much quicker than a general printer, and needs no parser.
 */

/** A tree as a YAML document. The keys of the top level and of structs are ordered by whoever made the tree. */
export function printYaml(value: Value): string {
  const lines: string[] = []
  if (isTree(value) && Object.keys(value).length > 0) printMap(value, '', '', lines)
  else if (isList(value) && value.length > 0) printList(value, '', '', lines)
  else return `${printInline(value, '')}\n`
  return `${lines.join('\n')}\n`
}

/** `first` stands before the first line instead of `indent`: `- ` of the list item the map is in. */
function printMap(map: Readonly<Record<string, Value>>, indent: string, first: string, lines: string[]): void {
  let before = first === '' ? indent : first
  for (const key of Object.keys(map)) {
    printMember(`${before}${printKey(key)}:`, map[key] ?? null, indent, lines)
    before = indent
  }
}

function printMember(head: string, value: Value, indent: string, lines: string[]): void {
  const inner = `${indent}  `
  if (isTree(value) && Object.keys(value).length > 0) {
    lines.push(head)
    printMap(value, inner, '', lines)
  } else if (isList(value) && value.length > 0) {
    lines.push(head)
    printList(value, inner, '', lines)
  } else lines.push(`${head} ${printInline(value, inner)}`)
}

function printList(list: readonly Value[], indent: string, first: string, lines: string[]): void {
  const inner = `${indent}  `
  let before = first === '' ? indent : first
  for (const item of list) {
    if (isTree(item) && Object.keys(item).length > 0) printMap(item, inner, `${before}- `, lines)
    else if (isList(item) && item.length > 0) printList(item, inner, `${before}- `, lines)
    else lines.push(`${before}- ${printInline(item, inner)}`)
    before = indent
  }
}

function printInline(value: Value, indent: string): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return printText(value, indent)
  if (typeof value === 'number') return printNumber(value)
  if (typeof value === 'boolean') return String(value)
  return isList(value) ? '[]' : '{}'
}

function printNumber(value: number): string {
  if (Number.isNaN(value)) return '.nan'
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf'
  return String(value).replace(/e([-+])(\d)$/, 'e$10$2')
}

function printKey(key: string): string {
  const style = styleOf(key)
  return style === 'literal' ? doubleQuoted(key) : quoted(key, style)
}

function printText(text: string, indent: string): string {
  const style = styleOf(text)
  return style === 'literal' ? literal(text, indent) : quoted(text, style)
}

type Style = 'plain' | 'single' | 'double' | 'literal'

function quoted(text: string, style: Style): string {
  if (style === 'plain') return text
  return style === 'single' ? `'${text.replaceAll("'", "''")}'` : doubleQuoted(text)
}

/** Text of these characters alone, beginning with a letter, needs no more looking at than whether it is a word of YAML. */
const simple = /^[A-Za-z/][\w./@$-]*$/
/** Words of YAML 1.1 other readers take for booleans. */
const oldBooleans: ReadonlySet<string> = new Set([
  'y',
  'Y',
  'yes',
  'Yes',
  'YES',
  'on',
  'On',
  'ON',
  'n',
  'N',
  'no',
  'No',
  'NO',
  'off',
  'Off',
  'OFF',
])
const base60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/
const timestamp = /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:$|[Tt \t])/
/** A big whole number is text in our trees, but not in YAML. */
const number = /^[-+]?(?:0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|\.?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?)$/

const startsIndicator = /^(?:[#,[\]{}&*!|>'"%@`]|[?:-](?:[ \t\n]|$)|---|\.\.\.)/
const holdsIndicator = /:(?:[ \t\n]|$)|[ \t\n]#/
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to find
const special = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\ufeff\ud800-\udfff\ufffe\uffff]/
const hasLone = /\p{Surrogate}/u

function styleOf(text: string): Style {
  if (simple.test(text)) return isTyped(text) ? 'double' : 'plain'
  const unprintable = hasSpecial(text)
  if (text.includes('\n')) return unprintable || / \n| $/.test(text) ? 'double' : 'literal'
  if (isTyped(text) || unprintable) return 'double'
  if (/^ | $/.test(text) || startsIndicator.test(text) || holdsIndicator.test(text)) return 'single'
  return 'plain'
}

function hasSpecial(text: string): boolean {
  if (!special.test(text)) return false
  // Surrogates in pairs are ordinary characters.
  return special.test(text.replace(/[\ud800-\udbff][\udc00-\udfff]/g, '')) || hasLone.test(text)
}

function isTyped(text: string): boolean {
  if (typeof resolvePlainScalar(text) !== 'string' || oldBooleans.has(text) || text === '<<') return true
  return base60.test(text) || timestamp.test(text) || number.test(text)
}

const escapes: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\u0007': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\u001b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\u0085': '\\N',
}

function doubleQuoted(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to escape
  const escaped = text.replace(/[\u0000-\u001f"\\\u007f-\u009f\ufeff\ufffe\uffff]/g, (char) => {
    const code = char.charCodeAt(0)
    return escapes[char] ?? (code < 256 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`)
  })
  return `"${escaped}"`
}

const hex = (code: number, width: number): string => code.toString(16).toUpperCase().padStart(width, '0')

function literal(text: string, indent: string): string {
  const hint = /^[ \n]/.test(text) ? '2' : ''
  const chomp = text.endsWith('\n') ? (/(?:^|\n)\n$/.test(text) ? '+' : '') : '-'
  const body = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n').map((line) => (line === '' ? '' : `${indent}${line}`))
  return `|${hint}${chomp}\n${body.join('\n')}`
}

const isDigit = (char: string | undefined): boolean => char !== undefined && char >= '0' && char <= '9'
const isLetter = (char: string | undefined): boolean => char !== undefined && /\p{L}/u.test(char)

/** Natural order of keys, as the printed YAML has it: s2 before s10, and what is no letter before letters. */
export function compareKeys(a: string, b: string): number {
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  if (at === a.length || at === b.length) return a.length - b.length
  const [left, right] = [a[at] ?? '', b[at] ?? '']
  const [leftLetter, rightLetter] = [isLetter(left), isLetter(right)]
  if (leftLetter && rightLetter) return left < right ? -1 : 1
  if (leftLetter || rightLetter) return leftLetter === isDigit(a[at - 1]) ? -1 : 1
  return compareNumbers(a, b, at) || (left < right ? -1 : 1)
}

function compareNumbers(a: string, b: string, at: number): number {
  const digits = (text: string): string => /^[0-9]*/.exec(text.slice(at))?.[0] ?? ''
  const [left, right] = [digits(a), digits(b)]
  // After a digit that is no zero, a zero is a part of the number.
  let start = at
  while (start > 0 && isDigit(a[start - 1])) start--
  const weight = (a[at] === '0' || b[at] === '0') && /[1-9]/.test(a.slice(start, at)) ? '1' : ''
  return Number(weight + left || '0') - Number(weight + right || '0') || left.length - right.length
}
