import { callContext, findContainers } from '../../commands/scope.ts'
import type { WatchOptions } from '../../commands/watch/run.ts'
import { watch } from '../../commands/watch/watch.ts'
import { endBackgroundWatch, publishWatch, withdrawWatch } from '../../daemon/watch-registry.ts'
import type { Complaint } from '../../project/load/consistency.ts'
import type { Invocation } from '../verb.ts'
import { services } from './flags.ts'
import { fetching, loadOptions, loadWithFiles, type ProjectScope } from './scope.ts'

export interface WatchSessionOptions extends Pick<WatchOptions, 'rules' | 'prune' | 'onStarted'> {
  readonly bringUp?: WatchOptions['bringUp']
  /** Without the output of builds. */
  readonly quiet: boolean
  /** Nobody looks on: it ends with the project. */
  readonly background: boolean
  readonly signal: AbortSignal
}

/** Watches until the signal aborts, and tells `watch --status` about it. */
export async function watchSession(invocation: Invocation, scope: ProjectScope, options: WatchSessionOptions): Promise<void> {
  const { args, terminal, reporter } = invocation
  const { background, quiet, bringUp, onStarted, prune, rules } = options
  const ending = new AbortController()
  const signal = AbortSignal.any([options.signal, ending.signal])
  const say = (line: string): void => {
    reporter().pause()
    terminal.stderr.write(` ⦿ ${line}\n`)
  }
  await endBackgroundWatch(scope.projectName)
  const { files } = await loadWithFiles(invocation, { services: args })
  const watchScope = { ...scope, ...(quiet ? { sink: () => {} } : {}), signal }
  if (background) void endWithProject(watchScope, () => ending.abort())
  try {
    await watch(watchScope, {
      ...services(args),
      rules,
      prune,
      pid: terminal.pid,
      files,
      reload: () => loadWithFiles(invocation, { services: args }),
      reconnect: () => invocation.connect(),
      report: say,
      complain: (complaints) => void showComplaints(invocation, complaints, say),
      fail: (error) => void showFailure(invocation, error),
      onStatus: (status) => publishWatch(scope.projectName, { background, status }),
      ...(bringUp === undefined ? {} : { bringUp }),
      ...(onStarted === undefined ? {} : { onStarted }),
    })
  } catch (error) {
    // However it noticed: the end was asked for.
    if (!signal.aborted) throw error
  } finally {
    withdrawWatch(scope.projectName)
  }
}

/** A failure as the command line shows it at its end, without the end. */
async function showFailure({ terminal, reporter }: Invocation, error: unknown): Promise<void> {
  const { flattenError, renderError } = await import('../render-error.ts')
  const { describeDiagnostics } = await import('../diagnostics.ts')
  const color = terminal.stderr.isTty && !terminal.env.NO_COLOR
  const diagnostics = await describeDiagnostics(error, { color })
  reporter().pause()
  const text = renderError(flattenError(error), { color, json: false, ...(diagnostics === undefined ? {} : { diagnostics }) })
  terminal.stderr.write(` ⦿ ${text}`)
}

async function showComplaints(invocation: Invocation, complaints: readonly Complaint[], say: (line: string) => void): Promise<void> {
  const { terminal, args } = invocation
  const { complain } = await import('../../project/complain.ts')
  const { formatDiagnostic } = await import('../../project/diagnostic.ts')
  try {
    const diagnostics = await fetching(invocation, await loadOptions(invocation, { services: args }), (options) =>
      complain(options, complaints),
    )
    const color = terminal.stderr.isTty && !terminal.env.NO_COLOR
    for (const diagnostic of diagnostics) say(formatDiagnostic(diagnostic, { color }))
  } catch {
    // The files have changed since, and are wrong now: they are about to be loaded again, which says so.
    for (const { message } of complaints) say(message)
  }
}

/** A recreation may leave a project without containers for a moment. */
const goneAfterMs = 3000

async function endWithProject(scope: ProjectScope & { readonly signal: AbortSignal }, end: () => void): Promise<void> {
  const isGone = async (): Promise<boolean> => (await findContainers(scope)).length === 0
  try {
    for await (const { action } of scope.engine.events({ project: scope.projectName, types: ['container'] }, callContext(scope))) {
      if (action !== 'destroy' || !(await isGone())) continue
      await new Promise((resolve) => setTimeout(resolve, goneAfterMs))
      if (await isGone()) return end()
    }
    end()
  } catch {
    // The engine is gone, or the watch itself is ending.
    end()
  }
}
