import { describe, expect, test } from 'vitest'
import { formatIp, requireSubnet } from '../../../../src/base/ip.ts'
import type { NetworkSpec } from '../../../../src/engine/api.ts'
import { allocateAddress, choosePools, formatPool, macAddressFor, type Pool, parsePool } from '../../../../src/engine/network/ipam.ts'

const seed = '0123456789abcdef'.repeat(4)

function spec(rest: Partial<NetworkSpec> = {}): NetworkSpec {
  return { name: 'n', labels: {}, ...rest }
}

function poolOf(rest: Partial<NetworkSpec>): Pool {
  const { ipv4 } = choosePools(spec(rest), { taken: [], seed })
  if (ipv4 === undefined) throw new Error('no pool')
  return ipv4
}

describe('pools', () => {
  test('the first free /24 is taken, past other networks and routes of the host', () => {
    const taken = [{ subnet: requireSubnet('172.18.0.0/16', 't') }, { subnet: requireSubnet('172.19.0.0/24', 't'), owner: 'other' }]
    const { ipv4, ipv6 } = choosePools(spec(), { taken, seed })
    expect(ipv4 && formatPool(ipv4)).toEqual({ subnet: '172.19.1.0/24', gateway: '172.19.1.1', range: '172.19.1.0/24', reserved: [] })
    expect(ipv6).toBeUndefined()
  })

  test('a default route blocks nothing', () => {
    const { ipv4 } = choosePools(spec(), { taken: [{ subnet: requireSubnet('0.0.0.0/0', 't') }], seed })
    expect(ipv4 && formatPool(ipv4).subnet).toBe('172.18.0.0/24')
  })

  test('an exhausted space lists the networks that hold it', () => {
    const taken = ['172.16.0.0/12', '192.168.0.0/16'].map((text, index) => ({ subnet: requireSubnet(text, 't'), owner: `net${index}` }))
    expect(() => choosePools(spec(), { taken, seed })).toThrow(
      expect.objectContaining({ code: 'POOLS_EXHAUSTED', message: expect.stringContaining('net0, net1') }),
    )
  })

  test('an explicit subnet may not overlap another network, but may lie on a route of the host', () => {
    const ipam = { config: [{ subnet: '10.5.0.0/16' }] }
    const block = requireSubnet('10.0.0.0/8', 't')
    expect(() => choosePools(spec({ ipam }), { taken: [{ subnet: block, owner: 'vpn' }], seed })).toThrow(
      expect.objectContaining({ code: 'SUBNET_OVERLAP' }),
    )
    expect(choosePools(spec({ ipam }), { taken: [{ subnet: block }], seed }).ipv4?.subnet.prefix).toBe(16)
  })

  test('gateway, range and auxiliary addresses are honoured', () => {
    const pool = poolOf({
      ipam: { config: [{ subnet: '10.5.0.0/16', ipRange: '10.5.9.0/30', gateway: '10.5.0.9', auxAddresses: { router: '10.5.9.1' } }] },
    })
    expect(formatIp(pool.gateway)).toBe('10.5.0.9')
    expect(formatIp(allocateAddress(pool, { used: new Set(), network: 'n' }))).toBe('10.5.9.0')
    const used = new Set([allocateAddress(pool, { used: new Set(), network: 'n' }).value])
    expect(formatIp(allocateAddress(pool, { used, network: 'n' }))).toBe('10.5.9.2')
    expect(parsePool(formatPool(pool))).toEqual(pool)
  })

  test.each([
    [{ subnet: '10.5.0.0/16', gateway: '10.6.0.1' }],
    [{ subnet: '10.5.0.0/16', ipRange: '10.6.0.0/24' }],
    [{ subnet: '10.5.0.0/31' }],
    [{ subnet: '10.5.0.0/16', auxAddresses: { a: '10.9.9.9' } }],
  ])('%j is refused', (config) => {
    expect(() => poolOf({ ipam: { config: [config] } })).toThrow(expect.objectContaining({ code: 'INVALID_IPAM' }))
  })

  test('IPv6 without a subnet gets a unique local block of its own', () => {
    const { ipv6 } = choosePools(spec({ enableIpv6: true }), { taken: [], seed })
    expect(ipv6 && formatPool(ipv6)).toMatchObject({ subnet: 'fd01:2345:6789::/64', gateway: 'fd01:2345:6789::1' })
  })
})

describe('addresses', () => {
  const pool = poolOf({ ipam: { config: [{ subnet: '10.5.0.0/29' }] } })

  test('the lowest free one is given, never gateway, network or broadcast address', () => {
    const used = new Set<bigint>()
    const given: string[] = []
    for (let index = 0; index < 5; index++) {
      const address = allocateAddress(pool, { used, network: 'n' })
      used.add(address.value)
      given.push(formatIp(address))
    }
    expect(given).toEqual(['10.5.0.2', '10.5.0.3', '10.5.0.4', '10.5.0.5', '10.5.0.6'])
    expect(() => allocateAddress(pool, { used, network: 'n' })).toThrow(expect.objectContaining({ code: 'ADDRESSES_EXHAUSTED' }))
  })

  test.each([
    ['10.5.0.1', 'ADDRESS_IN_USE'],
    ['10.5.0.7', 'ADDRESS_IN_USE'],
    ['10.5.1.1', 'ADDRESS_OUTSIDE_SUBNET'],
    ['nonsense', 'INVALID_ADDRESS'],
  ])('asking for %s fails with %s', (wanted, code) => {
    expect(() => allocateAddress(pool, { used: new Set(), wanted, network: 'n' })).toThrow(expect.objectContaining({ code }))
  })

  test('the MAC address follows from the address', () => {
    expect(macAddressFor({ family: 4, value: 0xac120005n })).toBe('02:42:ac:12:00:05')
  })
})
