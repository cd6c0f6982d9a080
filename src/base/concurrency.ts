/** Runs at most `limit` jobs at once; the rest wait in order. */
export function createLimiter(limit: number): <T>(job: () => Promise<T>) => Promise<T> {
  let running = 0
  const waiting: (() => void)[] = []
  return async (job) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await job()
    } finally {
      // A waiting job takes over this place, so `running` stays as it is.
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }
}

/** Jobs with the same key run one after another; others side by side. */
export function createKeyedLock(): <T>(key: string, job: () => Promise<T>) => Promise<T> {
  const tails = new Map<string, Promise<unknown>>()
  return async (key, job) => {
    const previous = tails.get(key)
    const current = previous === undefined ? job() : previous.then(job, job)
    const settled = current.then(
      () => undefined,
      () => undefined,
    )
    tails.set(key, settled)
    try {
      return await current
    } finally {
      if (tails.get(key) === settled) tails.delete(key)
    }
  }
}

/** All callers that ask for the same key while a job runs get the result of that one job. */
export function createSingleFlight(): <T>(key: string, job: () => Promise<T>) => Promise<T> {
  const flights = new Map<string, Promise<unknown>>()
  return <T>(key: string, job: () => Promise<T>): Promise<T> => {
    const under = flights.get(key)
    if (under !== undefined) return under as Promise<T>
    const flight = job().finally(() => flights.delete(key))
    flights.set(key, flight)
    return flight
  }
}
