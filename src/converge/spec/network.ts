import type { ContainerSpec, EndpointSpec, NetworkMode, PortSpec } from '../../engine/api.ts'
import type { Project, Service, ServiceNetwork } from '../../project/model.ts'
import { containerName } from '../names.ts'
import { compact, nonEmpty } from './compact.ts'

/** The network the engine makes for `network_mode: bridge`; it belongs to no project. */
export const defaultBridge = 'bridge'

/** How a service is connected: its mode, or one endpoint per network, the most preferred first. */
export function networkModeOf(project: Project, service: Service): NetworkMode {
  const mode = service.network_mode
  if (mode !== undefined) return namedMode(project, mode)
  const endpoints = Object.entries(service.networks ?? {})
    .sort(([a, x], [b, y]) => (y?.priority ?? 0) - (x?.priority ?? 0) || (a < b ? -1 : 1))
    .map(([key, attachment]) => endpointOf(project, service, key, attachment))
  return endpoints.length === 0 ? { kind: 'none' } : { kind: 'networks', endpoints }
}

function namedMode(project: Project, mode: string): NetworkMode {
  if (mode === 'none' || mode === 'host') return { kind: mode }
  const container = sharedContainer(project, mode)
  if (container !== undefined) return { kind: 'container', container }
  if (mode === 'bridge' || mode === 'default') return { kind: 'networks', endpoints: [{ network: defaultBridge }] }
  return { kind: 'networks', endpoints: [{ network: mode }] }
}

/** The container `service:x` or `container:x` stands for, by name; undefined for every other mode. */
export function sharedContainer(project: Project, mode: string | undefined): string | undefined {
  if (mode?.startsWith('container:')) return mode.slice('container:'.length)
  if (!mode?.startsWith('service:')) return undefined
  const name = mode.slice('service:'.length)
  const service = project.services[name] ?? project.disabledServices[name]
  return service === undefined ? `${project.name}-${name}-1` : containerName(project, service, 1)
}

/** `ipc`, `pid`, `uts` and `cgroup` with `service:x` turned into the container. */
export function namespaceOf(project: Project, mode: string | undefined): string | undefined {
  const container = sharedContainer(project, mode)
  return container === undefined ? mode : `container:${container}`
}

function endpointOf(project: Project, service: Service, key: string, attachment: ServiceNetwork | null): EndpointSpec {
  return compact({
    network: project.networks[key]?.name ?? `${project.name}_${key}`,
    aliases: [service.name, ...(attachment?.aliases ?? [])],
    ipv4Address: attachment?.ipv4_address,
    ipv6Address: attachment?.ipv6_address,
    linkLocalIps: nonEmpty(attachment?.link_local_ips),
    macAddress: attachment?.mac_address ?? service.mac_address,
    interfaceName: attachment?.interface_name,
    priority: attachment?.priority,
    gatewayPriority: attachment?.gw_priority,
    driverOptions: attachment?.driver_opts,
  })
}

export function portsOf(service: Service): readonly PortSpec[] | undefined {
  return nonEmpty(
    service.ports?.map((port) =>
      compact({ containerPort: port.target, protocol: protocolOf(port.protocol), hostIp: port.host_ip, hostPort: port.published }),
    ),
  )
}

function protocolOf(text: string | undefined): PortSpec['protocol'] {
  return text === 'udp' || text === 'sctp' ? text : 'tcp'
}

/** `name=address` for every pair. */
export function extraHostsOf(hosts: Readonly<Record<string, readonly string[]>> | undefined): readonly string[] | undefined {
  return nonEmpty(Object.entries(hosts ?? {}).flatMap(([name, addresses]) => addresses.map((address) => `${name}=${address}`)))
}

/** alias -> container name, from `links` (`service[:alias]`) and `external_links` (`container[:alias]`). */
export function linksOf(project: Project, service: Service): Readonly<Record<string, string>> | undefined {
  const own = (service.links ?? []).map((link) => {
    const [target = '', alias = target] = link.split(':')
    return [alias, sharedContainer(project, `service:${target}`) ?? target] as const
  })
  const foreign = (service.external_links ?? []).map((link) => {
    const [target = '', alias = target] = link.split(':')
    return [alias, target] as const
  })
  return own.length + foreign.length === 0 ? undefined : Object.fromEntries([...own, ...foreign])
}

/** Other containers must not reach a one-off one by the service's name. */
export function withoutAliases(network: ContainerSpec['network']): ContainerSpec['network'] {
  if (network.kind !== 'networks') return network
  return {
    kind: 'networks',
    endpoints: network.endpoints.map(({ aliases: _aliases, ipv4Address: _v4, ipv6Address: _v6, ...rest }) => rest),
  }
}
