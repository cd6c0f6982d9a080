import type { IpFamily } from '../../../base/ip.ts'
import type { FirewallChain, FirewallRule, FirewallTable } from './driver.ts'

/*
 * What networks and published ports need of the packet filter, as data. See README.md for what each rule is for.
 */

/** One address family of one bridge network. */
export interface NetworkFirewall {
  readonly family: IpFamily
  readonly bridge: string
  readonly subnet: string
  readonly internal: boolean
  /** Containers of the network may talk to each other. */
  readonly icc: boolean
  /** Containers reach the outside under the host's address (or under `sourceAddress`). */
  readonly masquerade: boolean
  readonly sourceAddress?: string | undefined
  /** The outside may address containers directly, without a published port. */
  readonly routed: boolean
}

export function networkRules(network: NetworkFirewall): readonly FirewallRule[] {
  const { bridge, subnet, family } = network
  const rule = (table: FirewallTable, chain: FirewallChain, spec: string): FirewallRule => ({ family, table, chain, spec })
  return [
    ...(network.routed ? [] : [rule('raw', 'TSC-RAW', `-d ${subnet} ! -i ${bridge} -m addrtype ! --dst-type LOCAL -j DROP`)]),
    ...(family === 4 ? [rule('raw', 'TSC-RAW', `-d 127.0.0.0/8 -i ${bridge} -j DROP`)] : []),
    ...masqueradeRules(network).map((spec) => rule('nat', 'TSC-MASQ', spec)),
    rule('filter', 'TSC-CT', `-o ${bridge} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`),
    ...isolationRules(network).map((spec) => rule('filter', 'TSC-ISOLATE', spec)),
    rule('filter', 'TSC-OUT', `-i ${bridge} -o ${bridge} -j ${network.icc ? 'ACCEPT' : 'DROP'}`),
    ...(network.internal ? [] : [rule('filter', 'TSC-OUT', `-i ${bridge} ! -o ${bridge} -j ACCEPT`)]),
  ]
}

function masqueradeRules({ family, bridge, subnet, internal, masquerade, sourceAddress }: NetworkFirewall): readonly string[] {
  const source = sourceAddress === undefined ? 'MASQUERADE' : `SNAT --to-source ${sourceAddress}`
  return [
    ...(internal || !masquerade ? [] : [`-s ${subnet} ! -o ${bridge} -j ${source}`]),
    // A container that reaches a neighbour, or itself, through a published port: the answer must come back through us.
    `-s ${subnet} -o ${bridge} -m conntrack --ctstate DNAT -j MASQUERADE`,
    ...(family === 4 ? [`-s 127.0.0.0/8 -o ${bridge} -j MASQUERADE`] : []),
  ]
}

function isolationRules({ bridge, subnet, internal, routed }: NetworkFirewall): readonly string[] {
  if (internal) return [`! -s ${subnet} -o ${bridge} -j DROP`, `! -d ${subnet} -i ${bridge} -j DROP`]
  return routed ? [`! -i ${bridge} -o ${bridge} -j ACCEPT`] : [`! -i ${bridge} -o ${bridge} -j DROP`]
}

/** A port of the host that leads to a container. */
export interface PublishedPort {
  readonly family: IpFamily
  readonly bridge: string
  readonly protocol: 'tcp' | 'udp' | 'sctp'
  /** Address on the host; `0.0.0.0` and `::` are all of them. */
  readonly hostIp: string
  readonly hostPort: number
  readonly containerIp: string
  readonly containerPort: number
}

export function portRules(port: PublishedPort): readonly FirewallRule[] {
  const { family, protocol, hostIp, hostPort, containerIp, containerPort, bridge } = port
  const host = hostIp === '0.0.0.0' || hostIp === '::' ? '' : `-d ${hostIp}/${family === 4 ? 32 : 128} `
  const target = family === 4 ? `${containerIp}:${containerPort}` : `[${containerIp}]:${containerPort}`
  const container = `${containerIp}/${family === 4 ? 32 : 128}`
  return [
    {
      family,
      table: 'nat',
      chain: 'TSC-DNAT',
      spec: `${host}-p ${protocol} -m ${protocol} --dport ${hostPort} -j DNAT --to-destination ${target}`,
    },
    {
      family,
      table: 'filter',
      chain: 'TSC-PORTS',
      spec: `-d ${container} -o ${bridge} -p ${protocol} -m ${protocol} --dport ${containerPort} -j ACCEPT`,
    },
  ]
}

/** For the inside of a container whose programs have port 53: iptables-restore text that leads 127.0.0.11:53 to `port`. */
export function resolverRedirect(port: number): string {
  const rules = ['udp', 'tcp'].map(
    (protocol) => `-A OUTPUT -d 127.0.0.11/32 -p ${protocol} -m ${protocol} --dport 53 -j DNAT --to-destination 127.0.0.11:${port}`,
  )
  return `*nat\n${rules.join('\n')}\nCOMMIT\n`
}
