import { createSocket, type Socket } from 'node:dgram'
import { createServer, type Server } from 'node:net'
import { decode, encode } from 'dns-packet'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  containerId,
  containerNetwork,
  host,
  inside,
  insideLater,
  lookup,
  type NetworkFixture,
  openNetworkPart,
  setUp,
  succeeds,
} from '../support/network.ts'

/* Names inside containers, asked by busybox' nslookup and Node's resolver; a name server on the host plays the outside. */

let fixture: NetworkFixture
let upstream: { close(): void; readonly asked: string[] }

beforeEach(async () => {
  fixture = openNetworkPart()
  await fixture.part.provider.restore([])
  for (const name of ['front', 'back']) await fixture.part.networks.create({ spec: { name, labels: {} } })
  await fixture.part.networks.create({ spec: { name: 'shut', labels: {}, internal: true } })
  upstream = await startUpstream()
})

afterEach(async () => {
  upstream.close()
  for (const network of await fixture.part.networks.list()) {
    for (const { id } of network.containers) await fixture.part.provider.teardown(id)
    await fixture.part.networks.remove({ network: network.id })
  }
  await fixture.part.networks.close()
})

const dns = ['127.0.0.1']
const addressOf = (name: string): string => fixture.part.provider.endpoints(containerId(name))[0]?.ipv4Address ?? ''

describe('names of containers', () => {
  test('a service has all its replicas; container name and short id lead to one', async () => {
    await Promise.all(['web-1', 'web-2', 'web-3'].map((name) => setUp(fixture, name, ['front'])))
    await setUp(fixture, 'app-1', ['front'])
    const replicas = ['web-1', 'web-2', 'web-3'].map(addressOf).sort()
    expect(lookup('app-1', 'web')).toEqual(replicas)
    expect(lookup('app-1', 'web-2')).toEqual([addressOf('web-2')])
    expect(lookup('app-1', containerId('web-3').slice(0, 12))).toEqual([addressOf('web-3')])
    expect(inside('app-1', 'busybox', 'nslookup', addressOf('web-1'), '127.0.0.11')).toContain('web-1.front')
  })

  test('are seen in shared networks only, and change as containers come, go and are renamed', async () => {
    await setUp(fixture, 'web-1', ['front'])
    await setUp(fixture, 'db-1', ['back'])
    await setUp(fixture, 'app-1', ['front', 'back'])
    expect(lookup('app-1', 'db')).toEqual([addressOf('db-1')])
    expect(succeeds(() => lookup('web-1', 'db').join())).toBe(false)
    await fixture.part.provider.rename(containerId('db-1'), 'store')
    expect(lookup('app-1', 'store')).toEqual([addressOf('db-1')])
    await fixture.part.provider.teardown(containerId('db-1'))
    expect(succeeds(() => lookup('app-1', 'db').join())).toBe(false)
  })

  test('have no IPv6 address, which is no failure and is not asked outside', async () => {
    await fixture.part.provider.setup(containerNetwork('app-1', [{ network: 'front' }], { dns }))
    expect(await insideLater('app-1', 'busybox', 'nslookup', '-type=AAAA', 'app-1', '127.0.0.11')).not.toContain('Address: 1')
    expect(upstream.asked).not.toContain('app-1')
  })
})

test('a container that is a name server itself has port 53 to itself, and names all the same', async () => {
  await setUp(fixture, 'web-1', ['front'])
  await fixture.part.provider.setup(containerNetwork('dns-1', [{ network: 'front' }], { expose: ['53/udp'] }))
  const script = `const s=require('node:net').createServer().listen(53,'0.0.0.0',()=>require('node:dgram').createSocket('udp4').bind(53,'0.0.0.0',()=>{console.log('bound');process.exit()}))`
  expect(inside('dns-1', process.execPath, '-e', script).trim()).toBe('bound')
  expect(lookup('dns-1', 'web')).toEqual([addressOf('web-1')])
})

describe('other names', () => {
  test('are asked of the container own name servers, over UDP and TCP', async () => {
    await fixture.part.provider.setup(containerNetwork('app-1', [{ network: 'front' }], { dns }))
    expect(await insideLater('app-1', 'busybox', 'nslookup', '-type=A', 'example.test', '127.0.0.11')).toContain('Address: 203.0.113.7')
    expect(upstream.asked).toContain('example.test')
    // More than a UDP answer holds: the client has to come again over TCP, all the way through.
    const script = `const r=new(require('node:dns').promises.Resolver)();r.setServers(['127.0.0.11']);r.resolve4('large.test').then(a=>console.log(a.length))`
    expect((await insideLater('app-1', process.execPath, '-e', script)).trim()).toBe('100')
  })

  test('are not asked where a container has internal networks only', async () => {
    await fixture.part.provider.setup(containerNetwork('db-1', [{ network: 'shut' }], { dns }))
    expect(await insideLater('db-1', 'busybox', 'nslookup', '-type=A', 'example.test', '127.0.0.11')).toBe('')
    expect(upstream.asked).not.toContain('example.test')
    expect(lookup('db-1', 'db-1')).toEqual([addressOf('db-1')])
  })
})

test('names are answered while there is no engine, and the helper ends when nobody needs it', async () => {
  await setUp(fixture, 'web-1', ['front'])
  const address = addressOf('web-1')
  await fixture.part.networks.close()
  expect(lookup('web-1', 'web')).toEqual([address])
  fixture = openNetworkPart()
  await fixture.part.provider.restore([containerId('web-1')])
  await fixture.part.provider.teardown(containerId('web-1'))
  await fixture.part.networks.close()
  await expect
    .poll(() => succeeds(() => (host('ss', '-Hlx', 'src', '/run/tscompose/netd.sock').includes('netd') ? '' : host('false'))))
    .toBe(false)
  fixture = openNetworkPart()
  await fixture.part.provider.restore([])
})

/** A name server on 127.0.0.1:53 that knows two names. */
async function startUpstream(): Promise<{ close(): void; readonly asked: string[] }> {
  const asked: string[] = []
  const answer = (query: Buffer, tcp: boolean): Buffer => {
    const packet = decode(query)
    const question = packet.questions?.[0]
    const name = question?.name ?? ''
    asked.push(name)
    const count = question?.type !== 'A' ? 0 : name === 'large.test' ? 100 : 1
    const answers = Array.from({ length: count }, (_, index) => ({
      type: 'A' as const,
      name,
      ttl: 1,
      data: count === 1 ? '203.0.113.7' : `203.0.113.${index}`,
    }))
    const base = { type: 'response' as const, ...(packet.id === undefined ? {} : { id: packet.id }), questions: packet.questions ?? [] }
    return name === 'large.test' && !tcp ? encode({ ...base, flags: 1 << 9 }) : encode({ ...base, answers })
  }
  const udp: Socket = createSocket('udp4')
  udp.on('message', (query, peer) => udp.send(answer(query, false), peer.port, peer.address))
  const tcp: Server = createServer((socket) => {
    socket.on('data', (chunk: Buffer) => {
      const message = answer(chunk.subarray(2), true)
      const length = Buffer.alloc(2)
      length.writeUInt16BE(message.length)
      socket.write(Buffer.concat([length, message]))
    })
  })
  await new Promise<void>((resolve) => udp.bind(53, '127.0.0.1', resolve))
  await new Promise<void>((resolve) => tcp.listen(53, '127.0.0.1', resolve))
  return {
    asked,
    close: () => {
      udp.close()
      tcp.close()
    },
  }
}
