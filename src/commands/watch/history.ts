import type { Batch } from '../../watch/pending.ts'
import type { ServiceRule } from '../../watch/rules.ts'

/** What a watch tells about itself. */
export interface WatchStatus {
  readonly project: string
  readonly startedAt: number
  readonly rules: readonly { readonly service: string; readonly action: string; readonly path: string; readonly target?: string }[]
  /** The last ones, newest first. */
  readonly batches: readonly BatchRecord[]
  /** Milliseconds from noticing a change to having acted on it, over the last 500 batches; 0 without any. */
  readonly latency: { readonly count: number; readonly p50: number; readonly p99: number }
}

/** What a batch came to. */
export interface BatchOutcome {
  readonly actions: readonly string[]
  readonly failures: readonly string[]
}

export interface BatchRecord extends BatchOutcome {
  readonly at: number
  readonly files: number
  readonly ms: number
}

export interface History {
  /** A model is watched from now on. */
  start(rules: readonly ServiceRule[]): void
  add(batch: Batch, outcome: BatchOutcome): void
}

const shownBatches = 20
const keptLatencies = 500

export function createHistory(project: string, onStatus: ((status: WatchStatus) => void) | undefined): History {
  const startedAt = Date.now()
  const batches: BatchRecord[] = []
  const latencies: number[] = []
  let rules: WatchStatus['rules'] = []
  const tell = throttled(() => onStatus?.({ project, startedAt, rules, batches: [...batches], latency: percentiles(latencies) }))
  return {
    start: (all) => {
      rules = all.map(({ service, rule }) => ({
        service,
        action: rule.action,
        path: rule.path,
        ...(rule.target === undefined ? {} : { target: rule.target }),
      }))
      tell()
    },
    add: ({ paths, since }, outcome) => {
      const ms = Math.round((performance.now() - since) * 10) / 10
      batches.unshift({ at: Date.now(), files: paths.length, ...outcome, ms })
      batches.length = Math.min(batches.length, shownBatches)
      latencies.push(ms)
      if (latencies.length > keptLatencies) latencies.shift()
      tell()
    },
  }
}

/** Calls at once, and what comes within a quarter of a second after that once at its end. */
function throttled(call: () => void): () => void {
  let timer: NodeJS.Timeout | undefined
  let again = false
  const run = (): void => {
    again = false
    call()
    timer = setTimeout(() => {
      timer = undefined
      if (again) run()
    }, 250)
    timer.unref()
  }
  return () => {
    if (timer === undefined) run()
    else again = true
  }
}

function percentiles(figures: readonly number[]): WatchStatus['latency'] {
  const sorted = [...figures].sort((a, b) => a - b)
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { count: sorted.length, p50: at(0.5), p99: at(0.99) }
}
