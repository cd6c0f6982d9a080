import { errorToData } from '../../base/errors.ts'
import type { Diagnostic } from '../../project/diagnostic.ts'
import type { Terminal } from '../terminal.ts'

/*
 * Errors and warnings for editors: with `config --format json` standard error is one JSON document, or empty where there
 * is nothing to say.
 */

/** Writes the error, with all its places in the files, as `{error, message, code, hint, diagnostics}`; returns the exit code. */
export async function failAsJson(error: unknown, terminal: Terminal): Promise<number> {
  const { isProjectError } = await import('../../project/diagnostic.ts')
  const { kind, message, code, hint } = errorToData(error)
  // What is nobody's fault but ours keeps its stack, which people must see.
  if (kind === 'internal' || kind === 'canceled') throw error
  const diagnostics = isProjectError(error) ? error.diagnostics : []
  print({ error: true, message, code, ...(hint === undefined ? {} : { hint }), diagnostics }, terminal)
  return 1
}

/** Writes warnings as `{diagnostics}`, if there are any. */
export function warnAsJson(diagnostics: readonly Diagnostic[], terminal: Terminal): void {
  if (diagnostics.length > 0) print({ diagnostics }, terminal)
}

function print(document: object, terminal: Terminal): void {
  terminal.stderr.write(`${JSON.stringify(document, null, 2)}\n`)
}
