import { describe, expect, it } from 'vitest'
import type { EngineEvent, EventFilter } from '../../../src/engine/api.ts'
import { createEventHub, type EventHub } from '../../../src/engine/event-hub.ts'

/** A hub whose clock moves one millisecond per event. */
function hub(size = 256): EventHub {
  let time = 1_000n
  return createEventHub({ size, now: () => ++time * 1_000_000n })
}

function emit({ emit }: EventHub, action: string, attributes: Record<string, string> = {}): void {
  emit({ type: 'container', action, id: `id-${action}`, attributes })
}

async function past(events: EventHub, filter: EventFilter): Promise<readonly string[]> {
  events.close()
  const seen: EngineEvent[] = []
  for await (const event of events.events(filter)) seen.push(event)
  return seen.map((event) => event.action)
}

describe('the event hub', () => {
  it('gives what happened since a time, as far as it remembers', async () => {
    const events = hub(3)
    for (const action of ['a', 'b', 'c', 'd']) emit(events, action)
    expect(await past(events, { since: 0 })).toEqual(['b', 'c', 'd'])
    expect(await past(events, { since: 1004 })).toEqual(['d'])
    expect(await past(events, {})).toEqual([])
  })

  it('filters by project, container and type', async () => {
    const events = hub()
    emit(events, 'one', { 'com.docker.compose.project': 'shop', name: 'shop-web-1' })
    emit(events, 'two', { 'com.docker.compose.project': 'blog', name: 'blog-web-1' })
    expect(await past(events, { since: 0, project: 'shop' })).toEqual(['one'])
    expect(await past(events, { since: 0, containers: ['blog-web-1'] })).toEqual(['two'])
    expect(await past(events, { since: 0, containers: ['id-one'] })).toEqual(['one'])
    expect(await past(events, { since: 0, types: ['image'] })).toEqual([])
  })

  it('hands new events to a reader that waits, until it aborts', async () => {
    const events = hub()
    const abort = new AbortController()
    const seen: string[] = []
    const reading = (async () => {
      for await (const event of events.events({}, abort.signal)) {
        seen.push(event.action)
        if (seen.length === 2) abort.abort()
      }
    })()
    await Promise.resolve()
    emit(events, 'a')
    await Promise.resolve()
    emit(events, 'b')
    await reading
    expect(seen).toEqual(['a', 'b'])
  })
})
