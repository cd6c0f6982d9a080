import { hasCode, TscomposeError } from '../../../base/errors.ts'
import { parseIp, requireIp } from '../../../base/ip.ts'
import { bindSocket, boundPort, closeFd } from '../../../sys/sockets.ts'
import type { BoundPort } from '../../api.ts'
import type { NetdPort } from './protocol.ts'
import { type ProxyTarget, proxyTcp, proxyUdp } from './proxy.ts'

/** A port of the host kept for one container. */
export interface ClaimedPort {
  readonly bound: readonly BoundPort[]
  release(): void
  /** The same sockets for another container that asks for this port; undefined where they do not fit what it asks for. */
  handOver(port: NetdPort): ClaimedPort | undefined
}

interface Holding {
  readonly hostIp: string
  readonly release: () => void
  /** Absent where the kernel leads connections on. */
  readonly target?: ProxyTarget
}

const ephemeralTries = 10

/**
 * Takes a port on all its host addresses, or throws PORT_IN_USE (naming the first port that was tried) or
 * HOST_ADDRESS_MISSING, with nothing kept.
 */
export function claimPort(port: NetdPort, onError: (error: unknown) => void): ClaimedPort {
  const candidates = port.from === 0 ? Array.from({ length: ephemeralTries }, () => 0) : range(port.from, port.to)
  let failure: unknown
  for (const candidate of candidates) {
    try {
      return claimAt(port, candidate, onError)
    } catch (error) {
      if (!hasCode(error, 'EADDRINUSE')) throw claimError(port, candidate, error)
      failure ??= claimError(port, candidate, error)
    }
  }
  throw failure
}

function claimAt(port: NetdPort, candidate: number, onError: (error: unknown) => void): ClaimedPort {
  const held: Holding[] = []
  let number = candidate
  try {
    for (const hostIp of port.hostIps) {
      const fd = bindUnlessMissing(port, hostIp, number)
      if (fd === undefined) continue
      // The first address decides; the others must have the same number.
      if (number === 0) number = boundPort(fd)
      held.push({ hostIp, ...serve(port, { hostIp, fd, onError }) })
    }
  } catch (error) {
    for (const holding of held) holding.release()
    throw error
  }
  return claimed(port, number, held)
}

function claimed(port: NetdPort, number: number, held: readonly Holding[]): ClaimedPort {
  const { containerPort, protocol } = port
  const fits = (other: NetdPort): boolean =>
    other.protocol === protocol &&
    other.hostIps.join() === port.hostIps.join() &&
    (other.target === '') === (port.target === '') &&
    other.from <= number &&
    number <= other.to
  return {
    bound: held.map(({ hostIp }) => ({ containerPort, protocol, hostIp, hostPort: number })),
    release: () => {
      for (const holding of held) holding.release()
    },
    handOver: (other) => {
      if (!fits(other)) return undefined
      for (const { target } of held) if (target !== undefined) Object.assign(target, { address: other.target, port: other.containerPort })
      return claimed(other, number, held)
    },
  }
}

function bindUnlessMissing(port: NetdPort, hostIp: string, number: number): number | undefined {
  const address = requireIp(hostIp, 'published port')
  const proxied = isProxied(port, hostIp)
  try {
    return bindSocket({
      protocol: port.protocol,
      address,
      port: number,
      ...(port.protocol === 'udp' ? {} : { listen: proxied ? 512 : 1 }),
      // Packets for IPv4 addresses are led away by the kernel before they would reach this socket.
      discard: !proxied,
    })
  } catch (error) {
    const missing = hasCode(error, 'EADDRNOTAVAIL') || hasCode(error, 'EAFNOSUPPORT') || hasCode(error, 'EPROTONOSUPPORT')
    if (missing && port.optional.includes(hostIp)) return undefined
    throw error
  }
}

/** The kernel cannot lead connections to ::1, or from IPv6 to a container without it; those pass through this process. */
function isProxied(port: NetdPort, hostIp: string): boolean {
  return parseIp(hostIp)?.family === 6 && port.protocol !== 'sctp' && port.target !== ''
}

function serve(
  port: NetdPort,
  { hostIp, fd, onError }: { hostIp: string; fd: number; onError: (error: unknown) => void },
): Omit<Holding, 'hostIp'> {
  if (!isProxied(port, hostIp)) return { release: () => closeFd(fd) }
  const target = { address: port.target, port: port.containerPort }
  return { target, release: port.protocol === 'udp' ? proxyUdp(fd, target, onError) : proxyTcp(fd, target, onError) }
}

function claimError(port: NetdPort, candidate: number, error: unknown): unknown {
  const what = `${port.hostIps[0] ?? ''}:${candidate}/${port.protocol}`
  if (hasCode(error, 'EADDRINUSE')) {
    return new TscomposeError('conflict', 'PORT_IN_USE', `cannot publish ${what}: the port is already in use`, {
      target: String(candidate),
    })
  }
  if (hasCode(error, 'EADDRNOTAVAIL')) {
    return new TscomposeError('invalid', 'HOST_ADDRESS_MISSING', `cannot publish ${what}: this machine has no such address`, {
      hint: 'use an address of this machine, or leave the address out to publish on all of them',
    })
  }
  return error
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(1, to - from + 1) }, (_, index) => from + index)
}
