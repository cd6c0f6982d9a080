import { describe, expect, it } from 'vitest'
import { hasOpenConnection } from '../../../../src/engine/container/drain.ts'

const table = (state: string, port: string): string => `  sl  local_address rem_address   st tx_queue
   0: 0200A8C0:${port} 0100A8C0:D2A4 ${state} 00000000:00000000 00:00000000 00000000     0        0 1 1 0000 20 4 30 10 -1
`

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
