import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFrameDecoder, encodeFrame, maxFrameBytes, parseClientMessage } from '../../../src/daemon/protocol.ts'

describe('frames', () => {
  it('arrive whole however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ id: fc.nat(), result: fc.jsonValue() }), { minLength: 1, maxLength: 8 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
        (messages, cuts) => {
          const bytes = Buffer.concat(messages.map((message) => encodeFrame(message)))
          const decode = createFrameDecoder()
          const received: unknown[] = []
          for (let at = 0; at < bytes.length; ) {
            const size = cuts.next().value ?? 1
            received.push(...decode(bytes.subarray(at, at + size)))
            at += size
          }
          expect(received).toEqual(JSON.parse(JSON.stringify(messages)))
        },
      ),
    )
  })

  it('of an unknown kind are refused', () => {
    const frame = encodeFrame({ id: 1, end: true })
    frame.writeUInt8(7, 4)
    expect(() => createFrameDecoder()(frame)).toThrow('frame of unknown kind 7')
  })

  it('that claim to be huge are refused before their bytes come', () => {
    const header = Buffer.alloc(5)
    header.writeUInt32LE(maxFrameBytes + 1, 0)
    expect(() => createFrameDecoder()(header)).toThrow(`${maxFrameBytes} are allowed`)
  })

  it('without valid JSON are refused', () => {
    const frame = encodeFrame({ id: 1, end: true })
    frame.write('!', 5)
    expect(() => createFrameDecoder()(frame)).toThrow('without valid JSON')
  })
})

describe('a client message', () => {
  it('needs an id that is a whole number', () => {
    expect(() => parseClientMessage({ method: 'info' })).toThrow('without a call id')
    expect(() => parseClientMessage({ id: 1.5, method: 'info' })).toThrow('without a call id')
  })

  it('gets empty parameters where it has none, and none that are no object', () => {
    expect(parseClientMessage({ id: 1, method: 'info' })).toEqual({ id: 1, method: 'info', params: {}, progress: false })
    expect(() => parseClientMessage({ id: 1, method: 'info', params: [1] })).toThrow('no object')
  })

  it('cannot ask for more than the window at once', () => {
    expect(parseClientMessage({ id: 1, credit: 1e9 })).toEqual({ id: 1, credit: 16 })
  })
})
