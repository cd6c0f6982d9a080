import { execFileSync } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { requireIp } from '../../src/base/ip.ts'
import * as route from '../../src/sys/netlink/route.ts'
import { openNetlink } from '../../src/sys/netlink/socket.ts'
import { createNetns, removeNetns, withNetns } from '../../src/sys/netns.ts'
import { bindSocket, boundPort, closeFd } from '../../src/sys/sockets.ts'

/* Runs as root in a network namespace of its own; what the kernel has is asked of iproute2. */

const netns = '/run/tscompose/netns/test'
const ip = (...args: readonly string[]): string => execFileSync('ip', args, { encoding: 'utf8' })
const inside = (...args: readonly string[]): string => execFileSync('nsenter', [`--net=${netns}`, ...args], { encoding: 'utf8' })
const links = (): readonly string[] => (JSON.parse(ip('-j', 'link')) as { ifname: string }[]).map((link) => link.ifname)

afterEach(() => {
  removeNetns(netns)
  // Links into the namespace may be going on their own by now.
  for (const name of links()) if (name.startsWith('t-')) execFileSync('sh', ['-c', `ip link del ${name} 2>/dev/null || true`])
})

describe('network namespaces', () => {
  test('one is made, entered and left again; this process stays where it was', () => {
    const home = readFileSync('/proc/thread-self/net/dev', 'utf8')
    createNetns(netns, () => undefined)
    expect(inside('ip', '-br', 'link')).toMatch(/^lo\s+DOWN/)
    const names = withNetns(netns, () => readFileSync('/proc/thread-self/net/dev', 'utf8'))
    expect(names).not.toContain('eth')
    expect(readFileSync('/proc/thread-self/net/dev', 'utf8')).toBe(home)
    removeNetns(netns)
    expect(existsSync(netns)).toBe(false)
    expect(() => removeNetns(netns)).not.toThrow()
  })

  test('a failure inside leaves neither the namespace nor this process in it', () => {
    const before = execFileSync('readlink', [`/proc/${process.pid}/ns/net`], { encoding: 'utf8' })
    expect(() =>
      createNetns(netns, () => {
        throw new Error('inside')
      }),
    ).toThrow('inside')
    expect(existsSync(netns)).toBe(false)
    expect(execFileSync('readlink', [`/proc/${process.pid}/ns/net`], { encoding: 'utf8' })).toBe(before)
    expect(readFileSync('/proc/mounts', 'utf8')).not.toContain(netns)
  })

  test('a socket bound inside serves the namespace, not this one', () => {
    const socket = createNetns(netns, () => openNetlink())
    socket.request([route.setLink(1, { up: true })])
    socket.close()
    const fd = bindSocket({ protocol: 'tcp', address: requireIp('127.0.0.11', 'test'), port: 0, netns, listen: 8 })
    const port = boundPort(fd)
    expect(inside('ss', '-Hltn')).toContain(`127.0.0.11:${port}`)
    expect(execFileSync('ss', ['-Hltn'], { encoding: 'utf8' })).not.toContain(`127.0.0.11:${port}`)
    closeFd(fd)
  })
})

describe('links', () => {
  test('a bridge and a veth pair into a namespace come out as iproute2 would make them', () => {
    const host = openNetlink()
    host.request([route.createBridge({ name: 't-br', macAddress: '02:42:0a:00:00:01', mtu: 1400 })])
    const bridge = route.getLink(host, 't-br')
    expect(bridge).toMatchObject({ name: 't-br', kind: 'bridge', up: false, mtu: 1400, macAddress: '02:42:0a:00:00:01' })
    const index = bridge?.index ?? 0
    const socket = createNetns(netns, () => openNetlink())
    const fd = openSync(netns, 'r')
    host.request([
      route.setLink(index, { up: true, alias: 'a test' }),
      route.addAddress(index, requireIp('10.9.0.1', 'test'), 24),
      route.createVeth({
        name: 't-veth',
        master: index,
        mtu: 1400,
        peer: { name: 'eth0', netns: fd, index: 2, macAddress: '02:42:0a:00:00:02' },
      }),
      route.setLink('t-veth', { up: true, hairpin: true, noLinkLocal: true }),
    ])
    closeSync(fd)
    socket.request([
      route.setLink(1, { up: true }),
      route.addAddress(2, requireIp('10.9.0.2', 'test'), 24),
      route.setLink(2, { up: true }),
      route.setRoute({ destination: { family: 4, value: 0n, prefix: 0 }, gateway: requireIp('10.9.0.1', 'test'), link: 2 }),
    ])
    socket.close()
    host.close()
    expect(ip('-d', 'link', 'show', 't-veth')).toMatch(/master t-br[\s\S]*hairpin on/)
    expect(ip('link', 'show', 't-br')).toContain('alias a test')
    expect(ip('-br', '-4', 'addr', 'show', 't-br')).toContain('10.9.0.1/24')
    expect(inside('ip', 'link', 'show', 'eth0')).toContain('02:42:0a:00:00:02')
    expect(inside('ip', 'route')).toContain('default via 10.9.0.1 dev eth0')
    expect(inside('busybox', 'ping', '-c', '1', '-W', '2', '10.9.0.1')).toContain(' 0% packet loss')
  })

  test('errors carry the errno name and what was attempted', () => {
    const host = openNetlink()
    expect(() => host.request([route.deleteLink('t-none')])).toThrow(
      expect.objectContaining({ code: 'ENODEV', message: expect.stringContaining('t-none') }),
    )
    host.request([route.createBridge({ name: 't-br' })])
    expect(() => host.request([route.createBridge({ name: 't-br' })])).toThrow(expect.objectContaining({ code: 'EEXIST' }))
    expect(route.getLink(host, 't-none')).toBeUndefined()
    host.close()
  })

  test('many links are deleted in one go, those that are gone count as deleted, others stay', async () => {
    const host = openNetlink()
    host.request(['t-a', 't-b', 't-c', 't-stay'].map((name) => route.createBridge({ name })))
    await host.requestAsync(route.deleteLinks(['t-a', 't-b', 't-c', 't-gone'], 4711))
    host.close()
    expect(links().filter((name) => name.startsWith('t-'))).toEqual(['t-stay'])
  })

  test('routes and addresses are listed', () => {
    const host = openNetlink()
    ip('link', 'add', 't-dummy', 'type', 'bridge')
    ip('addr', 'add', '10.8.0.1/16', 'dev', 't-dummy')
    ip('link', 'set', 't-dummy', 'up')
    expect(route.listRoutes(host, 4).map((entry) => [entry.destination.value, entry.destination.prefix])).toContainEqual([
      requireIp('10.8.0.0', 'test').value,
      16,
    ])
    expect(route.listAddresses(host)).toContainEqual(expect.objectContaining({ address: requireIp('10.8.0.1', 'test'), prefix: 16 }))
    host.close()
  })
})
