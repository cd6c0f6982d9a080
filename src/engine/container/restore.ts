import { closeSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { isFrozen, removeGroup } from '../../sys/cgroup/group.ts'
import { isSameProcess, onExit, pidfdOpen } from '../../sys/pidfd.ts'
import type { ContainerDeps } from './deps.ts'
import type { Entry } from './entry.ts'
import { type ExitHooks, handleExit, processAlive, readExitFile } from './exit.ts'
import type { Lifecycle } from './lifecycle.ts'
import { containerPlaces, runtimeStateRoot } from './places.ts'
import { startsAfterBoot } from './restart-policy.ts'
import { createRun } from './start.ts'

/** Exit code of a container whose end nobody saw. */
const unknownExit = 255

/**
 * Takes up every container again after a start of the engine. Kernel truth decides: what runs is adopted, what ended
 * meanwhile gets its code and time from the monitor's file, what was half made or half removed is finished off.
 * `rebooted`: the run root was empty. Returns the ids of those that run.
 */
export async function restoreContainers(
  deps: ContainerDeps,
  { lifecycle, rebooted }: { readonly lifecycle: Lifecycle; readonly rebooted: boolean },
): Promise<readonly string[]> {
  mkdirSync(runtimeStateRoot(deps.paths), { recursive: true, mode: 0o700 })
  const entries = deps.store.load()
  const known = new Set(entries.map(({ record }) => record.id))
  const running = entries.filter((entry) => !rebooted && processAlive(entry) && monitorAlive(entry))
  for (const entry of running) adopt(deps, lifecycle, entry)
  await deps.network.restore(running.map(({ record }) => record.id))
  const rest = entries.filter((entry) => !running.includes(entry))
  await Promise.all(rest.map((entry) => settle(deps, { lifecycle, entry, rebooted })))
  await removeLeftovers(deps, known)
  return running.map(({ record }) => record.id)
}

function monitorAlive({ record }: Entry): boolean {
  const { monitor } = record.state
  return monitor !== undefined && isSameProcess(monitor.pid, monitor.startTime)
}

function adopt(deps: ContainerDeps, lifecycle: Lifecycle, entry: Entry): void {
  const { process, monitor } = entry.record.state
  if (process === undefined || monitor === undefined) return
  const { run, markStarted } = createRun(process.pid)
  markStarted()
  const frozen = isFrozen(deps.cgroups, entry.record.cgroup)
  const status = frozen ? 'paused' : 'running'
  if (entry.record.state.status !== status) deps.store.setState(entry, { status })
  lifecycle.adopt(entry, run, endOf(monitor.pid))
}

/** Resolves when a process that is not our child ends. */
async function endOf(pid: number): Promise<void> {
  try {
    const pidfd = pidfdOpen(pid)
    await onExit(pidfd)
    closeSync(pidfd)
  } catch {
    // It has ended already.
  }
}

/** A container without a live process: says how it ended, or finishes what was begun. */
async function settle(
  deps: ContainerDeps,
  { lifecycle, entry, rebooted }: { readonly lifecycle: Lifecycle; readonly entry: Entry; readonly rebooted: boolean },
): Promise<void> {
  const { state, spec, id, name } = entry.record
  try {
    if (state.status === 'removing') return await lifecycle.remove(entry, { force: true, volumes: state.removeVolumes === true })
    if (state.process !== undefined) await settleEnded(deps, { lifecycle, entry, rebooted })
    else if (state.status === 'restarting' && !rebooted) lifecycle.scheduleRestart(entry, 0)
    else if (state.status === 'running' || state.status === 'paused') deps.store.setState(entry, { status: 'exited' })
    else if (existsSync(`${runtimeStateRoot(deps.paths)}/${id}`)) await clearRuntime(deps, entry)
    if (rebooted && !entry.removed && startsAfterBoot(spec.restart, entry.record.state.stoppedByUser)) {
      deps.store.setState(entry, { status: 'restarting' })
      lifecycle.scheduleRestart(entry, 0)
    }
  } catch (error) {
    deps.warn(`container ${name}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

async function settleEnded(
  deps: ContainerDeps,
  { lifecycle, entry, rebooted }: { readonly lifecycle: Lifecycle; readonly entry: Entry; readonly rebooted: boolean },
): Promise<void> {
  const { record } = entry
  const left = processAlive(entry) && !rebooted
  const { run, markStarted } = createRun(left ? (record.state.process?.pid ?? 0) : 0)
  markStarted()
  entry.run = run
  const hooks: ExitHooks = {
    // After a reboot the policy is asked another way: it matters who stopped what before.
    onRestart: (each, delayMs) => (rebooted ? undefined : lifecycle.scheduleRestart(each, delayMs)),
    onAutoRemove: (each) => void lifecycle.remove(each, { volumes: true }),
  }
  const end = readExitFile(deps, record.id) ?? {
    exitCode: left ? 137 : unknownExit,
    finishedAt: deps.clock.now(),
    error: left ? 'the monitor of this container was killed, so the container was killed as well' : 'its end was not seen',
  }
  await handleExit(deps, { entry, run, end, hooks })
}

/** A start that was cut off: its process, if any, waits forever before the first instruction. */
async function clearRuntime(deps: ContainerDeps, entry: Entry): Promise<void> {
  await deps.runtime.destroy(entry.record.id)
  await removeGroup(deps.cgroups, entry.record.cgroup)
  await deps.network.teardown(entry.record.id)
  await deps.snapshots.unmount(entry.record.id)
}

/** Directories of containers that were never recorded, or whose removal was cut off after the record went. */
async function removeLeftovers(deps: ContainerDeps, known: ReadonlySet<string>): Promise<void> {
  // Bundles of build steps; their processes are known to the runtime, and end below.
  rmSync(`${deps.paths.runRoot}/steps`, { recursive: true, force: true })
  const ids = new Set([`${deps.paths.dataRoot}/containers`, `${deps.paths.runRoot}/containers`, runtimeStateRoot(deps.paths)].flatMap(list))
  for (const id of ids) {
    if (known.has(id) || !/^[0-9a-f]{64}$/.test(id)) continue
    if (existsSync(`${runtimeStateRoot(deps.paths)}/${id}`)) await deps.runtime.destroy(id)
    for (const name of unfinishedVolumes(deps, id)) {
      await deps.volumes.release(name, id)
      await deps.volumes.remove(name)
    }
    await deps.snapshots.remove(id)
    for (const root of [deps.paths.dataRoot, deps.paths.runRoot]) rmSync(`${root}/containers/${id}`, { recursive: true, force: true })
  }
}

/** Anonymous volumes of a creation that was cut off: nobody else can know of them. */
function unfinishedVolumes(deps: ContainerDeps, id: string): readonly string[] {
  const path = containerPlaces(deps.paths, id).unfinishedVolumes
  return existsSync(path)
    ? readFileSync(path, 'utf8')
        .split('\n')
        .filter((name) => /^[0-9a-f]{64}$/.test(name))
    : []
}

function list(directory: string): readonly string[] {
  return existsSync(directory) ? readdirSync(directory) : []
}
