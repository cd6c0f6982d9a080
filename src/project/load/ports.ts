import { isIP } from 'node:net'
import { newTree, type Tree } from '../tree.ts'

export type PortResult = { readonly ports: readonly Tree[] } | { readonly problem: string }

interface Range {
  readonly start: number
  readonly end: number
}

/** Expands `[ip:][host:]container[/protocol]`, with ranges, into long ports. */
export function expandPort(spec: string): PortResult {
  const slash = spec.indexOf('/')
  const protocol = (slash === -1 ? 'tcp' : spec.slice(slash + 1) || 'tcp').toLowerCase()
  const parts = splitPort(slash === -1 ? spec : spec.slice(0, slash))
  if (parts === undefined) return { problem: `too many colons in ${spec}: an IPv6 address goes in brackets, [::1]:8080:80` }
  if (parts.container === '') return { problem: `no port specified: ${spec}<empty>` }
  if (!['tcp', 'udp', 'sctp'].includes(protocol)) return { problem: `invalid proto: ${protocol}` }
  if (parts.ip !== '' && isIP(parts.ip) === 0) return { problem: `invalid IP address: ${parts.ip}` }
  const container = parseRange(parts.container)
  if (container === undefined) return { problem: `invalid containerPort: ${parts.container}` }
  const host = parts.host === '' ? undefined : parseRange(parts.host)
  if (parts.host !== '' && host === undefined) return { problem: `invalid hostPort: ${parts.host}` }
  const pairs = pairUp(container, host, parts.host)
  if (pairs === undefined) return { problem: `invalid ranges specified for container and host Ports: ${parts.container} and ${parts.host}` }
  return { ports: pairs.map(([target, published]) => longPort({ ip: parts.ip, target, published, protocol })) }
}

function splitPort(text: string): { readonly ip: string; readonly host: string; readonly container: string } | undefined {
  const bracket = /^\[([^\]]*)\](?::(.*))?$/.exec(text)
  const rest = bracket === null ? text.split(':') : [bracket[1] ?? '', ...(bracket[2] ?? '').split(':')]
  if (rest.length > 3) return undefined
  const [container = '', host = '', ip = ''] = rest.toReversed()
  return { ip, host, container }
}

function parseRange(text: string): Range | undefined {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text)
  if (match === null) return undefined
  const start = Number(match[1])
  const end = match[2] === undefined ? start : Number(match[2])
  return end < start || end > 65_535 ? undefined : { start, end }
}

/** Equal ranges go pairwise; one container port may take any port of a host range, which stays text. */
function pairUp(
  container: Range,
  host: Range | undefined,
  hostText: string,
): readonly (readonly [number, string | undefined])[] | undefined {
  const size = container.end - container.start
  if (host !== undefined && host.end - host.start !== size) {
    return size === 0 ? [[container.start, hostText]] : undefined
  }
  return Array.from(
    { length: size + 1 },
    (_, index) => [container.start + index, host === undefined ? undefined : String(host.start + index)] as const,
  )
}

function longPort(port: {
  readonly ip: string
  readonly target: number
  readonly published: string | undefined
  readonly protocol: string
}): Tree {
  const tree = newTree()
  tree.mode = 'ingress'
  if (port.ip !== '') tree.host_ip = port.ip
  tree.target = port.target
  if (port.published !== undefined) tree.published = port.published
  tree.protocol = port.protocol
  return tree
}
