import { type ErrorKind, type SourcePosition, TscomposeError } from '../../../base/errors.ts'

/** A Dockerfile as read: its name for messages, and its lines without line ends. */
export interface DockerfileSource {
  /** The path as people know it, or `dockerfile_inline`. */
  readonly name: string
  readonly lines: readonly string[]
}

export function createSource(name: string, text: string): DockerfileSource {
  return { name, lines: text.replace(/^\uFEFF/, '').split(/\r?\n/) }
}

/** Where a piece of a logical line stands in the file; line and column count from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** An error about a place in a Dockerfile: position for tools, and the line itself in the message for people. */
export function dockerfileError(
  source: DockerfileSource,
  place: Place,
  problem: {
    readonly code?: string
    readonly kind?: ErrorKind
    readonly message: string
    readonly hint?: string
    readonly cause?: unknown
  },
): TscomposeError {
  const position: SourcePosition = { file: source.name, line: place.line, column: place.column }
  const text = source.lines[place.line - 1]
  const frame = text === undefined ? '' : `\n${String(place.line).padStart(5)} | ${text.trimEnd()}`
  return new TscomposeError(problem.kind ?? 'invalid', problem.code ?? 'DOCKERFILE_INVALID', `${problem.message}${frame}`, {
    position,
    ...(problem.hint === undefined ? {} : { hint: problem.hint }),
    ...(problem.cause === undefined ? {} : { cause: problem.cause }),
  })
}

/** The candidate nearest to a misspelt word, or undefined when none is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
  const best = ranked[0]
  return best !== undefined && best.distance <= Math.max(1, Math.floor(best.candidate.length / 3)) ? best.candidate : undefined
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, change))
    }
    row = next
  }
  return row[b.length] ?? 0
}
