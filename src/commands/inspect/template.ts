import { TscomposeError } from '../../base/errors.ts'

/*
 * The part of Go's templates that people give to docker's `--format`: `{{.A.B}}`, `{{index .A "key" 0}}`, `{{json .A}}`,
 * `{{len .A}}`, `{{range .A}}…{{else}}…{{end}}`, `{{range $key, $value := .A}}`, `{{if .A}}…{{else}}…{{end}}`.
 */

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly action: string }
  | { readonly kind: 'if' | 'range'; readonly action: string; readonly body: readonly Part[]; readonly otherwise: readonly Part[] }

/** What `.` and the variables mean at a place of the template. */
interface Scope {
  readonly dot: unknown
  readonly variables: ReadonlyMap<string, unknown>
}

/** Fills a template for one object; `json` alone is the whole object. Rejects TEMPLATE for what is not understood. */
export function fillTemplate(template: string, object: unknown): string {
  if (template === 'json') return JSON.stringify(object)
  const text = template.replaceAll(String.raw`\n`, '\n').replaceAll(String.raw`\t`, '\t')
  const pieces = text.split(/\{\{-?\s*(.*?)\s*-?\}\}/)
  const reader = { pieces, at: 0 }
  const { parts, end } = readParts(reader)
  if (end !== undefined) throw misunderstood(end)
  return render(parts, { dot: object, variables: new Map([['$', object]]) })
}

/** Odd pieces are actions. Reads up to `end` or `else`, or to the end of the template. */
function readParts(reader: { readonly pieces: readonly string[]; at: number }): { readonly parts: Part[]; readonly end?: string } {
  const parts: Part[] = []
  while (reader.at < reader.pieces.length) {
    const index = reader.at++
    const piece = reader.pieces[index] ?? ''
    if (index % 2 === 0) {
      parts.push({ kind: 'text', text: piece })
    } else if (piece === 'end' || piece === 'else') {
      return { parts, end: piece }
    } else if (/^(?:if|range)\s/.test(piece)) {
      const kind = piece.startsWith('if') ? 'if' : 'range'
      const body = readParts(reader)
      const otherwise = body.end === 'else' ? readParts(reader) : { parts: [], end: body.end }
      if (otherwise.end !== 'end') throw misunderstood(`${piece}}} without {{end`)
      parts.push({ kind, action: piece.slice(kind.length).trim(), body: body.parts, otherwise: otherwise.parts })
    } else {
      parts.push({ kind: 'value', action: piece })
    }
  }
  return { parts }
}

function render(parts: readonly Part[], scope: Scope): string {
  return parts.map((part) => renderPart(part, scope)).join('')
}

function renderPart(part: Part, scope: Scope): string {
  if (part.kind === 'text') return part.text
  if (part.kind === 'value') return asText(evaluate(part.action, scope))
  if (part.kind === 'if') return render(isTruthy(evaluate(part.action, scope)) ? part.body : part.otherwise, scope)
  const [, first, second, expression = part.action] = /^(\$\w+)(?:\s*,\s*(\$\w+))?\s*:=\s*(.+)$/.exec(part.action) ?? []
  const [keyName, valueName] = second === undefined ? [undefined, first] : [first, second]
  const entries = Object.entries(asCollection(evaluate(expression, scope)))
  if (entries.length === 0) return render(part.otherwise, scope)
  return entries
    .map(([key, value]) => {
      const variables = new Map(scope.variables)
      if (keyName !== undefined) variables.set(keyName, key)
      if (valueName !== undefined) variables.set(valueName, value)
      return render(part.body, { dot: value, variables })
    })
    .join('')
}

function evaluate(action: string, scope: Scope): unknown {
  const [, verb, rest = action] = /^(json|index|len|println|print)\s+(.+)$/.exec(action) ?? []
  const words = rest.match(/"[^"]*"|\S+/g) ?? []
  const [value, ...keys] = words.map((word) => operand(word, action, scope))
  if (verb === 'index') return keys.reduce((at: unknown, key) => lookUpKey(at, String(key)), value)
  if (keys.length > 0) throw misunderstood(action)
  if (verb === 'json') return JSON.stringify(value)
  if (verb === 'len') return typeof value === 'string' ? value.length : Object.keys(asCollection(value)).length
  return verb === 'println' ? `${asText(value)}\n` : value
}

function operand(word: string, action: string, { dot, variables }: Scope): unknown {
  if (/^"[^"]*"$/.test(word)) return word.slice(1, -1)
  if (/^\d+$/.test(word)) return Number(word)
  const [, variable, path = ''] = /^(\$\w*)?((?:\.\w*)*)$/.exec(word) ?? []
  if (word === '' || (variable === undefined && path === '')) throw misunderstood(action)
  if (variable !== undefined && !variables.has(variable)) throw misunderstood(action)
  const names = path.split('.').filter((name) => name !== '')
  return names.reduce(lookUpKey, variable === undefined ? dot : variables.get(variable))
}

function misunderstood(action: string): TscomposeError {
  return new TscomposeError('unsupported', 'TEMPLATE', `--format does not understand {{${action}}}`, {
    hint: 'use {{.Field.Field}}, {{json .Field}}, {{index .Field "key"}}, {{range .Field}}…{{end}}, or --format json with jq',
  })
}

function lookUpKey(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined
}

function asCollection(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {}
}

function isTruthy(value: unknown): boolean {
  return typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : Boolean(value)
}

function asText(value: unknown): string {
  if (value === undefined) return '<no value>'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
