import { execFile, execFileSync, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  containerId,
  fetchText,
  host,
  inside,
  type NetworkFixture,
  netnsOf,
  openNetworkPart,
  serveHttp,
  setUp,
  succeeds,
} from '../support/network.ts'

/* Published ports, tried with curl from the host, from a machine outside, and from containers. */

let fixture: NetworkFixture
const cleanups: (() => void)[] = []

beforeEach(async () => {
  fixture = openNetworkPart()
  await fixture.part.provider.restore([])
  await fixture.part.networks.create({ spec: { name: 'shop', labels: {} } })
  execFileSync('sh', [
    '-c',
    'ip netns add outside && ip link add out0 type veth peer name out1 && ip link set out1 netns outside && ip addr add 198.51.100.1/24 dev out0 && ip addr add fd99::1/64 dev out0 nodad && ip link set out0 up && ip -n outside addr add 198.51.100.2/24 dev out1 && ip -n outside addr add fd99::2/64 dev out1 nodad && ip -n outside link set out1 up && ip -n outside link set lo up',
  ])
})

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) cleanup()
  for (const network of await fixture.part.networks.list()) {
    for (const { id } of network.containers) await fixture.part.provider.teardown(id)
    await fixture.part.networks.remove({ network: network.id })
  }
  await fixture.part.networks.close()
  execFileSync('ip', ['netns', 'del', 'outside'])
  succeeds(() => host('ip', 'link', 'del', 'out0'))
})

