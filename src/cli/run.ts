import { createInvocation, type InvocationContext } from './context.ts'
import { createInterrupts } from './interrupts.ts'
import { type ParsedCommand, parseCommandLine } from './program.ts'
import { createTerminal, type Terminal } from './terminal.ts'
import type { Invocation } from './verb.ts'
import { verbTable } from './verb-table.ts'

/** Runs one command line (without node and script) and ends the process with its exit code. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  const terminal = createTerminal()
  endOnClosedPipe()
  if (argv.includes('--version') || argv.includes('-v')) argv = versionVerb(argv)
  const { interrupts, signal } = createInterrupts({ signals: process, exit: (code) => process.exit(code) })
  let context: InvocationContext | undefined
  let code: number
  let failure: unknown
  try {
    const parsed = await parseCommandLine(argv, { table: verbTable, env: terminal.env, print: terminal.stdout.write })
    if (parsed !== undefined) context = createInvocation(parsed, { terminal, interrupts, signal })
    code = (context === undefined ? undefined : await runVerb(parsed, context.invocation)) ?? 0
    context?.close()
  } catch (error) {
    failure = error
    context?.close()
    code = await reportFailure(error, { terminal, argv, interrupted: interrupts.interrupted })
  }
  if (failure === undefined && interrupts.interrupted && code === 0) code = 130
  exit(code)
}

function runVerb(parsed: ParsedCommand | undefined, invocation: Invocation): Promise<number | undefined> | undefined {
  if (parsed?.verb.unplanned !== true || !invocation.root.dryRun) return parsed?.verb.run(invocation)
  invocation.terminal.stderr.write(` DRY-RUN MODE -  ${parsed.name} ${invocation.args.join(' ')}\n`)
  return undefined
}

/** `-v` before any verb is the version verb; after one it belongs to the verb (`down -v`). */
function versionVerb(argv: readonly string[]): readonly string[] {
  const first = argv[0]
  return first === '--version' || first === '-v' ? ['version'] : argv
}

interface FailureContext {
  readonly terminal: Terminal
  readonly argv: readonly string[]
  readonly interrupted: boolean
}

async function reportFailure(error: unknown, { terminal, argv, interrupted }: FailureContext): Promise<number> {
  const { exitCodeOf, flattenError, renderError } = await import('./render-error.ts')
  const { describeDiagnostics } = await import('./diagnostics.ts')
  const color = terminal.stderr.isTty && !terminal.env.NO_COLOR
  const diagnostics = await describeDiagnostics(error, { color })
  // The flags may be what is wrong, so they are looked for by eye.
  const json = argv.some((arg, index) => arg === '--progress=json' || (arg === '--progress' && argv[index + 1] === 'json'))
  terminal.stderr.write(renderError(flattenError(error), { color, json, ...(diagnostics === undefined ? {} : { diagnostics }) }))
  return exitCodeOf(error, interrupted)
}

/** `tscompose ps | head -1`: whoever read our output has enough, which is no failure. */
function endOnClosedPipe(): void {
  process.once('uncaughtException', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' && error.syscall === 'write') process.exit(0)
    process.stderr.write(`${error.stack ?? error.message}\n`)
    process.exit(1)
  })
}

function exit(code: number): void {
  process.exitCode = code
  // Waiting for the event loop to run dry costs milliseconds; only unwritten output is worth waiting for.
  if (process.stdout.writableLength === 0 && process.stderr.writableLength === 0) process.exit(code)
}
