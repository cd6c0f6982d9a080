import { createDiagnostic, type Diagnostic, ProjectError } from '../diagnostic.ts'
import { locate, type Origin, type SourceMap } from '../source-map.ts'
import { formatPath, type Path, type Value } from '../tree.ts'

/** What the phases share: where values come from, and where what is wrong goes. */
export interface LoadContext {
  readonly sources: SourceMap
  /** Variables stay as written (`config --no-interpolate`): what they become part of cannot be taken apart. */
  readonly keepsVariables: boolean
  /** Everything said so far, warnings and errors. */
  readonly diagnostics: readonly Diagnostic[]
  report(diagnostic: Diagnostic): void
  /**
   * Begins another phase. The load goes on after errors, so that all of them are told at once; but what an earlier phase
   * found wrong with an attribute makes later complaints about it, or about its service as a whole, guesses: dropped.
   */
  nextPhase(): void
  /** Errors so far. */
  readonly errors: number
  /** Ends the load if there were errors: all of them are thrown together. */
  stopOnErrors(): void
}

export function createLoadContext(
  sources: SourceMap,
  { keepsVariables = false }: Partial<Pick<LoadContext, 'keepsVariables'>> = {},
): LoadContext {
  const diagnostics: Diagnostic[] = []
  const damaged = new Map<string, number>()
  let phase = 0
  let errors = 0
  const isGuess = ({ path = '' }: Diagnostic): boolean => {
    const attribute = attributeOf(path)
    const guess = [...damaged].some(([other, since]) => since < phase && (isWithin(attribute, other) || isWithin(other, attribute)))
    if (!guess && path !== '' && !damaged.has(attribute)) damaged.set(attribute, phase)
    return guess
  }
  return {
    sources,
    keepsVariables,
    diagnostics,
    get errors() {
      return errors
    },
    report: (diagnostic) => {
      if (diagnostic.severity === 'error') {
        errors++
        if (isGuess(diagnostic)) return
      }
      diagnostics.push(diagnostic)
    },
    nextPhase: () => {
      phase++
    },
    stopOnErrors: () => {
      if (errors > 0) throw new ProjectError(inFileOrder(diagnostics))
    },
  }
}

/** As one reads the files, the first one complained about first. */
function inFileOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const files = [...new Set(diagnostics.map(({ file }) => file))]
  const rank = ({ file, line = 0, column = 0 }: Diagnostic): readonly number[] => [files.indexOf(file), line, column]
  return diagnostics.toSorted((a, b) => {
    const [left, right] = [rank(a), rank(b)]
    return left.map((part, index) => part - (right[index] ?? 0)).find((difference) => difference !== 0) ?? 0
  })
}

/** `services.web.ports` of `services.web.ports[0].target`. */
function attributeOf(path: string): string {
  return path.split(/[.[]/, 3).join('.')
}

function isWithin(path: string, other: string): boolean {
  return path === other || path.startsWith(`${other}.`)
}

/** What is said about one value of a tree. */
export interface Finding {
  readonly root: Value
  readonly path: Path
  readonly code: string
  readonly message: string
  readonly hint?: string | undefined
  readonly atKey?: boolean
  readonly severity?: 'error' | 'warning'
  readonly origin?: Origin | undefined
}

/** Reports a finding with the position of the value, or of the nearest value around it. */
export function reportAt(context: LoadContext, finding: Finding): void {
  const { root, path, code, message, hint, atKey = false, severity = 'error' } = finding
  const origin = finding.origin ?? locate(context.sources, root, path)
  context.report(createDiagnostic(code, message, { hint, path: formatPath(path), origin, atKey, severity }))
}
