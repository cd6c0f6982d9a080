import { TscomposeError } from '../../base/errors.ts'
import type { AwaitCondition } from '../api.ts'
import type { Entry } from './entry.ts'
import { effectiveHealthcheck } from './health/config.ts'
import type { ContainerStore } from './store.ts'

type Verdict =
  /** `ms`: look again after so long even if nothing changes. */
  | { readonly kind: 'wait'; readonly ms?: number }
  | { readonly kind: 'met'; readonly exitCode: number | null }
  | { readonly kind: 'lost'; readonly why: string }

const wait: Verdict = { kind: 'wait' }

/** A process without a health check is up when it has lived this long: most that cannot work end sooner. */
const settleMs = 500

export interface AwaitRequest {
  readonly until: AwaitCondition
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** Resolves when the condition holds. Looks again whenever the container changes, never in between. */
export function awaitContainer(store: ContainerStore, entry: Entry, request: AwaitRequest): Promise<{ readonly exitCode: number | null }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ readonly exitCode: number | null }>()
  let again: NodeJS.Timeout | undefined
  const look = (): void => {
    const verdict = judgeCondition(entry, request.until, Date.now())
    clearTimeout(again)
    if (verdict.kind === 'wait' && verdict.ms !== undefined) again = setTimeout(look, verdict.ms)
    if (verdict.kind === 'met') resolve({ exitCode: verdict.exitCode })
    if (verdict.kind === 'lost') reject(dependencyFailed(entry, verdict.why))
  }
  const stopListening = store.listen((changed) => {
    if (changed === entry) look()
  })
  const timer = request.timeoutMs === undefined ? undefined : setTimeout(() => reject(timedOut(entry, request)), request.timeoutMs)
  const onAbort = (): void => reject(request.signal?.reason)
  request.signal?.addEventListener('abort', onAbort, { once: true })
  if (request.signal?.aborted === true) onAbort()
  look()
  return promise.finally(() => {
    stopListening()
    clearTimeout(again)
    clearTimeout(timer)
    request.signal?.removeEventListener('abort', onAbort)
  })
}

/** Whether a condition holds now, may still come, or cannot any more. */
function judgeCondition(entry: Entry, until: AwaitCondition, now: number): Verdict {
  const { state } = entry.record
  if (until === 'removed') return entry.removed ? met(state.exitCode) : wait
  if (until === 'exited' || until === 'completed') return judgeEnd(entry, until)
  if (entry.removed) return lost('was removed')
  if (until === 'started' && state.startedAt > 0) return met(null)
  if (state.status === 'exited' || state.status === 'dead' || state.status === 'removing') return lost(endText(entry))
  if (until === 'started' || state.status !== 'running') return wait
  const checked = hasHealthcheck(entry)
  if (until === 'running') return met(null)
  if (until === 'running-or-healthy' && !checked) {
    const left = state.startedAt + settleMs - now
    return left > 0 ? { kind: 'wait', ms: Math.min(left, settleMs) } : met(null)
  }
  if (!checked) return lost('has no healthcheck configured')
  if (entry.health.status === 'unhealthy') return lost('is unhealthy')
  return entry.health.status === 'healthy' ? met(null) : wait
}

function judgeEnd(entry: Entry, until: 'exited' | 'completed'): Verdict {
  const { state } = entry.record
  const ended = entry.removed || state.status === 'exited' || state.status === 'dead' || state.status === 'removing'
  // The clean-up of the run belongs to its end.
  if (!ended || (entry.run !== undefined && !entry.removed)) return wait
  return until === 'exited' || state.exitCode === 0 ? met(state.exitCode) : lost(`did not complete successfully: exit ${state.exitCode}`)
}

function hasHealthcheck({ record }: Entry): boolean {
  return effectiveHealthcheck(record.imageConfig.Healthcheck, record.spec.healthcheck) !== undefined
}

function endText({ record: { state } }: Entry): string {
  return state.error === '' ? `exited (${state.exitCode})` : `exited (${state.exitCode}): ${state.error}`
}

function met(exitCode: number | null): Verdict {
  return { kind: 'met', exitCode }
}

function lost(why: string): Verdict {
  return { kind: 'lost', why }
}

function dependencyFailed({ record }: Entry, why: string): TscomposeError {
  return new TscomposeError('unavailable', 'DEPENDENCY_FAILED', `container ${record.name} ${why}`, {
    target: `container ${record.name}`,
    hint: `tscompose logs shows what it said`,
  })
}

function timedOut({ record }: Entry, { until, timeoutMs = 0 }: AwaitRequest): TscomposeError {
  return new TscomposeError('unavailable', 'AWAIT_TIMEOUT', `container ${record.name} was not ${until} within ${timeoutMs / 1000} s`, {
    target: `container ${record.name}`,
  })
}
