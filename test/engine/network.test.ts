import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { serveNetd } from '../../src/engine/network/netd/serve.ts'
import {
  containerId,
  containerNetwork,
  dataRoot,
  fetchText,
  host,
  inside,
  type NetworkFixture,
  netnsOf,
  openNetworkPart,
  runRoot,
  serveHttp,
  setUp,
  succeeds,
} from '../support/network.ts'

/* Runs as root in its own mount and network namespaces. The kernel is asked by ip, iptables-save and nsenter. */

let fixture: NetworkFixture
const cleanups: (() => void)[] = []

beforeEach(async () => {
  fixture = openNetworkPart()
  await fixture.part.provider.restore([])
})

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) cleanup()
  for (const network of await fixture.part.networks.list()) {
    for (const { id } of network.containers) await fixture.part.provider.teardown(id)
    await fixture.part.networks.remove({ network: network.id })
  }
  await fixture.part.networks.close()
})

const links = (): readonly string[] => (JSON.parse(host('ip', '-j', 'link')) as { ifname: string }[]).map((link) => link.ifname)
const ownRules = (): readonly string[] =>
  host('iptables-save')
    .split('\n')
    .filter((line) => /TSC-|tscompose|FORWARD DROP/.test(line))
const pings = (from: string, address: string): boolean => succeeds(() => inside(from, 'busybox', 'ping', '-c', '1', '-W', '1', address))
const create = (name: string, rest: object = {}): ReturnType<typeof fixture.part.networks.create> =>
  fixture.part.networks.create({ spec: { name, labels: { 'com.docker.compose.project': 'shop' }, ...rest } })

