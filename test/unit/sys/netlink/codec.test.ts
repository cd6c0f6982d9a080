import { describe, expect, test } from 'vitest'
import {
  attributeNest,
  attributeText,
  attributeU32,
  decodeAck,
  decodeAttributes,
  decodeMessages,
  decodeText,
  encodeAttributes,
  encodeRequest,
} from '../../../../src/sys/netlink/codec.ts'
import { createBridge, createVeth, setLink } from '../../../../src/sys/netlink/route.ts'

describe('netlink codec', () => {
  test('a bridge request has the bytes the kernel accepted, the same fields `ip link add` sends', () => {
    const bytes = encodeRequest(createBridge({ name: 'br0', macAddress: '02:42:ac:12:00:01' }), 7)
    expect(bytes.toString('hex')).toBe(
      '44000000100001060700000000000000' +
        '00000000000000000000000000000000' +
        '08000300627230000a0001000242ac1200010000' +
        '100012800b0001006272696467650000',
    )
  })

  test('an acknowledgement has no error and no text', () => {
    const ack = Buffer.from('24000000020000010700000099000000' + '00000000' + '44000000100005060700000000000000', 'hex')
    const [message] = decodeMessages(ack)
    expect(message).toMatchObject({ type: 2, sequence: 7 })
    expect(message && decodeAck(message)).toEqual({ errno: 0, text: '' })
  })

  test('a failure carries the errno as a positive number and the kernel own words', () => {
    const text = encodeAttributes([attributeText(1, 'No such bridge')])
    const head = Buffer.from('00000000020000030900000099000000' + 'edffffff' + '44000000100005060900000000000000', 'hex')
    head.writeUInt32LE(head.length + text.length, 0)
    const [message] = decodeMessages(Buffer.concat([head, text]))
    expect(message && decodeAck(message)).toEqual({ errno: 19, text: 'No such bridge' })
  })

  test('attributes are padded to four bytes and read back, nested ones without their flag', () => {
    const bytes = encodeAttributes([attributeText(3, 'abcd'), attributeNest(18, [attributeU32(4, 0x01020304)])])
    expect(bytes.length % 4).toBe(0)
    const outer = decodeAttributes(bytes)
    expect(decodeText(outer.get(3) ?? Buffer.alloc(0))).toBe('abcd')
    expect(
      decodeAttributes(outer.get(18) ?? Buffer.alloc(0))
        .get(4)
        ?.readUInt32LE(0),
    ).toBe(0x01020304)
  })

  test('broken lengths end the reading instead of running past the end', () => {
    expect(decodeMessages(Buffer.from('ffffffff0200000007000000990000000000', 'hex'))).toEqual([])
    expect(decodeAttributes(Buffer.from('0200010000000000', 'hex')).size).toBe(0)
    expect(decodeAttributes(Buffer.from('4000010000000000', 'hex')).size).toBe(0)
  })

  test('a veth pair is created down, with the peer in its namespace under its final name', () => {
    const request = createVeth({ name: 'tsc1', master: 5, peer: { name: 'eth0', netns: 33, index: 2 } })
    expect(request.header.readUInt32LE(8)).toBe(0)
    const info = decodeAttributes(decodeAttributes(encodeAttributes(request.attributes ?? [])).get(18) ?? Buffer.alloc(0))
    const peer = decodeAttributes(info.get(2) ?? Buffer.alloc(0)).get(1) ?? Buffer.alloc(0)
    expect(peer.readInt32LE(4)).toBe(2)
    const fields = decodeAttributes(peer, 16)
    expect(decodeText(fields.get(3) ?? Buffer.alloc(0))).toBe('eth0')
    expect(fields.get(28)?.readUInt32LE(0)).toBe(33)
  })

  test('a link is found by name or by index', () => {
    expect(setLink(4, { up: true }).header.readInt32LE(4)).toBe(4)
    const byName = setLink('eth0', { up: false })
    expect(byName.header.readInt32LE(4)).toBe(0)
    expect(decodeText(decodeAttributes(encodeAttributes(byName.attributes ?? [])).get(3) ?? Buffer.alloc(0))).toBe('eth0')
    expect(byName.header.readUInt32LE(12)).toBe(1)
  })
})
