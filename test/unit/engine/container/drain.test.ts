import { describe, expect, it } from 'vitest'
import { hasOpenConnection, isIdle } from '../../../../src/engine/container/drain.ts'

const table = (state: string, port: string): string => `  sl  local_address rem_address   st tx_queue
   0: 0200A8C0:${port} 0100A8C0:D2A4 ${state} 00000000:00000000 00:00000000 00000000     0        0 1 1 0000 20 4 30 10 -1
`

describe('a connection is idle', () => {
  it.each([
    ['when the container had the last word a while ago', { pending: 0, sentMs: 300, receivedMs: 310 }, true],
    ['not when the other side may be about to ask again', { pending: 0, sentMs: 20, receivedMs: 30 }, false],
    ['not when a question is open, however long', { pending: 0, sentMs: 4000, receivedMs: 3000 }, false],
    ['not while bytes wait to be read or to arrive', { pending: 1, sentMs: 300, receivedMs: 310 }, false],
    ['after longer when it is not known who was last', { pending: 0, sentMs: 300, receivedMs: 300 }, false],
    ['and then it is', { pending: 0, sentMs: 1300, receivedMs: 1300 }, true],
  ])('%s', (_title, connection, idle) => {
    expect(isIdle(connection)).toBe(idle)
  })
})

describe('a container gives up its ports', () => {
  it.each([
    ['with a connection open to a published port', '01', '0050', true],
    ['with one that merely listens', '0A', '0050', false],
    ['with one to another port', '01', '1F90', false],
    ['with one that is being closed', '06', '0050', false],
  ])('%s', (_title, state, port, open) => {
    expect(hasOpenConnection(table(state, port), new Set([80]))).toBe(open)
  })
})
