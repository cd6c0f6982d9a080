import { describe, expect, test } from 'vitest'
import type { FirewallRule } from '../../../../../src/engine/network/firewall/driver.ts'
import { createIptablesDriver } from '../../../../../src/engine/network/firewall/iptables.ts'
import { afterChange, emptyKernel, parseSave, placeRules, renderChange } from '../../../../../src/engine/network/firewall/render.ts'
import { networkRules, portRules } from '../../../../../src/engine/network/firewall/rules.ts'

const network = networkRules({
  family: 4,
  bridge: 'br-a',
  subnet: '172.18.0.0/24',
  internal: false,
  icc: true,
  masquerade: true,
  routed: false,
})
const port = portRules({
  family: 4,
  bridge: 'br-a',
  protocol: 'tcp',
  hostIp: '127.0.0.1',
  hostPort: 8080,
  containerIp: '172.18.0.2',
  containerPort: 80,
})

function specs(rules: readonly FirewallRule[]): readonly string[] {
  return rules.map((rule) => `${rule.table} ${rule.chain} ${rule.spec}`)
}

describe('rules', () => {
  test('a network is masqueraded, shut towards others and protected against direct routing', () => {
    expect(specs(network)).toEqual([
      'raw TSC-RAW -d 172.18.0.0/24 ! -i br-a -m addrtype ! --dst-type LOCAL -j DROP',
      'raw TSC-RAW -d 127.0.0.0/8 -i br-a -j DROP',
      'nat TSC-MASQ -s 172.18.0.0/24 ! -o br-a -j MASQUERADE',
      'nat TSC-MASQ -s 172.18.0.0/24 -o br-a -m conntrack --ctstate DNAT -j MASQUERADE',
      'nat TSC-MASQ -s 127.0.0.0/8 -o br-a -j MASQUERADE',
      'filter TSC-CT -o br-a -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
      'filter TSC-ISOLATE ! -i br-a -o br-a -j DROP',
      'filter TSC-OUT -i br-a -o br-a -j ACCEPT',
      'filter TSC-OUT -i br-a ! -o br-a -j ACCEPT',
    ])
  })

  test('an internal network neither gets out nor is masqueraded', () => {
    const rules = specs(
      networkRules({ family: 4, bridge: 'br-i', subnet: '10.0.0.0/24', internal: true, icc: true, masquerade: true, routed: false }),
    )
    expect(rules).toContain('filter TSC-ISOLATE ! -d 10.0.0.0/24 -i br-i -j DROP')
    expect(rules).not.toContain('nat TSC-MASQ -s 10.0.0.0/24 ! -o br-i -j MASQUERADE')
    expect(rules).not.toContain('filter TSC-OUT -i br-i ! -o br-i -j ACCEPT')
  })

  test('a port is led to the container and let through', () => {
    expect(specs(port)).toEqual([
      'nat TSC-DNAT -d 127.0.0.1/32 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.18.0.2:80',
      'filter TSC-PORTS -d 172.18.0.2/32 -o br-a -p tcp -m tcp --dport 80 -j ACCEPT',
    ])
  })
})

