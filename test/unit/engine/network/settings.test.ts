import { describe, expect, test } from 'vitest'
import { defaultRoutes, freeInterfaceName, gatewayEndpoint, orderEndpoints } from '../../../../src/engine/network/endpoint-plan.ts'
import { parseSocketTable } from '../../../../src/engine/network/listeners.ts'
import { readBridgeOptions } from '../../../../src/engine/network/options.ts'
import { planPorts, rulesOfPorts } from '../../../../src/engine/network/publish.ts'
import type { EndpointRecord, NetworkRecord } from '../../../../src/engine/network/record.ts'
import { ndotsOf, parseResolvConf, renderResolvConf } from '../../../../src/engine/network/resolv-conf.ts'

describe('resolv.conf of a container', () => {
  const host = parseResolvConf('# made by hand\nnameserver 192.0.2.1\nsearch corp.example lab.example\noptions edns0 ndots:5\n')

  test('names our resolver, with the search list and options of the host but ndots:0', () => {
    expect(renderResolvConf(host, {})).toBe('nameserver 127.0.0.11\nsearch corp.example lab.example\noptions edns0 ndots:0\n')
  })

  test('takes the settings of the container instead', () => {
    expect(renderResolvConf(host, { search: ['a.example'], options: ['ndots:2'] })).toBe(
      'nameserver 127.0.0.11\nsearch a.example\noptions ndots:2\n',
    )
    expect(renderResolvConf(host, { search: ['.'] })).not.toContain('search')
    expect(ndotsOf(['ndots:2'])).toBe(2)
    expect(ndotsOf(['edns0'])).toBe(0)
  })
})

describe('published ports', () => {
  const target = { bridge: 'br-a', ipv4: '172.18.0.2', ipv6: '', hostBinding: undefined }

  test('without an address are claimed on all addresses of both families', () => {
    expect(planPorts([{ containerPort: 80, protocol: 'tcp', hostPort: '8080' }], target)).toEqual([
      { containerPort: 80, protocol: 'tcp', hostIps: ['0.0.0.0', '::'], optional: ['::'], from: 8080, to: 8080, target: '172.18.0.2' },
    ])
  })

  test('may be a range, any free one, or on one address', () => {
    expect(planPorts([{ containerPort: 80, protocol: 'tcp', hostPort: '8000-8010' }], target)[0]).toMatchObject({ from: 8000, to: 8010 })
    expect(planPorts([{ containerPort: 80, protocol: 'udp', hostIp: '127.0.0.1' }], target)[0]).toMatchObject({
      from: 0,
      to: 0,
      hostIps: ['127.0.0.1'],
    })
    expect(planPorts([{ containerPort: 80, protocol: 'tcp', hostIp: '[::1]', hostPort: '1' }], target)[0]).toMatchObject({
      hostIps: ['::1'],
    })
  })

  test.each(['70000', '8010-8000', 'x', '-1'])('%s is refused', (hostPort) => {
    expect(() => planPorts([{ containerPort: 80, protocol: 'tcp', hostPort }], target)).toThrow(
      expect.objectContaining({ code: 'INVALID_PORT' }),
    )
  })

  test('have kernel rules for the families the container has', () => {
    const bound = ['0.0.0.0', '::'].map((hostIp) => ({ containerPort: 80, protocol: 'tcp' as const, hostIp, hostPort: 8080 }))
    expect(rulesOfPorts(bound, target).every((rule) => rule.family === 4)).toBe(true)
    expect(rulesOfPorts(bound, { ...target, ipv6: 'fd00::2' }).map((rule) => rule.spec)).toContain(
      '-p tcp -m tcp --dport 8080 -j DNAT --to-destination [fd00::2]:80',
    )
  })
})

describe('default route', () => {
  const network = (id: string, internal = false): NetworkRecord => ({
    id,
    spec: { name: id, labels: {}, internal },
    createdAt: 0,
    bridge: `br-${id}`,
    ownsBridge: true,
    ipv4: { subnet: '10.0.0.0/24', gateway: `10.0.0.${id.length}`, range: '10.0.0.0/24', reserved: [] },
  })
  const networks = new Map([network('a', true), network('bb'), network('ccc')].map((each) => [each.id, each]))
  const endpoint = (networkId: string, index: number, gatewayPriority?: number): EndpointRecord => ({
    spec: { network: networkId, ...(gatewayPriority === undefined ? {} : { gatewayPriority }) },
    networkId,
    endpointId: '',
    link: '',
    interfaceName: `eth${index}`,
    interfaceIndex: index + 2,
    ipv4: '10.0.0.9',
    ipv6: '',
    macAddress: '',
  })
  const find = (id: string): NetworkRecord | undefined => networks.get(id)

  test('goes through the network that sorts first, never through an internal one', () => {
    expect(defaultRoutes([endpoint('ccc', 0), endpoint('bb', 1), endpoint('a', 2)], find)).toEqual([
      { interfaceIndex: 3, gateway: '10.0.0.2' },
    ])
    expect(gatewayEndpoint([endpoint('a', 0)], find, 4)).toBeUndefined()
  })

  test('goes where gw_priority is highest', () => {
    expect(gatewayEndpoint([endpoint('bb', 0), endpoint('ccc', 1, 10)], find, 4)?.networkId).toBe('ccc')
  })

  test('interfaces are numbered by priority and fill gaps', () => {
    expect(orderEndpoints([{ network: 'x' }, { network: 'y', priority: 5 }]).map((each) => each.network)).toEqual(['y', 'x'])
    expect(freeInterfaceName(['eth0', 'lan', 'eth2'])).toBe('eth1')
  })
})

test('bridge options are read, wrong ones named', () => {
  const options = readBridgeOptions({
    name: 'n',
    labels: {},
    driverOptions: { 'com.docker.network.driver.mtu': '1400', 'com.docker.network.bridge.enable_icc': 'false' },
  })
  expect(options).toMatchObject({ mtu: 1400, icc: false, masquerade: true, bridgeName: undefined })
  const wrong = { name: 'n', labels: {}, driverOptions: { 'com.docker.network.bridge.enable_icc': 'maybe' } }
  expect(() => readBridgeOptions(wrong)).toThrow(/enable_icc=maybe/)
})

test('listening TCP sockets and all UDP sockets are found in /proc/net', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0',
    '   1: 0100007F:1F91 0100007F:0016 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 100 0 0 10 0',
    '',
  ].join('\n')
  expect(parseSocketTable(table, 'tcp')).toEqual([{ inode: '4711', port: 8080 }])
  expect(parseSocketTable(table, 'udp')).toHaveLength(2)
})
