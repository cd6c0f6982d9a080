import { expect, it } from 'vitest'
import { createPending } from '../../../src/watch/pending.ts'

it('gives out a batch while changes still come without a pause in which a timer could fire', async () => {
  const pending = createPending()
  const first = pending.next(new AbortController().signal)
  let given: number | undefined
  void first.then(({ paths } = { paths: [], since: 0 }) => {
    given = paths.length
  })
  const began = performance.now()
  let recorded = 0
  for (; given === undefined && performance.now() - began < 2000; recorded++) {
    pending.record(`/many/f${recorded}`, 4)
    // Lets promises go on, but no timer: so does Node between the kernel's events.
    for (let turn = 0; turn < 8; turn++) await undefined
  }
  expect(given).toBeGreaterThan(0)
  expect(given).toBeLessThan(recorded)
})

it('gives out a path that goes on changing only when it rests', async () => {
  const pending = createPending()
  const quietMs = 300
  pending.record('/file', quietMs)
  let last = performance.now()
  const signal = new AbortController().signal
  const batch = pending.next(signal)
  let isOver = false
  void batch.then(() => {
    isOver = true
  })
  for (let change = 0; change < 5; change++) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(isOver).toBe(false)
    last = performance.now()
    expect(pending.again('/file')).toBe(true)
  }
  expect((await batch)?.paths).toEqual(['/file'])
  expect(performance.now() - last).toBeGreaterThanOrEqual(quietMs - 1)
})
