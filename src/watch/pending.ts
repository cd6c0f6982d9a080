/** Changed paths, each once. What has become of them is to be seen where they are. */
export interface Batch {
  readonly paths: readonly string[]
  /** When the first of them was noticed, in milliseconds of `performance.now()`. */
  readonly since: number
}

/** Changed paths that wait until they have come to rest. */
export interface Pending {
  /** A path that waits already has changed again; false where it does not wait. */
  again(path: string): boolean
  /** A path has changed just now. Below `settledMs` it goes as soon as it rests itself, from there on with all like it. */
  record(path: string, quietMs: number): void
  /** What has come to rest; undefined when the signal aborts. */
  next(signal: AbortSignal): Promise<Batch | undefined>
  /** Everything, at rest or not. */
  take(): readonly string[]
}

interface Waiting {
  readonly first: number
  last: number
  readonly quietMs: number
}

/** Paths with such a quiet time ask for more than a copy: all of them are waited for, so that a checkout costs one rebuild. */
const settledMs = 25
/** A path is acted upon after this, though it does not come to rest. */
const longestHoldMs = 3000
/** Events fade with this half-life; more than so many that have not are a burst and no longer single saves. */
const fadeMs = 100
const burstEvents = 10
/** A silence this long may be its end. */
const silenceMs = 8
/** The part of a burst's time so far that its files are collected for a batch, and the least and the most. */
const burstShare = 1 / 16
const shortestBatchMs = 12
const longestBatchMs = 500

export function createPending(): Pending {
  const waiting = new Map<string, Waiting>()
  const alarm = createAlarm()
  const bursts = createBursts()
  /** Takes out what is due, or tells when something will be. */
  const collect = (now: number): Batch | { readonly due: number } => {
    const settled = settledDue(waiting)
    const earliest = bursts.notBefore(now)
    let due = Number.POSITIVE_INFINITY
    let since = now
    const paths: string[] = []
    for (const [path, each] of waiting) {
      const own = Math.max(earliest, each.quietMs >= settledMs ? settled : ownDue(each))
      // What comes with a rebuild or a restart belongs to the same change.
      if (own > now && settled > now) {
        due = Math.min(due, own)
        continue
      }
      paths.push(path)
      since = Math.min(since, each.first)
    }
    if (paths.length === 0) return { due }
    for (const path of paths) waiting.delete(path)
    bursts.batch(now)
    return { paths, since }
  }
  return {
    again: (path) => {
      const each = waiting.get(path)
      if (each === undefined) return false
      each.last = performance.now()
      bursts.event(each.last)
      alarm.ringIfDue(each.last)
      return true
    },
    record: (path, quietMs) => {
      const now = performance.now()
      bursts.event(now)
      waiting.set(path, { first: waiting.get(path)?.first ?? now, last: now, quietMs })
      alarm.ringAt(now + quietMs)
      alarm.ringIfDue(now)
    },
    take: () => {
      const paths = [...waiting.keys()]
      waiting.clear()
      return paths
    },
    next: async (signal) => {
      while (!signal.aborted) {
        // A timer may fire half a millisecond early.
        const found = collect(performance.now() + 0.5)
        if ('paths' in found) return found
        if (Number.isFinite(found.due)) alarm.ringAt(found.due)
        await alarm.rung(signal)
      }
      alarm.stop()
      return undefined
    },
  }
}

interface Bursts {
  event(now: number): void
  batch(now: number): void
  /** When the next batch may be given out; the longer a burst lasts, the larger its batches get. */
  notBefore(now: number): number
}

function createBursts(): Bursts {
  let events = 0
  let lastEvent = 0
  let lastBatch = 0
  let began: number | undefined
  return {
    event: (now) => {
      events = events * 2 ** ((lastEvent - now) / fadeMs) + 1
      lastEvent = now
      began = events > burstEvents ? (began ?? now) : undefined
    },
    batch: (now) => {
      lastBatch = now
    },
    notBefore: (now) => {
      if (began === undefined) return 0
      return Math.min(lastEvent + silenceMs, lastBatch + Math.min(Math.max((now - began) * burstShare, shortestBatchMs), longestBatchMs))
    },
  }
}

interface Alarm {
  /** In milliseconds of `performance.now()`; the earliest counts. */
  ringAt(time: number): void
  /** Rings where its time has come. No timer fires while the kernel has more events to tell of: a batch would wait for the last. */
  ringIfDue(now: number): void
  /** Resolves when it rings, or rang since it was last waited for, or the signal aborts. */
  rung(signal: AbortSignal): Promise<void>
  stop(): void
}

function createAlarm(): Alarm {
  let timer: NodeJS.Timeout | undefined
  let at = Number.POSITIVE_INFINITY
  let ring = Promise.withResolvers<void>()
  const stop = (): void => {
    clearTimeout(timer)
    at = Number.POSITIVE_INFINITY
  }
  const fire = (): void => {
    stop()
    ring.resolve()
  }
  return {
    stop,
    ringAt: (time) => {
      if (time >= at) return
      stop()
      at = time
      timer = setTimeout(fire, time - performance.now())
    },
    ringIfDue: (now) => {
      if (now >= at) fire()
    },
    rung: async (signal) => {
      const abort = (): void => ring.resolve()
      signal.addEventListener('abort', abort)
      await ring.promise
      signal.removeEventListener('abort', abort)
      ring = Promise.withResolvers()
    },
  }
}

function ownDue({ first, last, quietMs }: Waiting): number {
  return Math.min(last + quietMs, first + longestHoldMs)
}

/** When all that is waited for together has come to rest. */
function settledDue(waiting: ReadonlyMap<string, Waiting>): number {
  let first = Number.POSITIVE_INFINITY
  let rest = Number.NEGATIVE_INFINITY
  for (const each of waiting.values()) {
    if (each.quietMs < settledMs) continue
    first = Math.min(first, each.first)
    rest = Math.max(rest, each.last + each.quietMs)
  }
  return Math.min(rest === Number.NEGATIVE_INFINITY ? Number.POSITIVE_INFINITY : rest, first + longestHoldMs)
}
