import type { RestartPolicy } from '../api.ts'

const firstDelayMs = 100
const longestDelayMs = 60_000
const healthyRunMs = 10_000

export interface EndedRun {
  readonly exitCode: number
  readonly ranMs: number
  /** Somebody asked for the stop. */
  readonly stoppedByUser: boolean
  /** Restarts by the policy so far, since the last start by hand. */
  readonly restartCount: number
  /** Delay before this run; 0 for the first. */
  readonly previousDelayMs: number
}

/** Whether and when a container that ended starts again; undefined: not at all. */
export function nextRestart(policy: RestartPolicy | undefined, run: EndedRun): { readonly delayMs: number } | undefined {
  if (run.stoppedByUser || !policyApplies(policy, run)) return undefined
  if (run.previousDelayMs === 0 || run.ranMs >= healthyRunMs) return { delayMs: firstDelayMs }
  return { delayMs: Math.min(run.previousDelayMs * 2, longestDelayMs) }
}

function policyApplies(policy: RestartPolicy | undefined, run: EndedRun): boolean {
  switch (policy?.name) {
    case 'always':
    case 'unless-stopped':
      return true
    case 'on-failure': {
      const limit = policy.maximumRetries ?? 0
      return run.exitCode !== 0 && (limit <= 0 || run.restartCount < limit)
    }
    case 'no':
    case undefined:
      return false
  }
}

/** After the host came up anew: `always` starts whatever happened before, `unless-stopped` what nobody had stopped. */
export function startsAfterBoot(policy: RestartPolicy | undefined, stoppedByUser: boolean): boolean {
  if (policy?.name === 'always') return true
  return policy?.name === 'unless-stopped' && !stoppedByUser
}
