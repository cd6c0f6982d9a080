import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { HealthProbe, HealthStatus } from '../../api.ts'
import type { Health } from '../entry.ts'

/*
 * Health outlives the engine, not the container's run: it lies in the run directory and names the process it is about.
 */

const statuses: readonly HealthStatus[] = ['starting', 'healthy', 'unhealthy']

interface ProcessName {
  readonly pid: number
  readonly startTime: number
}

/** Keeps what is known of a process. A failure to write costs no more than the memory of it. */
export function saveHealth(path: string, { pid, startTime }: ProcessName, health: Readonly<Health>): void {
  try {
    writeFileSync(`${path}.new`, JSON.stringify({ pid, startTime, health }), { mode: 0o600 })
    renameSync(`${path}.new`, path)
  } catch {
    // The run directory goes when the container ends.
  }
}

/** What was kept of this very process; undefined where there is nothing that can be used. */
export function loadHealth(path: string, { pid, startTime }: ProcessName): Health | undefined {
  try {
    const saved = JSON.parse(readFileSync(path, 'utf8')) as Partial<ProcessName> & { readonly health?: Partial<Health> }
    const { status, failingStreak, log } = saved.health ?? {}
    if (saved.pid !== pid || saved.startTime !== startTime) return undefined
    const known = statuses.find((each) => each === status)
    if (known === undefined || !Number.isInteger(failingStreak) || !Array.isArray(log)) return undefined
    return { status: known, failingStreak: failingStreak ?? 0, log: log.filter(isProbe) }
  } catch {
    return undefined
  }
}

function isProbe(value: unknown): value is HealthProbe {
  const { start, end, exitCode, output } = (value ?? {}) as Partial<Record<keyof HealthProbe, unknown>>
  return typeof start === 'number' && typeof end === 'number' && typeof exitCode === 'number' && typeof output === 'string'
}
