import { createDiagnostic, type Diagnostic, ProjectError } from '../diagnostic.ts'
import { locate, type Origin, type SourceMap } from '../source-map.ts'
import { formatPath, type Path, type Value } from '../tree.ts'

/** What the phases share: where values come from, and where what is wrong goes. */
export interface LoadContext {
  readonly sources: SourceMap
  /** Everything said so far, warnings and errors. */
  readonly diagnostics: readonly Diagnostic[]
  report(diagnostic: Diagnostic): void
  /** Ends the load if a phase found errors: all of them are thrown together. */
  stopOnErrors(): void
}

export function createLoadContext(sources: SourceMap): LoadContext {
  const diagnostics: Diagnostic[] = []
  return {
    sources,
    diagnostics,
    report: (diagnostic) => {
      diagnostics.push(diagnostic)
    },
    stopOnErrors: () => {
      if (diagnostics.some(({ severity }) => severity === 'error')) throw new ProjectError([...diagnostics])
    },
  }
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
