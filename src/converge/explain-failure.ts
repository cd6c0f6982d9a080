import { hasCode, TscomposeError } from '../base/errors.ts'
import type { CallContext, ContainerDetails, ContainerRef, Engine } from '../engine/api.ts'
import type { PlanNode } from './plan.ts'

const shownProbes = 3
const shownLines = 10

export interface FailedWait {
  readonly engine: Engine
  readonly container: ContainerRef
  readonly node: PlanNode
  readonly context: CallContext
}

/**
 * A wait that failed, with what people look up next: the last probe outputs of an unhealthy container, signal or memory
 * limit and the last log lines of one that ended. Any other error, and one that cannot be explained, comes back as it is.
 */
export async function explainFailure(error: unknown, { engine, container, node, context }: FailedWait): Promise<unknown> {
  if (!(error instanceof TscomposeError) || !(hasCode(error, 'DEPENDENCY_FAILED') || hasCode(error, 'AWAIT_TIMEOUT'))) return error
  try {
    const details = await engine.containers.inspect(container, context)
    const lines = [
      headline(error, node),
      ...(node.cause.includes(' depends on ') ? [`  ${node.cause}`] : []),
      ...endLines(details),
      ...probeLines(details),
      ...(await logLines(engine, details, context)),
    ]
    return new TscomposeError(error.kind, error.code, lines.join('\n'), {
      ...(error.target === undefined ? {} : { target: error.target }),
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error,
    })
  } catch {
    // It may be gone already; what is known is said.
    return error
  }
}

function headline({ code, message }: TscomposeError, { cause, op, target }: PlanNode): string {
  if (code === 'AWAIT_TIMEOUT' && op.kind === 'container.await' && op.timeoutMs !== undefined) {
    return `container ${target.name} was not ${op.until} within ${op.timeoutMs / 1000} s`
  }
  const job = op.kind === 'container.await' && op.until === 'completed'
  return code === 'DEPENDENCY_FAILED' && cause.includes(' depends on ') && !job ? `dependency failed to start: ${message}` : message
}

const signals: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  13: 'SIGPIPE',
  15: 'SIGTERM',
}

/** What an exit code says beyond its number. */
function endLines({ state, spec }: ContainerDetails): readonly string[] {
  if (state.status === 'running' || state.status === 'paused' || state.status === 'created') return []
  if (state.oomKilled) {
    const limit = spec.resources?.memory
    return [`  it was killed for want of memory${limit === undefined ? '' : ` (its limit is ${Math.round(limit / 1024 / 1024)} MiB)`}`]
  }
  const signal = state.exitCode > 128 ? signals[state.exitCode - 128] : undefined
  return signal === undefined ? [] : [`  exit code ${state.exitCode} is ${signal}`]
}

function probeLines({ state, healthLog, failingStreak }: ContainerDetails): readonly string[] {
  const failed = healthLog.filter(({ exitCode }) => exitCode !== 0).slice(-shownProbes)
  if (state.health === 'healthy' || failed.length === 0) return []
  return [
    `  its health check failed ${failingStreak} ${failingStreak === 1 ? 'time' : 'times'} in a row:`,
    ...failed.map(({ exitCode, output }) => `    exit code ${exitCode}${said(output)}`),
  ]
}

function said(output: string): string {
  const lines = output.trim().split('\n')
  // The beginning says what failed, the end how it went on.
  const shown = lines.length <= shownProbes ? lines : [lines[0], '…', ...lines.slice(1 - shownProbes)]
  const text = shown.join('\n      ')
  return text === '' ? '' : `: ${text}`
}

async function logLines(engine: Engine, { id, name }: ContainerDetails, context: CallContext): Promise<readonly string[]> {
  const lines: string[] = []
  for await (const entries of engine.containers.logs({ container: id, tail: shownLines }, context)) {
    lines.push(...entries.map(({ text }) => `    ${text}`))
  }
  return lines.length === 0 ? [`  ${name} printed nothing`] : [`  the last lines of ${name}:`, ...lines.slice(-shownLines)]
}
