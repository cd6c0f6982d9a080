import { closeSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { hasErrno, TscomposeError } from '../base/errors.ts'
import { serviceOf } from '../converge/labels.ts'
import type { UpRules } from '../converge/reconcile/options.ts'
import type { ContainerSummary } from '../engine/api.ts'
import type { Project } from '../project/model.ts'
import { planActions, type SyncAction, type WatchActions, watchRules } from '../watch/rules.ts'
import { watchChanges } from '../watch/watcher.ts'
import { restart } from './lifecycle.ts'
import { callContext, findContainers, type Scope } from './scope.ts'
import { up } from './up.ts'

export interface WatchOptions {
  /** Named services; absent: all that have rules. */
  readonly services?: readonly string[]
  /** The rules of an ordinary `up`, for rebuilds. */
  readonly rules: UpRules
  /** This process, whose files are handed to the containers. */
  readonly pid: number
  readonly quietMs: number
  readonly report: (line: string) => void
}

/** Keeps containers in step with the files they are made from until the signal aborts. A failure is reported and the watch goes on. */
export async function watch(
  scope: Scope & { readonly project: Project; readonly signal: AbortSignal },
  options: WatchOptions,
): Promise<void> {
  const chosen = Object.values(scope.project.services).filter(({ name }) => options.services?.includes(name) ?? true)
  const rules = watchRules(chosen)
  if (rules.length === 0) {
    throw new TscomposeError('invalid', 'NOTHING_TO_WATCH', 'none of the selected services is configured for watch', {
      hint: 'add `develop.watch` rules to a service',
    })
  }
  options.report('Watch enabled')
  for await (const batch of watchChanges({ rules, quietMs: options.quietMs, signal: scope.signal })) {
    try {
      await act(scope, planActions(batch, rules), options)
    } catch (error) {
      if (scope.signal.aborted) return
      options.report(error instanceof Error ? error.message : String(error))
    }
  }
}

async function act(scope: Scope & { readonly project: Project }, actions: WatchActions, options: WatchOptions): Promise<void> {
  const { report } = options
  if (actions.rebuild.length > 0) {
    report(`Rebuilding service(s) ${actions.rebuild.join(', ')} after changes were detected...`)
    const rules = { ...options.rules, services: actions.rebuild, images: { ...options.rules.images, build: true, now: Date.now() } }
    await up({ ...scope, project: onlyBuilding(scope.project, actions.rebuild) }, { rules })
    report(`service(s) ${actions.rebuild.join(', ')} successfully built`)
  }
  const containers = actions.sync.length + actions.exec.length > 0 ? await findContainers(scope) : []
  const running = containers.filter(({ state }) => state.status === 'running')
  for (const service of new Set(actions.sync.map((action) => action.service))) {
    const own = actions.sync.filter((action) => action.service === service)
    report(`Syncing service ${service} after ${own.length} changes were detected`)
    await syncAll(scope, own, { containers: running, pid: options.pid })
  }
  if (actions.restart.length > 0) {
    await restart(scope, { services: actions.restart })
    report(`service(s) ${actions.restart.join(', ')} restarted`)
  }
  for (const { service, hook } of actions.exec) {
    for (const { id } of running.filter((container) => serviceOf(container) === service)) {
      const process = { args: hook.command ?? [], ...(hook.user === undefined ? {} : { user: hook.user }) }
      const stdio = { pid: options.pid, stdout: 1, stderr: 2 }
      const { exitCode } = await scope.engine.containers.exec({ container: id, process, stdio }, callContext(scope))
      if (exitCode !== 0) report(`${service}: ${(hook.command ?? []).join(' ')} exited with code ${exitCode}`)
    }
  }
}

/** Only the services to rebuild have a build: the others stay as they are. */
function onlyBuilding(project: Project, names: readonly string[]): Project {
  const services = Object.entries(project.services).map(([name, service]) => {
    if (names.includes(name)) return [name, service] as const
    const { build: _build, ...rest } = service
    // A built image without a name keeps the name its build gave it.
    return [name, { ...rest, image: rest.image ?? `${project.name}-${name}` }] as const
  })
  return { ...project, services: Object.fromEntries(services) }
}

interface SyncPlace {
  readonly containers: readonly ContainerSummary[]
  readonly pid: number
}

async function syncAll(scope: Scope, actions: readonly SyncAction[], { containers, pid }: SyncPlace): Promise<void> {
  for (const action of actions) {
    const own = containers.filter((container) => serviceOf(container) === action.service)
    await Promise.all(own.map(({ id }) => syncOne(scope, action, { id, pid })))
  }
}

/** Writes inside the container, by its own shell: no link in there can lead the write to the host. */
async function syncOne(scope: Scope, action: SyncAction, { id, pid }: { readonly id: string; readonly pid: number }): Promise<void> {
  const { kind, source, target } = action
  const run = (script: string, stdin?: number): Promise<{ readonly exitCode: number }> => {
    const process = { args: ['sh', '-c', script, 'sh', target, dirname(target)], user: '0' }
    return scope.engine.containers.exec(
      { container: id, process, stdio: { pid, ...(stdin === undefined ? {} : { stdin }), stderr: 2 } },
      callContext(scope),
    )
  }
  let exitCode = 0
  if (kind === 'removed') ({ exitCode } = await run('rm -rf -- "$1"'))
  else if (kind === 'directory') ({ exitCode } = await run('mkdir -p -- "$1"'))
  else {
    const file = openQuietly(source)
    if (file === undefined) return
    try {
      ;({ exitCode } = await run('mkdir -p -- "$2" && cat > "$1"', file))
    } finally {
      closeSync(file)
    }
  }
  if (exitCode !== 0) throw new TscomposeError('conflict', 'SYNC_FAILED', `cannot sync ${source} to ${action.service}:${target}`)
}

/** Undefined where the file is gone again: the change that says so comes next. */
function openQuietly(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined
    throw error
  }
}