describe('networks', () => {
  test('one is a bridge with its gateway, and goes without a trace', async () => {
    const before = { links: links(), rules: host('iptables-save').replace(/^#.*$/gm, '') }
    const network = await create('shop_default')
    expect(network.bridge).toBe(`br-${network.id.slice(0, 12)}`)
    expect(host('ip', '-br', '-4', 'addr', 'show', network.bridge)).toContain(network.pools[0]?.gateway)
    expect(readFileSync(`/proc/sys/net/ipv6/conf/${network.bridge}/disable_ipv6`, 'utf8').trim()).toBe('1')
    expect(readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8').trim()).toBe('1')
    expect(host('iptables-save', '-t', 'filter')).toContain(':FORWARD DROP')
    await fixture.part.networks.remove({ network: 'shop_default' })
    await fixture.part.networks.remove({ network: 'shop_default' })
    expect(links()).toEqual(before.links)
    expect(ownRules()).toEqual([])
    expect(readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8').trim()).toBe('0')
    expect(readdirSync(`${dataRoot}/networks`)).toEqual([])
    expect(fixture.events.map((event) => event.action)).toEqual(['create', 'destroy'])
  })

  test('a name is taken once, an unknown driver is refused, and neither leaves anything', async () => {
    await create('shop_default')
    await expect(create('shop_default')).rejects.toMatchObject({ code: 'NETWORK_EXISTS' })
    await expect(create('x', { driver: 'overlay' })).rejects.toMatchObject({ code: 'DRIVER_UNSUPPORTED' })
    await expect(create('y', { ipam: { config: [{ subnet: 'rubbish' }] } })).rejects.toMatchObject({ code: 'INVALID_SUBNET' })
    expect(await fixture.part.networks.list({ project: 'shop' })).toHaveLength(1)
    expect(await fixture.part.networks.list({ labels: ['com.docker.compose.project=other'] })).toHaveLength(0)
    expect(links().filter((name) => name.startsWith('br-'))).toHaveLength(1)
  })

  test('options of the bridge driver reach the kernel', async () => {
    const network = await create('shop_default', {
      driverOptions: { 'com.docker.network.bridge.name': 'shop0', 'com.docker.network.driver.mtu': '1400' },
      ipam: { config: [{ subnet: '10.44.0.0/24', gateway: '10.44.0.254' }] },
    })
    await setUp(fixture, 'web-1', ['shop_default'])
    expect(network.bridge).toBe('shop0')
    expect(host('ip', 'link', 'show', 'shop0')).toContain('mtu 1400')
    expect(inside('web-1', 'ip', 'link', 'show', 'eth0')).toContain('mtu 1400')
    expect(inside('web-1', 'ip', 'route')).toContain('default via 10.44.0.254')
  })
})

describe('containers in networks', () => {
  test('one gets loopback, address, MAC and default route, and reaches its neighbour and the gateway', async () => {
    await create('shop_default')
    const setup = await setUp(fixture, 'web-1', ['shop_default'])
    const other = await setUp(fixture, 'db-1', ['shop_default'])
    const [endpoint] = setup.endpoints
    expect(inside('web-1', 'ip', '-br', 'addr')).toMatch(
      new RegExp(`lo\\s+UNKNOWN\\s+127.0.0.1/8[\\s\\S]*eth0@\\S+\\s+UP\\s+${endpoint?.ipv4Address}/24 *$`, 'm'),
    )
    expect(inside('web-1', 'ip', 'link', 'show', 'eth0')).toContain(endpoint?.macAddress)
    expect(pings('web-1', endpoint?.ipv4Gateway ?? '')).toBe(true)
    expect(pings('web-1', other.endpoints[0]?.ipv4Address ?? '')).toBe(true)
    expect(setup.resolvConf).toContain('nameserver 127.0.0.11')
    expect(setup.hosts).toEqual([{ address: endpoint?.ipv4Address, names: ['web-1'] }])
    expect(setup.hostGateway).toBe(endpoint?.ipv4Gateway)
    expect((await fixture.part.networks.inspect({ network: 'shop_default' })).containers).toHaveLength(2)
  })

  test('without networks it has loopback only', async () => {
    const setup = await setUp(fixture, 'lone-1', [])
    expect(inside('lone-1', 'ip', '-br', 'link').trim().split('\n')).toEqual([expect.stringMatching(/^lo\s+UNKNOWN/)])
    expect(setup.endpoints).toEqual([])
    await fixture.part.provider.teardown(containerId('lone-1'))
    expect(existsSync(netnsOf('lone-1'))).toBe(false)
  })

  test('networks are shut towards each other, even when a route is there', async () => {
    await create('front')
    await create('back')
    await setUp(fixture, 'web-1', ['front'])
    const db = await setUp(fixture, 'db-1', ['back'])
    const both = await setUp(fixture, 'php-1', ['front', 'back'])
    cleanups.push(serveHttp('db-1'))
    const address = db.endpoints[0]?.ipv4Address ?? ''
    expect(await fetchText(`http://${address}/`, 'php-1')).toContain('db-1')
    expect(pings('web-1', address)).toBe(false)
    expect(succeeds(() => inside('web-1', 'curl', '-sS', '-m', '1', `http://${address}/`))).toBe(false)
    expect(both.endpoints).toHaveLength(2)
  })

  test('an internal network has no way out, others do', async () => {
    await create('front')
    await create('back', { internal: true })
    await setUp(fixture, 'web-1', ['front'])
    await setUp(fixture, 'db-1', ['back'])
    outsideWorld()
    expect(pings('web-1', '198.51.100.2')).toBe(true)
    expect(inside('db-1', 'ip', 'route')).not.toContain('default')
    inside('db-1', 'ip', 'route', 'add', 'default', 'dev', 'eth0')
    expect(pings('db-1', '198.51.100.2')).toBe(false)
  })

  test('IPv6 is there where it was asked for and only there', async () => {
    await create('six', { enableIpv6: true })
    await create('four')
    const six = await setUp(fixture, 'web-1', ['six'])
    const peer = await setUp(fixture, 'db-1', ['six'])
    await setUp(fixture, 'old-1', ['four'])
    expect(inside('web-1', 'ip', '-6', 'addr', 'show', 'eth0')).toContain(six.endpoints[0]?.ipv6Address)
    expect(inside('web-1', 'ip', '-6', 'route')).toContain(`default via ${six.endpoints[0]?.ipv6Gateway}`)
    expect(succeeds(() => inside('web-1', 'busybox', 'ping', '-6', '-c', '1', '-W', '1', peer.endpoints[0]?.ipv6Address ?? ''))).toBe(true)
    expect(inside('old-1', 'ip', '-6', 'addr', 'show', 'eth0').trim()).toBe('')
  })

  test('fixed addresses are given or refused, and a replacement gets the address of its predecessor', async () => {
    await create('shop_default', { ipam: { config: [{ subnet: '10.44.0.0/24' }] } })
    const fixed = (name: string): ReturnType<typeof fixture.part.provider.setup> =>
      fixture.part.provider.setup(
        containerNetwork(name, [
          { network: 'shop_default', ipv4Address: '10.44.0.77', macAddress: '02:42:00:00:00:77', interfaceName: 'lan0' },
        ]),
      )
    await fixed('web-1')
    expect(inside('web-1', 'ip', '-br', 'addr', 'show', 'lan0')).toContain('10.44.0.77/24')
    expect(inside('web-1', 'ip', 'link', 'show', 'lan0')).toContain('02:42:00:00:00:77')
    await expect(fixed('web-2')).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' })
    expect(existsSync(netnsOf('web-2'))).toBe(false)
    await fixture.part.provider.teardown(containerId('web-1'))
    await fixed('web-2')
    expect(inside('web-2', 'ip', '-br', 'addr', 'show', 'lan0')).toContain('10.44.0.77/24')
  })

  test('a network in use is not removed, and the error names who uses it', async () => {
    await create('shop_default')
    await setUp(fixture, 'web-1', ['shop_default'])
    await expect(fixture.part.networks.remove({ network: 'shop_default' })).rejects.toMatchObject({
      code: 'NETWORK_IN_USE',
      message: expect.stringContaining('web-1'),
    })
  })

  test('a running container is connected to another network and taken out again', async () => {
    await create('front')
    await create('back')
    await setUp(fixture, 'web-1', ['front'])
    await setUp(fixture, 'db-1', ['back'])
    const { part } = fixture
    const setup = await part.provider.connect(containerId('web-1'), { network: 'back', aliases: ['extra'], gatewayPriority: 5 })
    expect(setup.endpoints.map((endpoint) => endpoint.network)).toEqual(['front', 'back'])
    expect(inside('web-1', 'ip', 'route', 'show', 'default')).toContain(setup.endpoints[1]?.ipv4Gateway)
    expect(pings('web-1', part.provider.endpoints(containerId('db-1'))[0]?.ipv4Address ?? '')).toBe(true)
    await expect(part.provider.connect(containerId('web-1'), { network: 'back' })).rejects.toMatchObject({ code: 'ALREADY_CONNECTED' })
    const after = await part.provider.disconnect(containerId('web-1'), 'back')
    expect(inside('web-1', 'ip', '-br', 'link')).not.toContain('eth1')
    expect(inside('web-1', 'ip', 'route', 'show', 'default')).toContain(after.endpoints[0]?.ipv4Gateway)
  })

  test('a bridge somebody deleted is made again with the next container', async () => {
    const network = await create('shop_default')
    host('ip', 'link', 'del', network.bridge)
    const setup = await setUp(fixture, 'web-1', ['shop_default'])
    expect(pings('web-1', setup.endpoints[0]?.ipv4Gateway ?? '')).toBe(true)
  })

  test('rules somebody flushed come back by themselves', async () => {
    await fixture.part.networks.close()
    fixture = openNetworkPart({ healMs: 100 })
    await fixture.part.provider.restore([])
    await create('shop_default')
    const rules = ownRules().length
    host('iptables', '-F')
    host('iptables', '-t', 'nat', '-F')
    expect(ownRules().length).toBeLessThan(rules)
    await expect.poll(() => ownRules().length, { timeout: 2000 }).toBe(rules)
  })

  test('rules somebody flushed come back within a second where the kernel counts changes', async ({ skip }) => {
    if (!host('iptables', '--version').includes('nf_tables')) skip('this iptables does not use nf_tables')
    await create('shop_default')
    const rules = ownRules().length
    host('iptables', '-F')
    host('iptables', '-t', 'nat', '-F')
    expect(ownRules().length).toBeLessThan(rules)
    await expect.poll(() => ownRules().length, { timeout: 5000 }).toBe(rules)
  })

  test("docker's default network is made for its first user and goes with its last one", async () => {
    await setUp(fixture, 'build-1', ['bridge'])
    expect(inside('build-1', 'ip', 'route')).toContain('default via')
    await fixture.part.provider.teardown(containerId('build-1'))
    expect(await fixture.part.networks.list()).toEqual([])
    expect(links().filter((name) => name.startsWith('br-'))).toEqual([])
  })

  test('ten at once get ten addresses, and leave nothing when they go at once', async () => {
    await create('shop_default')
    const names = Array.from({ length: 10 }, (_, index) => `web-${index}`)
    const setups = await Promise.all(
      names.map((name, index) => setUp(fixture, name, ['shop_default'], index < 4 ? [port(8000 + index)] : [])),
    )
    expect(new Set(setups.map((setup) => setup.endpoints[0]?.ipv4Address)).size).toBe(10)
    await Promise.all(names.map((name) => fixture.part.provider.teardown(containerId(name))))
    await fixture.part.networks.remove({ network: 'shop_default' })
    expect(links()).toEqual(['lo'])
    expect(ownRules()).toEqual([])
    expect(readdirSync(`${runRoot}/netns`)).toEqual([])
    expect(host('ss', '-Hltn').trim()).toBe('')
  })
})

describe('after the engine was killed', () => {
  test('running containers keep everything, ended ones are cleared away', async () => {
    await create('shop_default')
    await setUp(fixture, 'web-1', ['shop_default'], [port(8080)])
    await setUp(fixture, 'db-1', ['shop_default'], [port(8081)])
    cleanups.push(serveHttp('web-1'))
    await fetchText('http://127.0.0.1:8080/')
    const rules = host('iptables-save', '-t', 'nat').match(/tscompose:\w+/g)
    // A link no record tells of, as a kill between two steps leaves it.
    host('ip', 'link', 'add', 'tsc00000000000', 'type', 'veth', 'peer', 'name', 'stray')
    const old = fixture
    fixture = openNetworkPart()
    await fixture.part.provider.restore([containerId('web-1')])
    expect(await fetchText('http://127.0.0.1:8080/')).toContain('web-1')
    expect(inside('web-1', 'busybox', 'nslookup', 'web', '127.0.0.11')).toContain('Address')
    expect(succeeds(() => inside('web-1', 'busybox', 'nslookup', 'db', '127.0.0.11'))).toBe(false)
    expect(existsSync(netnsOf('db-1'))).toBe(false)
    expect(links()).not.toContain('stray')
    await expect.poll(() => host('iptables-save'), { timeout: 5000 }).not.toContain('8081')
    expect(rules).not.toBeNull()
    await expect(setUp(fixture, 'late-1', ['shop_default'], [port(8080)])).rejects.toMatchObject({ code: 'PORT_IN_USE' })
    await old.part.networks.close()
  })

  test('a network outlives a reboot of the host and gets its bridge and rules back with its first container', async () => {
    const network = await create('shop_default')
    await fixture.part.networks.close()
    // What a reboot leaves: the data root, and nothing else.
    host('ip', 'link', 'del', network.bridge)
    for (const table of ['raw', 'nat', 'filter']) host('sh', '-c', `iptables -t ${table} -F; iptables -t ${table} -X`)
    host('sh', '-c', `iptables -P FORWARD ACCEPT; echo 0 > /proc/sys/net/ipv4/ip_forward; rm -rf ${runRoot}/network`)
    fixture = openNetworkPart()
    await fixture.part.provider.restore([])
    expect(links()).toEqual(['lo'])
    expect(await fixture.part.networks.list()).toEqual([expect.objectContaining({ id: network.id, pools: network.pools })])
    await setUp(fixture, 'web-1', ['shop_default'], [port(8080)])
    cleanups.push(serveHttp('web-1'))
    expect(await fetchText('http://127.0.0.1:8080/')).toContain('web-1')
    expect(ownRules()).toContain(':FORWARD DROP [0:0]')
    expect(readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8').trim()).toBe('1')
  })

  test('the network helper ends by itself when the last container ended without an engine', async () => {
    host('ip', 'netns', 'add', 'lonely')
    const sleeper = spawn('nsenter', ['--net=/run/netns/lonely', 'sleep', '1000'], { stdio: 'ignore' })
    const ended = Promise.withResolvers<number>()
    const socket = `${runRoot}/netd-of-its-own.sock`
    serveNetd({ socket, log: () => undefined, exit: ended.resolve, idleMs: 20, lookMs: 50 })
    const container = { id: 'a'.repeat(64), name: 'web-1', netns: '/run/netns/lonely', endpoints: [], ports: [] }
    const engine = connect(socket)
    engine.write(`${JSON.stringify({ id: 1, method: 'put', container })}\n`)
    await expect.poll(() => engine.read()?.toString() ?? '').toContain('"id":1')
    engine.destroy()
    expect(await Promise.race([ended.promise, sleep(500, 'still there')])).toBe('still there')
    sleeper.kill('SIGKILL')
    expect(await ended.promise).toBe(0)
    host('ip', 'netns', 'del', 'lonely')
  })

  test('a killed network helper comes back with all it had', async () => {
    await create('shop_default')
    await setUp(fixture, 'web-1', ['shop_default'], [port(8080)])
    const pid = /pid=(\d+)/.exec(host('ss', '-Hltnp', 'sport', '=', ':8080'))?.[1] ?? ''
    process.kill(Number(pid), 'SIGKILL')
    // Until it is reaped its sockets are still to be seen.
    await expect.poll(() => fixture.warnings.join(), { timeout: 15_000, interval: 20 }).toContain('network helper is gone')
    await expect.poll(() => host('ss', '-Hltn', 'sport', '=', ':8080'), { timeout: 15_000, interval: 20 }).toContain('0.0.0.0:8080')
    await expect.poll(() => inside('web-1', 'ss', '-Hlnu'), { timeout: 15_000, interval: 20 }).toContain('127.0.0.11:53')
    expect(inside('web-1', 'busybox', 'nslookup', 'web', '127.0.0.11')).toContain('Address')
  })
})

function port(hostPort: number): { containerPort: number; protocol: 'tcp'; hostPort: string } {
  return { containerPort: 80, protocol: 'tcp', hostPort: String(hostPort) }
}

/** A machine beyond the host: 198.51.100.2, which knows no way to the containers' subnets. */
function outsideWorld(): void {
  execFileSync('sh', [
    '-c',
    'ip netns add outside && ip link add out0 type veth peer name out1 && ip link set out1 netns outside && ip addr add 198.51.100.1/24 dev out0 && ip link set out0 up && ip -n outside addr add 198.51.100.2/24 dev out1 && ip -n outside link set out1 up && ip -n outside link set lo up',
  ])
  cleanups.push(() => {
    execFileSync('ip', ['netns', 'del', 'outside'])
    succeeds(() => host('ip', 'link', 'del', 'out0'))
  })
}
