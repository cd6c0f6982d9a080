import { isIPv6 } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  contains,
  formatIp,
  formatSubnet,
  ipFromBytes,
  ipToBytes,
  overlaps,
  parseIp,
  parseSubnet,
  requireSubnet,
} from '../../../src/base/ip.ts'

describe('IP addresses', () => {
  test.each([
    ['10.0.0.1', '10.0.0.1'],
    ['::', '::'],
    ['::1', '::1'],
    ['fd00:0:0:1::5', 'fd00:0:0:1::5'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:0db8:0000:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['::ffff:1.2.3.4', '::ffff:102:304'],
  ])('%s is written as %s', (text, expected) => {
    const address = parseIp(text)
    expect(address && formatIp(address)).toBe(expected)
  })

  test('text that is no address is refused', () => {
    for (const text of ['', '1.2.3', '256.1.1.1', 'fe80::1%eth0', '1.2.3.4/24', 'x']) expect(parseIp(text)).toBeUndefined()
  })

  test('every IPv6 value survives formatting, parsing and bytes', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), (value) => {
        const text = formatIp({ family: 6, value })
        expect(isIPv6(text)).toBe(true)
        expect(parseIp(text)).toEqual({ family: 6, value })
        expect(ipFromBytes(ipToBytes({ family: 6, value }))).toEqual({ family: 6, value })
      }),
    )
  })

  test('host bits of a subnet are cleared', () => {
    expect(formatSubnet(requireSubnet('172.18.5.9/16', 'test'))).toBe('172.18.0.0/16')
    expect(parseSubnet('10.0.0.0/33')).toBeUndefined()
    expect(parseSubnet('10.0.0.0')).toBeUndefined()
  })

  test('blocks overlap exactly where one contains the other', () => {
    const block = (text: string): ReturnType<typeof requireSubnet> => requireSubnet(text, 'test')
    expect(overlaps(block('172.16.0.0/12'), block('172.18.3.0/24'))).toBe(true)
    expect(overlaps(block('172.18.3.0/24'), block('172.16.0.0/12'))).toBe(true)
    expect(overlaps(block('172.18.3.0/24'), block('172.18.4.0/24'))).toBe(false)
    expect(contains(block('fd00::/64'), { family: 4, value: 0n })).toBe(false)
  })
})
