import type { Scalar } from '../tree.ts'

/*
 * Typing of plain (unquoted) YAML scalars as compose's own parser does it: YAML 1.2 words with some 1.1 numbers
 * (010 is octal, 1_000 is a thousand), `yes` and `on` are strings, dates are refused later.
 */

const words: ReadonlyMap<string, Scalar> = new Map<string, Scalar>([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, Infinity] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, -Infinity] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, NaN] as const),
])

const integer = /^[-+]?(?:0[bB][01]+|0[oO]?[0-7]+|0[xX][0-9a-fA-F]+|[1-9][0-9]*|0)$/
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/
const timestamp = /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:$|[Tt \t]+[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2})/

/** A value YAML gives a type compose has no use for. */
export function isTimestamp(text: string): boolean {
  return timestamp.test(text)
}

/** Type and value of a plain scalar. Integers beyond 2^53 stay text, so that no digit is lost. */
export function resolvePlainScalar(text: string): Scalar {
  const word = words.get(text)
  if (word !== undefined) return word
  const first = text.charCodeAt(0)
  // Numbers begin with a digit, a sign or a point.
  if (!((first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46)) return text
  const digits = text.includes('_') ? text.replaceAll('_', '') : text
  if (integer.test(digits)) return parseInteger(digits)
  if (float.test(digits)) return typedFloat(Number(digits))
  return text
}

function parseInteger(digits: string): Scalar {
  const negative = digits.startsWith('-')
  const unsigned = /^[-+]/.test(digits) ? digits.slice(1) : digits
  const value = /^0[0-7]+$/.test(unsigned) ? Number.parseInt(unsigned, 8) : Number(unsigned.replace(/^0O/, '0o'))
  if (!Number.isSafeInteger(value)) return digits
  return negative && value !== 0 ? -value : value
}

/** Large floats are text at once: as text they are `1e+06`, which a number could not tell from the integer. */
function typedFloat(value: number): Scalar {
  return Math.abs(value) >= 1e6 ? formatExponent(value) : value
}

function formatExponent(value: number): string {
  return value.toExponential().replace(/e([-+])(\d)$/, 'e$10$2')
}

/** A scalar as text where compose asks for strings: `1e+20`, `+Inf`, `true`. */
export function scalarToString(value: Scalar): string {
  if (value === null) return ''
  return typeof value === 'number' ? formatNumber(value) : String(value)
}

/** Numbers as compose prints them: an exponent of two digits at least for what is very small. */
export function formatNumber(value: number): string {
  if (value === Infinity) return '+Inf'
  if (value === -Infinity) return '-Inf'
  if (Number.isNaN(value)) return 'NaN'
  return value !== 0 && Math.abs(value) < 1e-4 ? formatExponent(value) : String(value)
}
