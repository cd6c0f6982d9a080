import { TscomposeError } from '../base/errors.ts'

/** Pictures of the places an error speaks of, with carets, where it is about the user's compose files; otherwise undefined. */
export async function describeDiagnostics(error: unknown, options: { readonly color: boolean }): Promise<string | undefined> {
  if (!(error instanceof TscomposeError) || error.code !== 'COMPOSE_INVALID') return undefined
  const { formatDiagnostic, isProjectError } = await import('../project/diagnostic.ts')
  if (!isProjectError(error)) return undefined
  return `${error.diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, options)).join('\n')}\n`
}