describe('iptables-restore text', () => {
  const wanted = placeRules([...network, ...port], 4, false)

  test('the first change makes chains and hooks, and sets the policy', () => {
    const text = renderChange(wanted, emptyKernel, 'DROP')
    expect(text.match(/^\*.*$/gm)).toEqual(['*raw', '*nat', '*filter'])
    expect(text).toContain(':TSC-DNAT - [0:0]\n')
    expect(text).toContain(':FORWARD DROP [0:0]\n')
    expect(text).toMatch(/^-I FORWARD 1 -m comment --comment tscompose:[0-9a-f]{12} -j TSC-FORWARD$/m)
    expect(text).toMatch(/^-I PREROUTING 1 ! -d 127.0.0.0\/8 -m addrtype --dst-type LOCAL -m comment --comment \S+ -j TSC-DNAT$/m)
  })

  test('nothing is written where nothing changes', () => {
    expect(renderChange(wanted, afterChange(wanted, emptyKernel, 'DROP'), 'DROP')).toBe('')
  })

  test('a container that leaves takes its two rules and nothing else; existing chains are not named', () => {
    const text = renderChange(placeRules(network, 4, false), afterChange(wanted, emptyKernel, undefined), undefined)
    expect(text.split('\n').filter((line) => line.startsWith('-'))).toHaveLength(2)
    expect(text).toMatch(/^-D TSC-DNAT .*--dport 8080/m)
    expect(text).not.toContain(':TSC')
  })

  test('the last rule takes hooks and chains along', () => {
    const text = renderChange(placeRules([], 4, false), afterChange(wanted, emptyKernel, undefined), 'ACCEPT')
    expect(text).toMatch(/^-D FORWARD .*-j TSC-FORWARD$/m)
    expect(text).toContain('-F TSC-PORTS\n')
    expect(text).toContain('-X TSC-PORTS\n')
    expect(text.indexOf('-D FORWARD')).toBeLessThan(text.indexOf('-X TSC-FORWARD'))
  })

  test('what iptables-save prints is recognised by its comment', () => {
    const [key, rule] = [...wanted].find(([, placed]) => placed.chain === 'TSC-DNAT') ?? ['', undefined]
    const save = [
      '*nat',
      ':PREROUTING ACCEPT [0:0]',
      ':TSC-DNAT - [0:0]',
      `-A TSC-DNAT -d 127.0.0.1/32 -p tcp -m tcp --dport 8080 -m comment --comment "tscompose:${key}" -j DNAT --to-destination 172.18.0.2:80`,
      'COMMIT',
      '*filter',
      ':FORWARD DROP [0:0]',
      ':DOCKER-USER - [0:0]',
      '-A FORWARD -j DOCKER-USER',
      'COMMIT',
    ].join('\n')
    const kernel = parseSave(save)
    expect(kernel).toMatchObject({ forwardPolicy: 'DROP', dockerUser: true, foreignForward: true })
    expect([...kernel.rules.keys()]).toEqual([key])
    expect(rule?.table).toBe('nat')
    expect(renderChange(wanted, kernel, undefined)).not.toContain('--dport 8080')
  })

  test('rules of DOCKER-USER hold for our traffic too, before ours', () => {
    const text = renderChange(placeRules(network, 4, true), emptyKernel, undefined)
    expect(text).toMatch(/^-I TSC-FORWARD 1 .*-j DOCKER-USER$/m)
  })
})

describe('iptables driver', () => {
  function record(save = ''): {
    readonly calls: string[]
    readonly run: (command: string, args: readonly string[], input: string) => Promise<string>
  } {
    const calls: string[] = []
    return {
      calls,
      run: async (command, _args, input) => {
        calls.push(command)
        return input === '' ? save : ''
      },
    }
  }

  test('calls that come together share one transaction, and the kernel is read once', async () => {
    const { calls, run } = record()
    const driver = createIptablesDriver({ run })
    await Promise.all([driver.set('network 1', network), driver.set('container 1', port)])
    await driver.set('container 1', [])
    expect(calls).toEqual(['iptables-save', 'iptables-restore', 'iptables-restore'])
  })

  test('a failing transaction is tried again with what the kernel really has', async () => {
    const calls: string[] = []
    let broken = false
    const driver = createIptablesDriver({
      run: async (command, _args, input) => {
        calls.push(command)
        if (command !== 'iptables-restore') return ''
        if (broken && input.includes('-D ')) throw new Error('No chain/target/match by that name')
        return ''
      },
    })
    await driver.set('container 1', port)
    broken = true
    await driver.set('container 1', [])
    expect(calls).toEqual(['iptables-save', 'iptables-restore', 'iptables-restore', 'iptables-save'])
  })

  test('rules of a call that failed are not kept', async () => {
    let broken = true
    const inputs: string[] = []
    const driver = createIptablesDriver({
      run: async (command, _args, input) => {
        if (command === 'iptables-restore' && broken) throw new Error('no')
        inputs.push(input)
        return ''
      },
    })
    await expect(driver.set('container 1', port)).rejects.toMatchObject({ code: 'FIREWALL_FAILED' })
    broken = false
    await driver.set('network 1', network)
    expect(inputs.join('')).not.toContain('8080')
  })
})
