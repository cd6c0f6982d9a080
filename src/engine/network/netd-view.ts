import type { ContainerNetwork } from '../parts.ts'
import { endpointNames, type FindNetwork, gatewayEndpoint, publishTarget } from './endpoint-plan.ts'
import type { NetdContainer } from './netd/protocol.ts'
import { planPorts } from './publish.ts'
import type { AttachmentRecord } from './record.ts'
import { ndotsOf } from './resolv-conf.ts'

/** Where the resolver listens in containers that are name servers themselves; port 53 is led there by a rule inside. */
const otherResolverPort = 44753

/** A program that binds port 53 on all addresses would find it taken by the resolver. */
export function resolverPort(container: ContainerNetwork): number {
  const own = container.ports.some((port) => port.containerPort === 53) || container.expose?.some((port) => /^53(\/|$)/.test(port)) === true
  return own ? otherResolverPort : 53
}

/** What the network helper has to know of a container. Ports that were bound before keep their numbers. */
export function netdContainer(record: AttachmentRecord, find: FindNetwork): NetdContainer {
  const { container, endpoints } = record
  const target = publishTarget(endpoints, find)
  const ports = target === undefined || container.portsFrom !== undefined ? [] : planPorts(container.ports, target)
  return {
    id: container.containerId,
    name: container.containerName,
    netns: container.netnsPath,
    endpoints: endpoints.map((endpoint) => ({
      network: endpoint.networkId,
      networkName: endpoint.spec.network,
      names: endpointNames(container, endpoint.spec),
      ipv4: endpoint.ipv4,
      ipv6: endpoint.ipv6,
    })),
    ports: ports.map((port, position) => {
      const spec = container.ports[position]
      const bound = record.ports.find(
        (candidate) =>
          candidate.containerPort === spec?.containerPort &&
          candidate.protocol === spec.protocol &&
          port.hostIps.includes(candidate.hostIp),
      )
      const fits = bound !== undefined && (port.from === 0 || (bound.hostPort >= port.from && bound.hostPort <= port.to))
      return fits ? { ...port, from: bound.hostPort, to: bound.hostPort } : port
    }),
    resolver: {
      port: resolverPort(container),
      ...(container.dns === undefined || container.dns.length === 0 ? {} : { upstreams: container.dns }),
      ndots: ndotsOf(container.dnsOptions),
      // A container without a way outside must not get answers from there either.
      forward: (gatewayEndpoint(endpoints, find, 4) ?? gatewayEndpoint(endpoints, find, 6)) !== undefined,
      links: container.links ?? {},
    },
  }
}
