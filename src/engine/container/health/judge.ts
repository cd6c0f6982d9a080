import type { HealthProbe, HealthStatus } from '../../api.ts'
import type { Health } from '../entry.ts'
import type { HealthPlan } from './config.ts'

const keptProbes = 5

/** Where a probe's result leaves the container. Failures during the start period do not count, one success ends that period. */
export function judge(
  before: Readonly<Health>,
  probe: HealthProbe,
  { plan, inStartPeriod }: { readonly plan: HealthPlan; readonly inStartPeriod: boolean },
): Health {
  const log = [...before.log, probe].slice(-keptProbes)
  if (probe.exitCode === 0) return { status: 'healthy', failingStreak: 0, log }
  if (inStartPeriod && before.status === 'starting') return { status: 'starting', failingStreak: 0, log }
  const failingStreak = before.failingStreak + 1
  const status: HealthStatus = failingStreak >= plan.retries ? 'unhealthy' : before.status
  return { status, failingStreak, log }
}

/** Pause before the next probe. */
export function nextProbeDelay(
  status: HealthStatus,
  { plan, inStartPeriod }: { readonly plan: HealthPlan; readonly inStartPeriod: boolean },
): number {
  return inStartPeriod && status === 'starting' ? plan.startIntervalMs : plan.intervalMs
}
