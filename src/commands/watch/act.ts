import { hasCode, TscomposeError } from '../../base/errors.ts'
import { serviceOf } from '../../converge/labels.ts'
import type { ContainerSummary, SyncParams, SyncResult } from '../../engine/api.ts'
import type { Hook, Project } from '../../project/model.ts'
import { isSync, planActions, type ServiceRule, type SyncPair, targetOf } from '../../watch/rules.ts'
import { pathsOf } from '../../watch/walk.ts'
import { restart } from '../lifecycle.ts'
import { callContext, findContainers } from '../scope.ts'
import { up } from '../up.ts'
import type { BatchOutcome } from './history.ts'
import { type Replica, started, type WatchRun, type WatchScope } from './run.ts'

/**
 * Does what a batch of changes asks for: rebuild, sync, restart, exec. A step's failure is reported and does not keep
 * the next from being done. What was synced just `before` went into containers that a rebuild replaces: it goes into
 * the new ones as well.
 */
export async function actOn(run: WatchRun, paths: readonly string[], before: readonly string[] = []): Promise<BatchOutcome> {
  const { rebuild, restart: restarts, exec, ...planned } = planActions(paths, run.rules)
  const sync = rebuild.length === 0 ? planned.sync : planActions([...new Set([...before, ...paths])], run.rules).sync
  const done: string[] = []
  const failures: string[] = []
  const step = async (name: string, work: () => Promise<void>): Promise<void> => {
    done.push(name)
    try {
      await work()
    } catch (error) {
      if (run.scope.signal.aborted || hasCode(error, 'CONNECTION_LOST')) throw error
      failures.push(error instanceof Error ? error.message : String(error))
      run.options.fail(error)
    }
  }
  if (rebuild.length > 0) await step(`rebuild ${rebuild.join(', ')}`, () => rebuildServices(run, rebuild))
  for (const { service, paths: pairs } of sync) {
    await step(`sync ${service} (${pairs.length})`, async () => {
      run.tellSync(service, pairs.length)
      await syncService(run, service, pairs)
    })
  }
  if (restarts.length > 0) await step(`restart ${restarts.join(', ')}`, () => restartServices(run, restarts))
  for (const { service, hook } of exec) await step(`exec ${service}`, () => execHook(run, { service, hook }))
  return { actions: done, failures }
}

/** Copies of a service that follow within this time of the last line are told of in one. */
const togetherMs = 250

/** Tells at once that files of a service are copied; of a burst's batches it makes a line now and then. */
export function createSyncReport(report: (line: string) => void): WatchRun['tellSync'] {
  const since = new Map<string, number>()
  const tell = (service: string): void => {
    const files = since.get(service) ?? 0
    if (files === 0) {
      since.delete(service)
      return
    }
    report(`Syncing service ${service} after ${files} changes were detected`)
    since.set(service, 0)
    setTimeout(tell, togetherMs, service).unref()
  }
  return (service, files) => {
    const known = since.get(service)
    since.set(service, (known ?? 0) + files)
    if (known === undefined) tell(service)
  }
}

async function rebuildServices(run: WatchRun, services: readonly string[]): Promise<void> {
  const { scope, options } = run
  options.report(`Rebuilding service(s) ${services.join(', ')} after changes were detected...`)
  const before = await containersOf(scope, services)
  const images = { ...options.rules.images, build: true, now: Date.now(), settled: new Set<string>() }
  const rules = { ...options.rules, services, recreate: 'force' as const, images }
  await up({ ...scope, project: onlyBuilding(scope.project, services) }, { rules, ...started(options) })
  options.report(`service(s) ${services.join(', ')} successfully built`)
  if (options.prune) await removeDangling(scope, new Set(before.map(({ imageId }) => imageId)))
  await initialSync(run)
}

