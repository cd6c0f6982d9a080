import { TscomposeError } from '../base/errors.ts'
import { serviceOf } from '../converge/labels.ts'
import type { LogEntry } from '../engine/api.ts'
import type { Project } from '../project/model.ts'
import { down } from './down.ts'
import { logSources, mergedLogs } from './logs.ts'
import { callContext, findContainers, type Scope } from './scope.ts'
import { type UpOptions, up } from './up.ts'

export interface TestOptions {
  /** Services that are the tests; all others are what they test. */
  readonly jobs: readonly string[]
  readonly up: UpOptions
  /** Leave everything there afterwards. */
  readonly keep: boolean
  /** Called with each line of the jobs as they end. */
  readonly onOutput?: (line: { readonly name: string; readonly entry: LogEntry }) => void
}

export interface JobResult {
  readonly service: string
  readonly exitCode: number
  readonly seconds: number
  /** What it printed, in order. */
  readonly output: readonly string[]
  /** Set where it could not even be started. */
  readonly failure?: string
}

export interface TestResult {
  readonly jobs: readonly JobResult[]
  /** The last lines of the services that were tested, by service; only of a run that failed. */
  readonly logs: Readonly<Record<string, readonly string[]>>
}

const shownLines = 200

/** Brings the project up, waits for its test services to end, collects what was printed and takes everything down. */
export async function test(scope: Scope & { readonly project: Project }, options: TestOptions): Promise<TestResult> {
  for (const name of options.jobs) {
    if (Object.hasOwn(scope.project.services, name)) continue
    throw new TscomposeError('not-found', 'NO_SUCH_SERVICE', `no such service: ${name}`, {
      hint: `the project has: ${Object.keys(scope.project.services).join(', ')}`,
    })
  }
  const began = Date.now()
  try {
    let failure: unknown
    try {
      await up(scope, options.up)
    } catch (error) {
      scope.signal?.throwIfAborted()
      failure = error
    }
    const jobs = await Promise.all(options.jobs.map((service) => finish(scope, service, { began, failure, options })))
    const failed = jobs.some(({ exitCode }) => exitCode !== 0)
    return { jobs, logs: failed ? await otherLogs(scope, options.jobs) : {} }
  } finally {
    // What was made for the test goes even where it was interrupted.
    const { signal: _signal, ...unsignalled } = scope
    if (!options.keep) await down(unsignalled, { removeOrphans: true, volumes: true, timeoutMs: 2000 })
  }
}

interface Finish {
  readonly began: number
  readonly failure: unknown
  readonly options: TestOptions
}

async function finish(scope: Scope, service: string, { began, failure, options }: Finish): Promise<JobResult> {
  const [container] = await findContainers(scope, { services: [service] })
  const failed = (text: string): JobResult => ({ service, exitCode: 1, seconds: secondsSince(began), output: [], failure: text })
  if (container === undefined || container.state.startedAt === 0) {
    return failed(failure instanceof Error ? failure.message : `${service} was not started`)
  }
  const { exitCode } = await scope.engine.containers.await({ container: container.id, until: 'exited' }, callContext(scope))
  const output: string[] = []
  for await (const batch of mergedLogs(scope, [container], {})) {
    for (const entry of batch) {
      output.push(entry.text)
      options.onOutput?.({ name: container.name, entry })
    }
  }
  return { service, exitCode: exitCode ?? 1, seconds: secondsSince(container.state.startedAt), output }
}

const secondsSince = (time: number): number => (Date.now() - time) / 1000

async function otherLogs(scope: Scope, jobs: readonly string[]): Promise<TestResult['logs']> {
  const sources = (await logSources(scope, {})).filter((container) => !jobs.includes(serviceOf(container)))
  const logs: Record<string, string[]> = {}
  for await (const batch of mergedLogs(scope, sources, { tail: shownLines })) {
    for (const { container, text } of batch) {
      const lines = logs[serviceOf(container)] ?? []
      logs[serviceOf(container)] = lines
      lines.push(text)
    }
  }
  return logs
}
