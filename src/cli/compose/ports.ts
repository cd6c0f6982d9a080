import type { BoundPort } from '../../engine/api.ts'

interface Range {
  readonly ip: string
  readonly protocol: string
  readonly first: number
  last: number
}

/**
 * Ports as docker's tables have them: `80/tcp`, `0.0.0.0:9000-9001->9000-9001/udp`, `0.0.0.0:8081->80/tcp`.
 * Neighbours with equal numbers inside and outside share an entry; the rest follow one by one.
 */
export function displayPorts(ports: readonly BoundPort[]): string {
  const ranges: Range[] = []
  const mappings: string[] = []
  for (const port of [...ports].sort(byNumber)) {
    if (port.hostPort !== 0 && port.hostPort !== port.containerPort) {
      mappings.push(`${host(port.hostIp)}:${port.hostPort}->${port.containerPort}/${port.protocol}`)
      continue
    }
    const ip = port.hostPort === 0 ? '' : host(port.hostIp)
    const open = ranges.findLast((range) => range.ip === ip && range.protocol === port.protocol)
    if (open !== undefined && port.containerPort === open.last + 1) open.last = port.containerPort
    else ranges.push({ ip, protocol: port.protocol, first: port.containerPort, last: port.containerPort })
  }
  return [...ranges.map(displayRange), ...mappings].join(', ')
}

function displayRange({ ip, protocol, first, last }: Range): string {
  const numbers = first === last ? String(first) : `${first}-${last}`
  return ip === '' ? `${numbers}/${protocol}` : `${ip}:${numbers}->${numbers}/${protocol}`
}

function host(ip: string): string {
  const address = ip === '' ? '0.0.0.0' : ip
  return address.includes(':') ? `[${address}]` : address
}

function byNumber(a: BoundPort, b: BoundPort): number {
  if (a.containerPort !== b.containerPort) return a.containerPort - b.containerPort
  if (a.hostIp !== b.hostIp) return a.hostIp < b.hostIp ? -1 : 1
  return a.hostPort - b.hostPort || (a.protocol < b.protocol ? -1 : 1)
}
