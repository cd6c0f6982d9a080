/*
 * `${VAR}` templates: parsed into parts once, then evaluated or searched for variables.
 * Names are [_a-zA-Z][_a-zA-Z0-9]*; `$$` is a dollar; operators :- - :? ? :+ + take a template of their own.
 */

export type Operator = ':-' | '-' | ':?' | '?' | ':+' | '+'

export interface Variable {
  readonly name: string
  readonly operator?: Operator
  readonly operand?: Template
}

export type Template = readonly (string | Variable)[]

export interface TemplateFailure {
  readonly reason: 'syntax' | 'required'
  readonly message: string
  /** Name of the variable that is missing. */
  readonly variable?: string
}

export type Evaluation = { readonly text: string } | { readonly failure: TemplateFailure }

export interface Environment {
  lookup(name: string): string | undefined
  /** Called for a variable that is neither set nor given a default. */
  onUnset?(name: string): void
}

const name = /[_a-zA-Z][_a-zA-Z0-9]*/y
const operators: readonly Operator[] = [':-', ':?', ':+', '-', '?', '+']
const maximumNesting = 50

/** Parses a template; undefined where it is not one (`${}`, `${1}`, an open brace). */
export function parseTemplate(text: string, nesting = 0): Template | undefined {
  if (nesting > maximumNesting) return undefined
  const parts: (string | Variable)[] = []
  let plain = ''
  let index = 0
  while (index < text.length) {
    const dollar = text.indexOf('$', index)
    if (dollar === -1) break
    plain += text.slice(index, dollar)
    const next = text[dollar + 1]
    if (next === '$') {
      plain += '$'
      index = dollar + 2
      continue
    }
    const read = next === '{' ? readBraced(text, dollar + 2, nesting) : readNamed(text, dollar + 1)
    if (read === undefined) {
      if (next === '{') return undefined
      // A dollar that begins no variable is a dollar.
      plain += '$'
      index = dollar + 1
      continue
    }
    if (plain !== '') parts.push(plain)
    plain = ''
    parts.push(read.variable)
    index = read.end
  }
  plain += text.slice(index)
  if (plain !== '') parts.push(plain)
  return parts
}

interface ReadVariable {
  readonly variable: Variable
  readonly end: number
}

function readNamed(text: string, start: number): ReadVariable | undefined {
  const found = matchName(text, start)
  return found === undefined ? undefined : { variable: { name: found }, end: start + found.length }
}

function readBraced(text: string, start: number, nesting: number): ReadVariable | undefined {
  const found = matchName(text, start)
  if (found === undefined) return undefined
  const after = start + found.length
  if (text[after] === '}') return { variable: { name: found }, end: after + 1 }
  const operator = operators.find((candidate) => text.startsWith(candidate, after))
  if (operator === undefined) return undefined
  const close = closingBrace(text, after + operator.length)
  if (close === -1) return undefined
  const operand = parseTemplate(text.slice(after + operator.length, close), nesting + 1)
  return operand === undefined ? undefined : { variable: { name: found, operator, operand }, end: close + 1 }
}

function matchName(text: string, start: number): string | undefined {
  name.lastIndex = start
  return name.exec(text)?.[0]
}

/** The brace that closes; only `${` opens another one, a bare `{` is text. */
function closingBrace(text: string, start: number): number {
  let depth = 1
  for (let index = start; index < text.length; index++) {
    if (text[index] === '}' && --depth === 0) return index
    if (text[index] === '$' && text[index + 1] === '{') depth++
  }
  return -1
}

/** Replaces every variable. Never throws: what is wrong is the result. */
export function substitute(text: string, environment: Environment): Evaluation {
  if (!text.includes('$')) return { text }
  const template = parseTemplate(text)
  if (template === undefined) {
    return { failure: { reason: 'syntax', message: 'You may need to escape any $ with another $' } }
  }
  return evaluate(template, environment)
}

function evaluate(template: Template, environment: Environment): Evaluation {
  let text = ''
  for (const part of template) {
    if (typeof part === 'string') {
      text += part
      continue
    }
    const value = evaluateVariable(part, environment)
    if ('failure' in value) return value
    text += value.text
  }
  return { text }
}

function evaluateVariable({ name: variable, operator, operand = [] }: Variable, environment: Environment): Evaluation {
  const value = environment.lookup(variable)
  if (operator === undefined) {
    if (value === undefined) environment.onUnset?.(variable)
    return { text: value ?? '' }
  }
  const present = value !== undefined && !(operator.startsWith(':') && value === '')
  // A required variable inside an operand is required even where the operand is not used, as in docker compose.
  const other = evaluate(operand, present === operator.endsWith('+') ? environment : { lookup: environment.lookup })
  if ('failure' in other) return other
  if (operator.endsWith('+')) return present ? other : { text: '' }
  if (present) return { text: value }
  if (operator.endsWith('-')) return other
  const why = other.text === '' ? '' : `: ${other.text}`
  return { failure: { reason: 'required', variable, message: `required variable ${variable} is missing a value${why}` } }
}

/** A variable as `config --variables` lists it. */
export interface VariableUse {
  readonly name: string
  readonly required: boolean
  readonly defaultValue: string
  readonly alternateValue: string
}

/** Every variable of a template, nested ones included. */
export function variablesOf(template: Template): readonly VariableUse[] {
  return template.flatMap((part) => {
    if (typeof part === 'string') return []
    const text = sourceOf(part.operand ?? [])
    const use: VariableUse = {
      name: part.name,
      required: part.operator?.endsWith('?') === true,
      defaultValue: part.operator?.endsWith('-') === true ? text : '',
      alternateValue: part.operator?.endsWith('+') === true ? text : '',
    }
    return [use, ...variablesOf(part.operand ?? [])]
  })
}

function sourceOf(template: Template): string {
  return template
    .map((part) =>
      typeof part === 'string' ? part.replaceAll('$', '$$$$') : `\${${part.name}${part.operator ?? ''}${sourceOf(part.operand ?? [])}}`,
    )
    .join('')
}
