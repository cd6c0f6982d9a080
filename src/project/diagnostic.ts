import { TscomposeError } from '../base/errors.ts'
import { type Origin, positionAt } from './source-map.ts'

export type Severity = 'error' | 'warning'

/** One thing that is wrong, or worth saying, about the files. Plain data, ready for an editor. */
export interface Diagnostic {
  readonly severity: Severity
  /** Stable: UNKNOWN_KEY, BAD_TYPE, UNDEFINED_NETWORK … */
  readonly code: string
  readonly message: string
  readonly hint?: string
  /** `services.web.ports[0]` */
  readonly path?: string
  readonly file?: string
  /** From 1; length in characters of what the caret underlines. */
  readonly line?: number
  readonly column?: number
  readonly length?: number
  /** The line of the file the position is in, or the part of a very long line that begins at `excerptColumn`. */
  readonly excerpt?: string
  readonly excerptColumn?: number
}

export interface DiagnosticDetails {
  readonly hint?: string | undefined
  readonly path?: string | undefined
  readonly origin?: Origin | undefined
  /** Underline the key, not the value. */
  readonly atKey?: boolean
  readonly severity?: Severity
}

export function createDiagnostic(code: string, message: string, details: DiagnosticDetails = {}): Diagnostic {
  return {
    severity: details.severity ?? 'error',
    code,
    message,
    ...(details.hint === undefined ? {} : { hint: details.hint }),
    ...(details.path === undefined || details.path === '' ? {} : { path: details.path }),
    ...(details.origin === undefined ? {} : place(details.origin, details.atKey === true)),
  }
}

function place(origin: Origin, atKey: boolean): Partial<Diagnostic> {
  const { text } = origin.file
  const offset = atKey ? origin.key : origin.value
  const { file, line, column } = positionAt(origin.file, offset)
  const start = offset - column + 1
  const newline = text.indexOf('\n', start)
  const lineEnd = newline === -1 ? text.length : newline
  const end = atKey ? offset + keyLength(text.slice(offset, offset + 200)) : origin.end
  const length = Math.max(1, Math.min(end, lineEnd, offset + excerptWidth) - offset)
  // Of a very long line only the part around the position is shown.
  const from = lineEnd - start > excerptWidth && column > excerptWidth ? offset - 40 : start
  const excerpt = text.slice(from, Math.min(lineEnd, from + excerptWidth)).replace(/\r$/, '')
  return {
    file,
    line,
    column,
    length: Math.min(length, Math.max(1, from + excerpt.length - offset)),
    excerpt,
    ...(from === start ? {} : { excerptColumn: from - start + 1 }),
  }
}

const excerptWidth = 160

function keyLength(text: string): number {
  return /^(?:"[^"]*"|'[^']*'|[^:\s]+)/.exec(text)?.[0].length ?? 1
}

/** What loading throws: every error of the phase that failed, with positions. */
export class ProjectError extends TscomposeError {
  readonly diagnostics: readonly Diagnostic[]

  constructor(diagnostics: readonly Diagnostic[]) {
    const errors = diagnostics.filter(({ severity }) => severity === 'error')
    const first = errors[0]
    const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
    super('invalid', 'COMPOSE_INVALID', `${first?.message ?? 'the compose file is not valid'}${more}`, {
      ...(first?.hint === undefined ? {} : { hint: first.hint }),
      ...(first?.file === undefined ? {} : { position: { file: first.file, line: first.line ?? 1, column: first.column ?? 1 } }),
    })
    this.diagnostics = diagnostics
  }
}

export function isProjectError(error: unknown): error is ProjectError {
  return error instanceof ProjectError
}

export interface FormatOptions {
  readonly color?: boolean
}

/** Several lines: position and message, the source line with a caret, the hint. */
export function formatDiagnostic(diagnostic: Diagnostic, options: FormatOptions = {}): string {
  const paint = (code: string, text: string): string => (options.color === true ? `\u001b[${code}m${text}\u001b[0m` : text)
  const { severity, file, line, column } = diagnostic
  const where = file === undefined ? '' : `${paint('1', `${file}:${line}:${column}`)}: `
  const lines = [`${where}${paint(severity === 'error' ? '31' : '33', `${severity}:`)} ${diagnostic.message}`]
  if (diagnostic.excerpt !== undefined && line !== undefined && column !== undefined) {
    const gutter = String(line)
    const caret = '^'.repeat(diagnostic.length ?? 1)
    // Tabs of the source line stay tabs, so that the caret stands under its text.
    const indent = diagnostic.excerpt.slice(0, column - (diagnostic.excerptColumn ?? 1)).replace(/[^\t]/g, ' ')
    lines.push(`  ${paint('2', `${gutter} |`)} ${diagnostic.excerpt}`)
    lines.push(`  ${paint('2', `${' '.repeat(gutter.length)} |`)} ${indent}${paint(severity === 'error' ? '31' : '33', caret)}`)
  }
  if (diagnostic.hint !== undefined) lines.push(`  ${paint('36', 'hint:')} ${diagnostic.hint}`)
  return lines.join('\n')
}

/** The nearest of the known names, where one is near enough to be meant. */
export function didYouMean(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase(), bestDistance)
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

/** Damerau-Levenshtein (adjacent swaps count one), cut off at `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let value = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) value = Math.min(value, (before[j - 2] ?? 0) + 1)
      row.push(value)
    }
    before = previous
    previous = row
  }
  return previous[b.length] ?? limit
}
