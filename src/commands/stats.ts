import type { ContainerStats, ContainerSummary } from '../engine/api.ts'
import { callContext, findContainers, type Scope } from './scope.ts'

export interface StatsRow {
  readonly container: ContainerSummary
  readonly stats: ContainerStats
  /** Share of one CPU used between the two measurements, in percent (200 is two full CPUs). */
  readonly cpuPercent: number
}

export interface StatsOptions {
  /** Containers that do not run as well, with nothing used. */
  readonly all?: boolean
  readonly services?: readonly string[]
  /** Time between the two measurements a share is worked out from. */
  readonly intervalMs: number
  readonly pause: (milliseconds: number) => Promise<void>
}

const nothingUsed: ContainerStats = {
  ...{ time: 0, cpuNanos: 0, systemCpuNanos: 0, onlineCpus: 0, memoryUsage: 0, memoryLimit: 0, pids: 0 },
  ...{ networkRx: 0, networkTx: 0, blockRead: 0, blockWrite: 0 },
}

/** Measures every running container twice and gives the difference. */
export async function stats(scope: Scope, { services, all = false, intervalMs, pause }: StatsOptions): Promise<readonly StatsRow[]> {
  const containers = await findContainers(scope, { oneOff: 'include', ...(services === undefined ? {} : { services }) })
  const running = containers.filter(({ state }) => state.status === 'running')
  const before = await measure(scope, running)
  if (running.length > 0) await pause(intervalMs)
  const after = await measure(scope, running)
  const rows = running.flatMap((container, index) => {
    const [first, second] = [before[index], after[index]]
    return first === undefined || second === undefined ? [] : [{ container, stats: second, cpuPercent: cpuPercent(first, second) }]
  })
  const idle = all ? containers.filter((container) => !running.includes(container)) : []
  return [...rows, ...idle.map((container) => ({ container, stats: nothingUsed, cpuPercent: 0 }))]
}

function measure(scope: Scope, containers: readonly ContainerSummary[]): Promise<readonly ContainerStats[]> {
  return Promise.all(containers.map(({ id }) => scope.engine.containers.stats({ container: id }, callContext(scope))))
}

function cpuPercent(before: ContainerStats, after: ContainerStats): number {
  const elapsedNanos = (after.time - before.time) * 1e6
  return elapsedNanos <= 0 ? 0 : ((after.cpuNanos - before.cpuNanos) / elapsedNanos) * 100
}
