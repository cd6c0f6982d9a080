import { createDiagnostic, type Diagnostic } from './diagnostic.ts'
import type { Complaint } from './load/consistency.ts'
import { loadModel } from './load.ts'
import type { LoadOptions } from './options.ts'
import { locate } from './source-map.ts'
import { formatPath } from './tree.ts'

/** Warnings about values of a project that was loaded with these options, with the places where they are written. */
export function complain(options: LoadOptions, complaints: readonly Complaint[]): readonly Diagnostic[] {
  const { tree, sources } = loadModel(options)
  return complaints.map(({ path, code, message, hint }) =>
    createDiagnostic(code, message, { hint, path: formatPath(path), origin: locate(sources, tree, path), severity: 'warning' }),
  )
}
