import { decode, encode, type Packet, type RecordType } from 'dns-packet'
import { describe, expect, test } from 'vitest'
import { answerQuery, type Decision, fitUdp } from '../../../../../src/engine/network/netd/answer.ts'
import type { NetdContainer, NetdEndpoint } from '../../../../../src/engine/network/netd/protocol.ts'
import { createZone } from '../../../../../src/engine/network/netd/zone.ts'

function container(
  id: string,
  endpoints: readonly Partial<NetdEndpoint>[],
  resolver: Partial<NetdContainer['resolver']> = {},
): NetdContainer {
  return {
    id,
    name: id,
    netns: `/run/netns/${id}`,
    ports: [],
    endpoints: endpoints.map((endpoint) => ({ network: 'n1', networkName: 'shop_default', names: [id], ipv4: '', ipv6: '', ...endpoint })),
    resolver: { port: 53, ndots: 0, forward: true, links: {}, ...resolver },
  }
}

const web1 = container('web1', [{ names: ['shop-web-1', 'web'], ipv4: '172.18.0.2' }])
const web2 = container('web2', [{ names: ['shop-web-2', 'web'], ipv4: '172.18.0.3', ipv6: 'fd00::3' }])
const other = container('other', [{ network: 'n2', networkName: 'back', names: ['secret'], ipv4: '172.19.0.2' }])

function ask(name: string, type: RecordType, asker: NetdContainer = web1): Decision {
  const zone = createZone()
  for (const each of new Set([web1, web2, other, asker])) zone.put(each)
  const query = encode({ type: 'query', id: 7, flags: 256, questions: [{ type, name }] })
  return answerQuery(query, { asker, zone, shuffle: (items) => [...items].reverse() })
}

function answered(decision: Decision): { readonly rcode: string; readonly data: readonly unknown[]; readonly packet: Packet } {
  if (decision.kind !== 'answer') throw new Error(`no answer but ${decision.kind}`)
  const packet = decode(decision.message) as unknown as Packet & { rcode: string }
  return { rcode: packet.rcode, data: (packet.answers ?? []).map((answer) => ('data' in answer ? answer.data : undefined)), packet }
}

describe('names of containers', () => {
  test('a service name has the addresses of all replicas, in another order each time', () => {
    const { rcode, data, packet } = answered(ask('web', 'A'))
    expect(rcode).toBe('NOERROR')
    expect(data).toEqual(['172.18.0.3', '172.18.0.2'])
    expect(packet.id).toBe(7)
    expect(packet.answers?.[0]).toMatchObject({ ttl: 600 })
  })

  test('names are found whatever their case, and the question is echoed as it was asked', () => {
    const { data, packet } = answered(ask('WeB', 'A'))
    expect(data).toHaveLength(2)
    expect(packet.questions?.[0]?.name).toBe('WeB')
  })

  test('a name may be followed by its network', () => {
    expect(answered(ask('shop-web-2.shop_default', 'A')).data).toEqual(['172.18.0.3'])
  })

  test('a known name without an IPv6 address has an empty answer and is not asked outside', () => {
    expect(answered(ask('shop-web-1', 'AAAA'))).toMatchObject({ rcode: 'NOERROR', data: [] })
    expect(answered(ask('web', 'AAAA')).data).toEqual(['fd00::3'])
    expect(answered(ask('web', 'MX'))).toMatchObject({ rcode: 'NOERROR', data: [] })
    expect(answered(ask('web', 'HTTPS' as RecordType)).rcode).toBe('NOERROR')
  })

  test('names of networks the asker is not in are unknown', () => {
    expect(ask('secret', 'A').kind).toBe('forward')
  })

  test('addresses are looked up in reverse, of own networks only', () => {
    expect(answered(ask('3.0.18.172.in-addr.arpa', 'PTR')).data).toEqual(['shop-web-2.shop_default'])
    expect(ask('2.0.19.172.in-addr.arpa', 'PTR').kind).toBe('forward')
    const name = `3.${'0.'.repeat(27)}0.0.d.f.ip6.arpa`
    expect(answered(ask(name, 'PTR')).data).toEqual(['shop-web-2.shop_default'])
  })

  test('a link is a name of the asker alone', () => {
    const linked = container('app', [{ ipv4: '172.18.0.9' }], { links: { db: 'web2' } })
    expect(answered(ask('db', 'A', linked)).data).toEqual(['172.18.0.3'])
    expect(ask('db', 'A').kind).toBe('forward')
  })
})

describe('other names', () => {
  test('are asked outside', () => {
    expect(ask('example.org', 'A').kind).toBe('forward')
  })

  test('are a failure where there is no way outside', () => {
    const inside = container('in', [{ ipv4: '172.18.0.9' }], { forward: false })
    expect(answered(ask('example.org', 'A', inside)).rcode).toBe('SERVFAIL')
  })

  test('without a dot do not exist where ndots is set', () => {
    const dotted = container('in', [{ ipv4: '172.18.0.9' }], { ndots: 1 })
    expect(answered(ask('nobody', 'A', dotted)).rcode).toBe('NXDOMAIN')
    expect(ask('nobody.example', 'A', dotted).kind).toBe('forward')
  })

  test('rubbish is ignored', () => {
    const zone = createZone()
    const shuffle = <T>(items: readonly T[]): readonly T[] => items
    expect(answerQuery(Buffer.from('00'), { asker: web1, zone, shuffle }).kind).toBe('ignore')
    const response = encode({ type: 'response', id: 1, questions: [{ type: 'A', name: 'web' }] })
    expect(answerQuery(response, { asker: web1, zone, shuffle }).kind).toBe('ignore')
  })
})

test('what a container had is gone after it left, and a new set of names replaces the old one', () => {
  const zone = createZone()
  zone.put(web1)
  zone.put(web2)
  zone.put(container('web2', [{ names: ['api'], ipv4: '172.18.0.3' }]))
  expect(zone.lookup(web1, 'web')?.ipv4).toEqual(['172.18.0.2'])
  zone.drop('web1')
  expect(zone.lookup(web1, 'web')).toBeUndefined()
  expect(zone.lookup(web1, 'api')?.ipv4).toEqual(['172.18.0.3'])
})

test('an answer too large for UDP is cut to its head with the truncation mark', () => {
  const query = encode({ type: 'query', id: 9, questions: [{ type: 'A', name: 'web' }] })
  const answers = Array.from({ length: 60 }, (_, index) => ({ type: 'A' as const, name: 'web', ttl: 1, data: `10.0.0.${index}` }))
  const large = encode({ type: 'response', id: 9, questions: [{ type: 'A', name: 'web' }], answers })
  const small = decode(fitUdp(query, large))
  expect(small).toMatchObject({ id: 9, flag_tc: true, answers: [] })
  const extended = encode({
    type: 'query',
    id: 9,
    questions: [{ type: 'A', name: 'web' }],
    additionals: [{ type: 'OPT', name: '.', udpPayloadSize: 4096, flags: 0, options: [] } as never],
  })
  expect(fitUdp(extended, large)).toBe(large)
})