const tcp = (hostPort: string, hostIp?: string): { containerPort: number; protocol: 'tcp'; hostPort: string; hostIp?: string } => ({
  containerPort: 80,
  protocol: 'tcp',
  hostPort,
  ...(hostIp === undefined ? {} : { hostIp }),
})
const outside = (...args: readonly string[]): string =>
  execFileSync('ip', ['netns', 'exec', 'outside', ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
const curl = ['curl', '-sS', '-g', '--noproxy', '*', '-m', '2'] as const

describe('a published port', () => {
  test('is reached from outside, over 127.0.0.1 and ::1, from neighbours and from the container itself', async () => {
    const setup = await setUp(fixture, 'web-1', ['shop'], [tcp('8080')])
    await setUp(fixture, 'app-1', ['shop'])
    await fixture.part.networks.create({ spec: { name: 'other', labels: {} } })
    await setUp(fixture, 'far-1', ['other'])
    cleanups.push(serveHttp('web-1'))
    expect(setup.ports).toEqual([
      { containerPort: 80, protocol: 'tcp', hostIp: '0.0.0.0', hostPort: 8080 },
      { containerPort: 80, protocol: 'tcp', hostIp: '::', hostPort: 8080 },
    ])
    expect(await fetchText('http://127.0.0.1:8080/')).toContain('web-1')
    expect(await fetchText('http://[::1]:8080/')).toContain('web-1')
    expect(await fetchText('http://198.51.100.1:8080/')).toContain('web-1')
    // The container sees who really asks.
    expect(outside(...curl, 'http://198.51.100.1:8080/')).toBe('web-1 198.51.100.2')
    expect(outside(...curl, 'http://[fd99::1]:8080/')).toContain('web-1')
    for (const from of ['app-1', 'web-1', 'far-1']) expect(await fetchText('http://198.51.100.1:8080/', from)).toContain('web-1')
  })

  test('on 127.0.0.1 is for the host alone', async () => {
    await setUp(fixture, 'web-1', ['shop'], [tcp('8080', '127.0.0.1')])
    await setUp(fixture, 'app-1', ['shop'])
    cleanups.push(serveHttp('web-1'))
    expect(await fetchText('http://127.0.0.1:8080/')).toContain('web-1')
    expect(succeeds(() => outside(...curl, 'http://198.51.100.1:8080/'))).toBe(false)
    // Neighbours that send 127.0.0.1 over the wire: the hole of CVE-2020-8558.
    outside('sysctl', '-qw', 'net.ipv4.conf.all.route_localnet=1', 'net.ipv4.conf.out1.route_localnet=1')
    outside('ip', 'addr', 'del', '127.0.0.1/8', 'dev', 'lo')
    outside('ip', 'route', 'add', '127.0.0.1', 'via', '198.51.100.1', 'src', '198.51.100.2')
    expect(succeeds(() => outside(...curl, 'http://127.0.0.1:8080/'))).toBe(false)
    inside('app-1', 'ip', 'addr', 'del', '127.0.0.1/8', 'dev', 'lo')
    inside('app-1', 'sysctl', '-qw', 'net.ipv4.conf.all.route_localnet=1')
    inside('app-1', 'ip', 'route', 'add', '127.0.0.1', 'via', '172.18.0.1')
    expect(succeeds(() => inside('app-1', ...curl, 'http://127.0.0.1:8080/'))).toBe(false)
  })

  test('is the only way in: a route to the container leads nowhere', async () => {
    const setup = await setUp(fixture, 'web-1', ['shop'], [tcp('8080')])
    cleanups.push(serveHttp('web-1'))
    await fetchText('http://127.0.0.1:8080/')
    outside('ip', 'route', 'add', '172.18.0.0/24', 'via', '198.51.100.1')
    expect(succeeds(() => outside(...curl, `http://${setup.endpoints[0]?.ipv4Address}/`))).toBe(false)
  })

  test('is chosen by the kernel where none is named, the same for both families, and kept by the helper', async () => {
    const setup = await setUp(fixture, 'web-1', ['shop'], [{ containerPort: 80, protocol: 'tcp' }])
    const [first, second] = setup.ports
    expect(first?.hostPort).toBeGreaterThan(1023)
    expect(second?.hostPort).toBe(first?.hostPort)
    expect(host('ss', '-Hltn')).toContain(`0.0.0.0:${first?.hostPort}`)
  })

  test('out of a range is the first free one', async () => {
    const ports = [tcp('8000-8001')]
    expect((await setUp(fixture, 'web-1', ['shop'], ports)).ports[0]?.hostPort).toBe(8000)
    expect((await setUp(fixture, 'web-2', ['shop'], ports)).ports[0]?.hostPort).toBe(8001)
    await expect(setUp(fixture, 'web-3', ['shop'], ports)).rejects.toMatchObject({ code: 'PORT_IN_USE' })
    expect(succeeds(() => inside('web-3', 'true'))).toBe(false)
  })

  test('carries UDP, over IPv6 too', async () => {
    await setUp(fixture, 'dns-1', ['shop'], [{ containerPort: 5300, protocol: 'udp', hostPort: '5353' }])
    const script = `const s=require('node:dgram').createSocket('udp4');s.on('message',(m,p)=>s.send('got '+m,p.port,p.address));s.bind(5300)`
    const child = spawn('nsenter', [`--net=${netnsOf('dns-1')}`, process.execPath, '-e', script], { stdio: 'ignore' })
    cleanups.push(() => void child.kill('SIGKILL'))
    const ask = (address: string): string =>
      host(
        process.execPath,
        '-e',
        `const a='${address}';const s=require('node:dgram').createSocket(a.includes(':')?'udp6':'udp4');s.on('message',m=>{console.log(String(m));s.close()});s.send('x',5353,a);setTimeout(()=>process.exit(1),300).unref()`,
      )
    for (const address of ['127.0.0.1', '198.51.100.1', '::1']) {
      await expect.poll(() => (succeeds(() => ask(address)) ? ask(address) : ''), { timeout: 3000 }).toContain('got x')
    }
  })

  test('takes along a connection that was begun while its container went', async () => {
    await setUp(fixture, 'web-1', ['shop'], [tcp('8080')])
    // Nobody answers any more, as between the end of a container and the end of its rules.
    inside('web-1', 'iptables', '-A', 'INPUT', '-p', 'tcp', '-j', 'DROP')
    // Refused is an answer (the port is nobody's for a moment); only a connection that is led astray hangs.
    const ask = 'until curl -sS -m 20 http://127.0.0.1:8080/; do [ $? = 7 ] || exit 1; sleep 0.1; done'
    const asked = new Promise<string>((answered) => {
      execFile('sh', ['-c', ask], { timeout: 60_000 }, (_error, stdout, stderr) => answered(stdout + stderr))
    })
    const [first] = await Promise.all([setUp(fixture, 'other-1', ['shop']), sleep(500)])
    await fixture.part.provider.teardown(containerId('web-1'))
    await setUp(fixture, 'other-2', ['shop'])
    const second = await setUp(fixture, 'web-2', ['shop'], [tcp('8080')])
    expect(second.endpoints[0]?.ipv4Address).not.toBe(first.endpoints[0]?.ipv4Address)
    cleanups.push(serveHttp('web-2'))
    expect(await asked).toContain('web-2')
  })

  test('takes the peers of UDP along: a flow that goes on reaches the container that has the port now', async () => {
    const published = [{ containerPort: 53, protocol: 'udp' as const, hostPort: '5300' }]
    await setUp(fixture, 'dns-1', ['shop'], published)
    cleanups.push(serveUdp('dns-1', 53))
    const ask = openPeer('198.51.100.1', 5300)
    cleanups.push(ask.close)
    await expect.poll(ask.answer, { timeout: 5000 }).toBe('dns-1')
    // From the same port of the same peer all the time: to the kernel it is one flow, which it has led to dns-1.
    await fixture.part.provider.teardown(containerId('dns-1'))
    await setUp(fixture, 'dns-2', ['shop'], published)
    cleanups.push(serveUdp('dns-2', 53))
    await expect.poll(ask.answer, { timeout: 5000 }).toBe('dns-2')
    expect(fixture.warnings).toEqual([])
  })

  test('that is taken names the process, or the container, and leaves nothing', async () => {
    const server = createServer().listen(8080, '0.0.0.0')
    await new Promise((resolve) => server.once('listening', resolve))
    await expect(setUp(fixture, 'web-1', ['shop'], [tcp('8080')])).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringContaining(`process ${process.pid} (`),
      hint: expect.stringContaining('8081'),
    })
    expect(succeeds(() => inside('web-1', 'true'))).toBe(false)
    expect(host('iptables-save')).not.toContain('8080')
    await new Promise((resolve) => server.close(resolve))
    await setUp(fixture, 'web-1', ['shop'], [tcp('8080')])
    await expect(setUp(fixture, 'web-2', ['shop'], [tcp('8080')])).rejects.toMatchObject({
      message: expect.stringContaining('container web-1'),
    })
  })

  test('cannot be bound by anybody else while the container runs, and can afterwards', async () => {
    await setUp(fixture, 'web-1', ['shop'], [tcp('8080')])
    const bind = (): boolean =>
      succeeds(() => host(process.execPath, '-e', `require('net').createServer().listen(8080,'127.0.0.1',function(){this.close()})`))
    expect(bind()).toBe(false)
    await fixture.part.provider.teardown(containerId('web-1'))
    expect(bind()).toBe(true)
  })

  test('on an address the machine does not have is refused', async () => {
    await expect(setUp(fixture, 'web-1', ['shop'], [tcp('8080', '203.0.113.9')])).rejects.toMatchObject({ code: 'HOST_ADDRESS_MISSING' })
  })
})

