/** What kind of failure it is: decides exit code and whether a retry can help. */
export type ErrorKind = 'invalid' | 'not-found' | 'conflict' | 'denied' | 'unavailable' | 'unsupported' | 'canceled' | 'internal'

/** A place in a file the user wrote; `line` and `column` count from 1. */
export interface SourcePosition {
  readonly file: string
  readonly line: number
  readonly column: number
}

export interface ErrorDetails {
  /** What to do next, as one sentence or a command to type. */
  readonly hint?: string
  /** What the failure is about, such as `service web` or an image reference. */
  readonly target?: string
  readonly position?: SourcePosition
  readonly cause?: unknown
}

/** The error every layer throws. `code` is stable API, `message` is for people. */
export class TscomposeError extends Error {
  readonly kind: ErrorKind
  readonly code: string
  readonly hint: string | undefined
  readonly target: string | undefined
  readonly position: SourcePosition | undefined

  constructor(kind: ErrorKind, code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'TscomposeError'
    this.kind = kind
    this.code = code
    this.hint = details.hint
    this.target = details.target
    this.position = details.position
  }
}

/** A TscomposeError as it crosses the engine's socket. */
export interface ErrorData {
  readonly kind: ErrorKind
  readonly code: string
  readonly message: string
  readonly hint?: string
  readonly target?: string
  readonly position?: SourcePosition
  /** Stack of a foreign error, kept only where `kind` is `internal`. */
  readonly stack?: string
}

/** Turns anything thrown into data. Foreign errors become `internal` and keep their stack. */
export function errorToData(error: unknown): ErrorData {
  if (error instanceof TscomposeError) {
    return {
      kind: error.kind,
      code: error.code,
      message: error.message,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      ...(error.target === undefined ? {} : { target: error.target }),
      ...(error.position === undefined ? {} : { position: error.position }),
      ...(error.kind === 'internal' && error.stack !== undefined ? { stack: error.stack } : {}),
    }
  }
  if (isAbortError(error)) return { kind: 'canceled', code: 'CANCELED', message: 'canceled' }
  const foreign = error instanceof Error ? error : new Error(String(error))
  if (hasErrno(error, 'ENOSPC') || hasErrno(error, 'EDQUOT'))
    return {
      kind: 'unavailable',
      code: 'NO_SPACE',
      message: foreign.message,
      hint: 'free some space on that disk, and run the command again',
    }
  return {
    kind: 'internal',
    code: 'INTERNAL',
    message: foreign.message,
    ...(foreign.stack === undefined ? {} : { stack: foreign.stack }),
  }
}

/** Rebuilds an error received over the socket with the class it was thrown with. */
export function errorFromData(data: ErrorData): TscomposeError {
  const { kind, code, message, stack, ...details } = data
  const error = new TscomposeError(kind, code, message, details)
  if (stack !== undefined) error.stack = stack
  return error
}

/** True for a TscomposeError with this stable code. */
export function hasCode(error: unknown, code: string): error is TscomposeError {
  return error instanceof TscomposeError && error.code === code
}

/** True for a Node system error with this errno name, such as `ENOENT`. */
export function hasErrno(error: unknown, errno: string): boolean {
  return error instanceof Error && 'code' in error && error.code === errno
}

export function isAbortError(error: unknown): boolean {
  return (error instanceof Error && error.name === 'AbortError') || (error instanceof TscomposeError && error.kind === 'canceled')
}
