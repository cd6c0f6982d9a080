import { TscomposeError } from '../../base/errors.ts'
import { formatIp, parseIp } from '../../base/ip.ts'
import type { BoundPort, PortSpec } from '../api.ts'
import type { FirewallRule } from './firewall/driver.ts'
import { portRules } from './firewall/rules.ts'
import type { NetdPort } from './netd/protocol.ts'

/** Where published ports lead to: the endpoint the container's default route goes through. */
export interface PublishTarget {
  readonly bridge: string
  readonly ipv4: string
  readonly ipv6: string
  /** Address ports are published on that name none; undefined: all. */
  readonly hostBinding: string | undefined
}

/** What is to be claimed on the host for a container. Throws `invalid` INVALID_PORT. */
export function planPorts(ports: readonly PortSpec[], target: PublishTarget): readonly NetdPort[] {
  return ports.map((port) => {
    const { from, to } = parseHostPort(port)
    const { hostIps, optional } = hostAddresses(port, target)
    const { containerPort, protocol } = port
    return { containerPort, protocol, hostIps, optional, from, to, target: target.ipv4 === '' ? target.ipv6 : target.ipv4 }
  })
}

/** Firewall rules for ports that are claimed. A combination the container has no address for needs none: it is proxied. */
export function rulesOfPorts(ports: readonly BoundPort[], target: PublishTarget): readonly FirewallRule[] {
  return ports.flatMap((port) => {
    const family = parseIp(port.hostIp)?.family
    const containerIp = family === 4 ? target.ipv4 : target.ipv6
    if (family === undefined || containerIp === '' || port.hostIp === '::1') return []
    return portRules({ ...port, family, containerIp, bridge: target.bridge })
  })
}

function parseHostPort(port: PortSpec): { readonly from: number; readonly to: number } {
  const text = port.hostPort ?? ''
  if (text === '') return { from: 0, to: 0 }
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text)
  const from = Number(match?.[1] ?? -1)
  const to = Number(match?.[2] ?? from)
  if (from < 0 || to < from || to > 65535 || port.containerPort < 1 || port.containerPort > 65535) {
    throw new TscomposeError('invalid', 'INVALID_PORT', `cannot publish ${text}:${port.containerPort}: ports go from 1 to 65535`)
  }
  return { from, to }
}

function hostAddresses(
  port: PortSpec,
  target: PublishTarget,
): { readonly hostIps: readonly string[]; readonly optional: readonly string[] } {
  const wanted = port.hostIp === undefined || port.hostIp === '' ? target.hostBinding : port.hostIp
  if (wanted !== undefined) {
    const address = parseIp(wanted.replace(/^\[(.*)\]$/, '$1'))
    if (address !== undefined) return { hostIps: [formatIp(address)], optional: [] }
    throw new TscomposeError('invalid', 'INVALID_PORT', `cannot publish port ${port.containerPort} on ${wanted}: it is not an IP address`)
  }
  const all = ['0.0.0.0', '::'].filter((hostIp) => hostIp !== '0.0.0.0' || target.ipv4 !== '')
  return { hostIps: all, optional: ['::'] }
}
