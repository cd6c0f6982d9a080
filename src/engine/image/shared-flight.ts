import type { EventSink } from '../../base/event.ts'
import { abortable } from './layer-set.ts'

/** Work that several callers share: one run, events to all of them, canceled when the last one has left. */
export type SharedFlights<T> = (
  key: string,
  caller: { readonly signal: AbortSignal; readonly sink: EventSink },
  work: (signal: AbortSignal, sink: EventSink) => Promise<T>,
) => Promise<T>

interface Flight<T> {
  callers: number
  readonly abort: AbortController
  readonly sinks: Set<EventSink>
  readonly result: Promise<T>
}

export function createSharedFlights<T>(): SharedFlights<T> {
  const flights = new Map<string, Flight<T>>()
  return async (key, { signal, sink }, work) => {
    let flight = flights.get(key)
    if (flight === undefined) {
      const abort = new AbortController()
      const sinks = new Set<EventSink>()
      const result = work(abort.signal, (event) => {
        for (const each of sinks) each(event)
      })
      const started: Flight<T> = { callers: 0, abort, sinks, result }
      const forget = (): void => {
        if (flights.get(key) === started) flights.delete(key)
      }
      result.then(forget, forget)
      flights.set(key, started)
      flight = started
    }
    const joined = flight
    joined.callers++
    joined.sinks.add(sink)
    try {
      return await abortable(joined.result, signal)
    } finally {
      joined.sinks.delete(sink)
      if (--joined.callers === 0) {
        joined.abort.abort()
        // A newcomer must not join what is being canceled.
        if (flights.get(key) === joined) flights.delete(key)
      }
    }
  }
}