async function restartServices({ scope, options }: WatchRun, services: readonly string[], only?: ReadonlySet<string>): Promise<void> {
  await restart(scope, { services, ...(only === undefined ? {} : { only }) })
  options.report(`service(s) ${services.join(', ')} restarted`)
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

/** Deletes the images the rebuilt services ran before, where no name and no container is left to them. */
async function removeDangling(scope: WatchScope, ids: ReadonlySet<string>): Promise<void> {
  for (const id of ids) {
    try {
      const { tags, containers } = await scope.engine.images.inspect({ image: id }, callContext(scope))
      if (tags.length === 0 && containers.length === 0) await scope.engine.images.remove({ image: id }, callContext(scope))
    } catch (error) {
      // Gone already, or taken by somebody since.
      if (!(error instanceof TscomposeError) || (error.kind !== 'not-found' && error.kind !== 'conflict')) throw error
    }
  }
}

async function containersOf(scope: WatchScope, services: readonly string[]): Promise<readonly ContainerSummary[]> {
  return (await findContainers(scope)).filter((container) => services.includes(serviceOf(container)))
}

/** Brings files into every container of a service, whatever it does at the moment. */
async function syncService({ scope, replicas }: WatchRun, service: string, paths: readonly SyncPair[]): Promise<void> {
  // Those of the last time get the files while it is looked whether they are still the ones.
  const known = replicas.get(service) ?? []
  const early = Promise.allSettled(known.map((replica) => syncTo(scope, replica, { paths })))
  const current = await containersOf(scope, [service])
  replicas.set(
    service,
    current.map(({ id, name }) => ({ id, name })),
  )
  const done = new Map((await early).map((result, index) => [known[index]?.id, result]))
  const results = await Promise.all(
    current.map((container) => {
      const result = done.get(container.id)
      if (result === undefined) return syncTo(scope, container, { paths })
      if (result.status === 'rejected') throw result.reason
      return result.value
    }),
  )
  requireSynced(results)
}

type ReplicaResult = SyncResult & Replica

async function syncTo(scope: WatchScope, { id, name }: Replica, params: Omit<SyncParams, 'container'>): Promise<ReplicaResult> {
  return { id, name, ...(await scope.engine.containers.sync({ container: id, ...params }, callContext(scope))) }
}

function requireSynced(results: readonly ReplicaResult[]): void {
  const failed = results.flatMap(({ name, failures }) => failures.map(({ target, message }) => `${name}:${target}: ${message}`))
  if (failed.length === 0) return
  const shown = failed.slice(0, 5).join('; ')
  throw new TscomposeError('conflict', 'SYNC_FAILED', `cannot sync ${failed.length} file(s): ${shown}`)
}

/** Whether a service has rules with `initial_sync`. */
export function asksForInitialSync({ rules }: WatchRun, service: string): boolean {
  return rules.some((each) => each.service === service && isInitial(each))
}

function isInitial({ rule }: ServiceRule): boolean {
  return rule.initial_sync === true && isSync(rule)
}

/**
 * Brings what differs into the containers (absent: all) that have not had it yet and whose rules ask for it, and restarts
 * them or runs in them what goes with that.
 */
export async function initialSync(run: WatchRun, ids?: ReadonlySet<string>): Promise<void> {
  const services = [...new Set(run.rules.filter(isInitial).map(({ service }) => service))]
  if (services.length === 0) return
  const found = (await containersOf(run.scope, services)).filter(({ id }) => !run.filled.has(id) && (ids?.has(id) ?? true))
  for (const [service, containers] of Map.groupBy(found, serviceOf)) await fillContainers(run, service, containers)
}

async function fillContainers(run: WatchRun, service: string, containers: readonly ContainerSummary[]): Promise<void> {
  const { scope, options } = run
  const restarts = new Set<string>()
  for (const each of run.rules.filter((other) => other.service === service && isInitial(other))) {
    const { rule } = each
    const paths = pathsOf(each).map((source) => ({ source, target: targetOf(rule, source) }))
    const results = await Promise.all(containers.map((container) => syncTo(scope, container, { paths, compare: true })))
    requireSynced(results)
    const changed = results.filter(({ written, removed }) => written + removed > 0)
    if (changed.length === 0) continue
    const written = changed.reduce((sum, result) => sum + result.written + result.removed, 0)
    options.report(`Syncing service ${service}: ${written} of ${paths.length} files differed`)
    const ids = new Set(changed.map(({ id }) => id))
    if (rule.action === 'sync+restart') for (const id of ids) restarts.add(id)
    if (rule.action === 'sync+exec' && rule.exec !== undefined) await execHook(run, { service, hook: rule.exec, ids })
  }
  if (restarts.size > 0) await restartServices(run, [service], restarts)
  for (const { id } of containers) run.filled.add(id)
}

interface ExecRule {
  readonly service: string
  readonly hook: Hook
  /** Absent: every replica. */
  readonly ids?: ReadonlySet<string>
}

/** Runs a rule's command in running replicas; what it prints goes to our own streams. */
async function execHook({ scope, options }: WatchRun, { service, hook, ids }: ExecRule): Promise<void> {
  const running = (await containersOf(scope, [service])).filter(({ id, state }) => state.status === 'running' && (ids?.has(id) ?? true))
  const process = {
    args: hook.command ?? [],
    ...(hook.user === undefined ? {} : { user: hook.user }),
    ...(hook.working_dir === undefined ? {} : { workingDir: hook.working_dir }),
    ...(hook.privileged === undefined ? {} : { privileged: hook.privileged }),
    ...(hook.environment === undefined ? {} : { env: definedOnly(hook.environment) }),
  }
  const failed: string[] = []
  for (const { id, name } of running) {
    const stdio = { pid: options.pid, stdout: 1, stderr: 2 }
    const { exitCode } = await scope.engine.containers.exec({ container: id, process, stdio }, callContext(scope))
    if (exitCode !== 0) failed.push(`${name}: exit code ${exitCode}`)
  }
  if (failed.length === 0) return
  throw new TscomposeError('conflict', 'WATCH_EXEC_FAILED', `${(hook.command ?? []).join(' ')} failed (${failed.join(', ')})`)
}

function definedOnly(env: NonNullable<Hook['environment']>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}