test('ports stay reachable while there is no engine', async () => {
  await setUp(fixture, 'web-1', ['shop'], [tcp('8080')])
  cleanups.push(serveHttp('web-1'))
  await fixture.part.networks.close()
  expect(await fetchText('http://127.0.0.1:8080/')).toContain('web-1')
  expect(await fetchText('http://[::1]:8080/')).toContain('web-1')
  fixture = openNetworkPart()
  await fixture.part.provider.restore([containerId('web-1')])
})

/** Answers each packet with the container's name. */
function serveUdp(name: string, port: number): () => void {
  const program = `import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", ${port}))
while True:
    s.sendto(b"${name}", s.recvfrom(100)[1])`
  const child = spawn('nsenter', [`--net=${netnsOf(name)}`, 'python3', '-c', program], { stdio: 'ignore' })
  return () => child.kill('SIGKILL')
}

/** A peer outside that sends from one port only. `answer` is the last answer it got. */
function openPeer(address: string, port: number): { answer(): string; close(): void } {
  const program = `import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(0.1)
while True:
    s.sendto(b"who?", ("${address}", ${port}))
    try: print(s.recv(100).decode(), flush=True)
    except OSError: pass
    time.sleep(0.05)`
  const child = spawn('ip', ['netns', 'exec', 'outside', 'python3', '-c', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  let last = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    last = text.trim().split('\n').at(-1) ?? ''
  })
  return { answer: () => last, close: () => void child.kill('SIGKILL') }
}
