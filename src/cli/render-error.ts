import { errorToData, isAbortError, TscomposeError } from '../base/errors.ts'

export interface RenderErrorOptions {
  readonly color: boolean
  /** One JSON object, as `--progress json` has it. */
  readonly json: boolean
  /** Pictures of the places in the user's files, where the error knows them; it says it all then. */
  readonly diagnostics?: string
}

/**
 * The failure as people read it: the message (with its place in the file), then the hint. Ends with a newline.
 * Only what is a bug of ours shows a stack. A cancelled command says nothing.
 */
export function renderError(error: unknown, options: RenderErrorOptions): string {
  if (isAbortError(error)) return ''
  const data = errorToData(error)
  if (options.json)
    return `${JSON.stringify({ error: true, message: data.message, code: data.code, ...(data.hint === undefined ? {} : { hint: data.hint }) })}\n`
  const paint = (code: number, text: string): string => (options.color ? `\x1b[${code}m${text}\x1b[0m` : text)
  const hint = data.hint === undefined ? '' : `${paint(36, 'hint:')} ${data.hint}\n`
  if (options.diagnostics !== undefined) return `${options.diagnostics.trimEnd()}\n`
  const place = data.position === undefined ? '' : `${data.position.file}:${data.position.line}:${data.position.column}: `
  const message = `${place}${paint(31, data.message)}\n`
  if (data.kind !== 'internal') return `${message}${hint}`
  const stack = data.stack === undefined ? '' : `${data.stack}\n`
  return `${message}${hint}${stack}this is a bug in tscompose: please report it with the lines above\n`
}

/** 130 for what was interrupted, 1 for everything else. */
export function exitCodeOf(error: unknown, interrupted: boolean): number {
  return interrupted || isAbortError(error) ? 130 : 1
}

/** An AggregateError whose members are all ours becomes the first of them with the others named; anything else stays. */
export function flattenError(error: unknown): unknown {
  if (!(error instanceof AggregateError) || error.errors.length === 0) return error
  const [first, ...others] = error.errors as unknown[]
  if (!(first instanceof TscomposeError) || others.length === 0) return first
  const rest = others.map((other) => errorToData(other).message)
  return new TscomposeError(first.kind, first.code, [first.message, ...rest].join('\n'), {
    cause: error,
    ...(first.hint === undefined ? {} : { hint: first.hint }),
  })
}
