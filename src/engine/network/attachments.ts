import { randomBytes } from 'node:crypto'
import { type Cleanup, withCleanup } from '../../base/cleanup.ts'
import { createKeyedLock } from '../../base/concurrency.ts'
import { TscomposeError } from '../../base/errors.ts'
import { formatIp, parseIp } from '../../base/ip.ts'
import type { NetlinkSocket } from '../../sys/netlink/socket.ts'
import { removeNetns } from '../../sys/netns.ts'
import type { EndpointInfo, EndpointSpec } from '../api.ts'
import type { ContainerNetwork, EmitEvent, NetworkProvider, NetworkSetup } from '../parts.ts'
import { defaultRoutes, endpointInfo, freeInterfaceName, orderEndpoints, publishTarget, setupResult } from './endpoint-plan.ts'
import type { FirewallDriver } from './firewall/driver.ts'
import type { RunIptables } from './firewall/iptables.ts'
import { resolverRedirect } from './firewall/rules.ts'
import { allocateAddress, macAddressFor, type PoolRecord, parsePool } from './ipam.ts'
import type { LinkReaper } from './link-reaper.ts'
import type { NetdClient } from './netd/client.ts'
import { netdContainer, resolverPort } from './netd-view.ts'
import type { NetworkHalf, NetworkTables } from './networks.ts'
import { explainPortInUse } from './port-conflict.ts'
import { type PublishTarget, rulesOfPorts } from './publish.ts'
import type { AttachmentRecord, EndpointRecord, NetworkRecord, RecordDirectory } from './record.ts'
import { createSandbox, openSandbox, plugEndpoints, routeSandbox } from './sandbox.ts'
import { forgetFlowsElsewhere, forgetFlowsTo } from './tracked-flows.ts'

export interface AttachmentHalf {
  setup(container: ContainerNetwork): Promise<NetworkSetup>
  teardown(containerId: string): Promise<void>
  connect(containerId: string, spec: EndpointSpec): Promise<NetworkSetup>
  disconnect(containerId: string, network: string): Promise<NetworkSetup>
  endpoints(containerId: string): readonly EndpointInfo[]
  rename(containerId: string, name: string): Promise<void>
  takePorts(containerId: string, from: string): ReturnType<NetworkProvider['takePorts']>
  /** Removes what a record says was made, as far as it is there. */
  discard(record: AttachmentRecord): Promise<void>
}

export interface AttachmentHalfOptions {
  readonly tables: NetworkTables
  readonly records: RecordDirectory<AttachmentRecord>
  readonly networks: NetworkHalf
  readonly host: NetlinkSocket
  readonly firewall: FirewallDriver
  readonly reaper: LinkReaper
  readonly netd: NetdClient
  readonly emit: EmitEvent
  readonly warn: (message: string) => void
  readonly runIptables: RunIptables
  /** Content of resolv.conf for a container. */
  readonly resolvConf: (container: ContainerNetwork) => string
}

export function createAttachmentHalf(options: AttachmentHalfOptions): AttachmentHalf {
  const { tables, records, networks, netd } = options
  const locked = createKeyedLock()
  const find = (id: string): NetworkRecord | undefined => tables.networks.get(id)
  const result = (record: AttachmentRecord): NetworkSetup => setupResult(record, find, options.resolvConf(record.container))
  const require = (containerId: string): AttachmentRecord => {
    const record = tables.attachments.get(containerId)
    if (record !== undefined) return record
    throw new TscomposeError('not-found', 'CONTAINER_NOT_RUNNING', `container ${containerId.slice(0, 12)} has no network now`)
  }

  /** What cannot be forgotten ends by itself, a while after its last packet. */
  const forgetFlows = (forgetThem: typeof forgetFlowsTo, ports: AttachmentRecord['ports'], target: PublishTarget | undefined): void => {
    try {
      if (target !== undefined) forgetThem(ports, target)
    } catch (error) {
      options.warn(`connection tracking: ${String(error)}`)
    }
  }
  /** Names, resolver, ports and their rules for a record whose links are there. Returns it with the ports as bound. */
  const serve = async (record: AttachmentRecord, cleanup: Cleanup): Promise<AttachmentRecord> => {
    const id = record.container.containerId
    if (record.endpoints.length === 0) return record
    const ports = await netd.put(netdContainer(record, find)).catch((error: unknown) => explainPortInUse(error, { tables, own: id }))
    cleanup.push(() => netd.drop(id))
    const target = publishTarget(record.endpoints, find)
    await options.firewall.set(`container ${id}`, target === undefined ? [] : rulesOfPorts(ports, target))
    cleanup.push(() => options.firewall.set(`container ${id}`, []))
    forgetFlows(forgetFlowsElsewhere, ports, target)
    return { ...record, ports }
  }
  const plug = async (record: AttachmentRecord, fresh: readonly EndpointRecord[], inside: () => NetlinkSocket): Promise<void> => {
    const placed = await Promise.all(
      fresh.map(async (endpoint) => {
        const network = networkOf(endpoint, find)
        return { endpoint, network, bridgeIndex: await networks.ensureReady(network) }
      }),
    )
    const socket = inside()
    try {
      plugEndpoints(placed, { host: options.host, inside: socket, netnsPath: record.container.netnsPath })
      const before = record.endpoints.filter((endpoint) => !fresh.includes(endpoint))
      routeSandbox(socket, defaultRoutes(record.endpoints, find), defaultRoutes(before, find))
    } finally {
      socket.close()
    }
  }
  const store = (record: AttachmentRecord): void => {
    tables.attachments.set(record.container.containerId, record)
    records.write(record.container.containerId, record)
  }
  const tell = (action: 'connect' | 'disconnect', record: AttachmentRecord, endpoints: readonly EndpointRecord[]): void => {
    for (const { networkId, spec } of endpoints) {
      const attributes = { container: record.container.containerId, name: spec.network, type: 'bridge' }
      options.emit({ type: 'network', action, id: networkId, attributes })
    }
  }

  const setup = (wanted: ContainerNetwork): Promise<NetworkSetup> =>
    withCleanup(async (cleanup) => {
      const { portsFrom, ...plain } = wanted
      // Nobody is there to take them from: then they are claimed at once.
      const container = portsFrom !== undefined && tables.attachments.has(portsFrom) ? wanted : plain
      const id = container.containerId
      const old = tables.attachments.get(id)
      if (old !== undefined) await discard(old)
      const ordered = orderEndpoints(container.endpoints)
      const resolved = await Promise.all(ordered.map(networks.resolve))
      // A container made anew wants the address of the one it replaces.
      if (ordered.some((spec) => spec.ipv4Address !== undefined || spec.ipv6Address !== undefined))
        await Promise.all(tables.leaving.values())
      const endpoints = planEndpoints(ordered, { resolved, tables })
      const planned: AttachmentRecord = { container, endpoints, ports: [] }
      cleanup.push(() => forget(planned))
      // The record comes before what it tells of: whatever happens, the next engine finds it all.
      store(planned)
      // A file without a record is of no use to anybody.
      removeNetns(container.netnsPath)
      cleanup.push(() => removeNetns(container.netnsPath))
      cleanup.push(() => options.reaper.delete(endpoints.map((endpoint) => endpoint.link)))
      await plug(planned, endpoints, () => createSandbox(container.netnsPath))
      await leadToResolver(container)
      const record = await serve(planned, cleanup)
      if (record.ports.length > 0) store(record)
      tell('connect', record, endpoints)
      return result(record)
    })
  const leadToResolver = async (container: ContainerNetwork): Promise<void> => {
    const port = resolverPort(container)
    if (port === 53 || container.endpoints.length === 0) return
    await options.runIptables('nsenter', [`--net=${container.netnsPath}`, 'iptables-restore', '--noflush'], resolverRedirect(port))
  }
  const forget = async ({ container, endpoints }: AttachmentRecord): Promise<void> => {
    tables.attachments.delete(container.containerId)
    records.remove(container.containerId)
    for (const endpoint of endpoints) await networks.releaseDefault(endpoint.networkId)
  }
  const discard = async (record: AttachmentRecord): Promise<void> => {
    const { container, endpoints } = record
    const id = container.containerId
    const warn = (error: unknown): void => options.warn(`network of container ${container.containerName}: ${String(error)}`)
    // The resolver's sockets keep the namespace alive, so they go first.
    await netd.drop(id).catch(warn)
    removeNetns(container.netnsPath)
    // Rules and links take the kernel long, and nobody has to wait for them; until then the addresses stay taken.
    const links = endpoints.map((endpoint) => endpoint.link)
    const target = publishTarget(endpoints, find)
    const ruleless = options.firewall.release(`container ${id}`).then(() => forgetFlows(forgetFlowsTo, record.ports, target))
    const gone = Promise.all([ruleless, options.reaper.release(links)])
      .then(() => undefined, warn)
      .finally(() => tables.leaving.delete(record))
    tables.leaving.set(record, gone)
    await forget(record)
    tell('disconnect', record, endpoints)
  }
  const connect = (containerId: string, spec: EndpointSpec): Promise<NetworkSetup> =>
    withCleanup(async (cleanup) => {
      const before = require(containerId)
      const network = await networks.resolve(spec)
      if (before.endpoints.some((endpoint) => endpoint.networkId === network.id)) {
        throw new TscomposeError('conflict', 'ALREADY_CONNECTED', `${before.container.containerName} is in network ${spec.network} already`)
      }
      const fresh = planEndpoints([spec], { resolved: [network], tables, present: before.endpoints })
      const planned = { ...before, endpoints: [...before.endpoints, ...fresh] }
      cleanup.push(() => store(before))
      store(planned)
      cleanup.push(() => options.reaper.delete(fresh.map((endpoint) => endpoint.link)))
      await plug(planned, fresh, () => openSandbox(before.container.netnsPath))
      const record = await serve(planned, { ...cleanup, push: () => undefined })
      store(record)
      tell('connect', record, fresh)
      return result(record)
    })
  const disconnect = async (containerId: string, reference: string): Promise<NetworkSetup> => {
    const before = require(containerId)
    const network = networks.find(reference)
    const gone = before.endpoints.filter((endpoint) => endpoint.networkId === network?.id)
    const planned = { ...before, endpoints: before.endpoints.filter((endpoint) => !gone.includes(endpoint)) }
    await options.reaper.delete(gone.map((endpoint) => endpoint.link))
    const inside = openSandbox(before.container.netnsPath)
    try {
      routeSandbox(inside, defaultRoutes(planned.endpoints, find), defaultRoutes(before.endpoints, find))
    } finally {
      inside.close()
    }
    const record = planned.endpoints.length > 0 ? await withCleanup((cleanup) => serve(planned, cleanup)) : planned
    if (planned.endpoints.length === 0) await Promise.all([netd.drop(containerId), options.firewall.set(`container ${containerId}`, [])])
    store(record)
    tell('disconnect', record, gone)
    if (network !== undefined) await networks.releaseDefault(network.id)
    return result(record)
  }
  const rename = async (containerId: string, name: string): Promise<void> => {
    const before = tables.attachments.get(containerId)
    if (before === undefined) return
    const record = { ...before, container: { ...before.container, containerName: name } }
    if (record.endpoints.length > 0) await netd.put(netdContainer(record, find))
    store(record)
  }
  const takePorts: AttachmentHalf['takePorts'] = async (id, from) => {
    const { portsFrom: _portsFrom, ...container } = require(id).container
    const giver = tables.attachments.get(from)
    const before = require(id)
    const planned: AttachmentRecord = { ...before, container, ports: [...before.ports, ...(giver?.ports ?? [])] }
    const ports = await netd.put(netdContainer(planned, find), from).catch((error: unknown) => explainPortInUse(error, { tables, own: id }))
    const target = publishTarget(planned.endpoints, find)
    // Both sets of rules hold for a moment: either container answers then.
    await options.firewall.set(`container ${id}`, target === undefined ? [] : rulesOfPorts(ports, target))
    store({ ...planned, ports })
    if (giver === undefined) return { own: ports, left: [] }
    const left: AttachmentRecord = { ...giver, container: { ...giver.container, portsFrom: id }, ports: [] }
    await netd.put(netdContainer(left, find))
    await options.firewall.set(`container ${from}`, [])
    forgetFlows(forgetFlowsElsewhere, ports, target)
    store(left)
    return { own: ports, left: [] }
  }
  return {
    takePorts: (id, from) => locked(id, () => takePorts(id, from)),
    setup: (container) => locked(container.containerId, () => setup(container)),
    teardown: (id) =>
      locked(id, async () => {
        const record = tables.attachments.get(id)
        if (record !== undefined) await discard(record)
      }),
    connect: (id, spec) => locked(id, () => connect(id, spec)),
    disconnect: (id, network) => locked(id, () => disconnect(id, network)),
    rename: (id, name) => locked(id, () => rename(id, name)),
    endpoints: (id) => (tables.attachments.get(id)?.endpoints ?? []).map((endpoint) => endpointInfo(endpoint, find(endpoint.networkId))),
    discard,
  }
}

function networkOf(endpoint: EndpointRecord, find: (id: string) => NetworkRecord | undefined): NetworkRecord {
  const network = find(endpoint.networkId)
  if (network === undefined)
    throw new TscomposeError('not-found', 'NETWORK_NOT_FOUND', `network ${endpoint.spec.network} was removed meanwhile`)
  return network
}

interface Planning {
  /** The network of each spec. */
  readonly resolved: readonly NetworkRecord[]
  readonly tables: NetworkTables
  /** Endpoints the container has already. */
  readonly present?: readonly EndpointRecord[]
}

/** Chooses addresses and names; synchronous, so that nobody else can choose the same before they are stored. */
function planEndpoints(specs: readonly EndpointSpec[], { resolved, tables, present = [] }: Planning): readonly EndpointRecord[] {
  const planned: EndpointRecord[] = []
  specs.forEach((spec, position) => {
    const network = resolved[position]
    if (network === undefined) return
    const others = [...present, ...planned]
    planned.push(planEndpoint(spec, { network, tables, others }))
  })
  return planned
}

function planEndpoint(
  spec: EndpointSpec,
  { network, tables, others }: { network: NetworkRecord; tables: NetworkTables; others: readonly EndpointRecord[] },
): EndpointRecord {
  const ipv4 = leaseFrom(network.ipv4, spec.ipv4Address, { network, tables })
  const ipv6 = leaseFrom(network.ipv6, spec.ipv6Address, { network, tables })
  const endpointId = randomBytes(32).toString('hex')
  const address = parseIp(ipv4 === '' ? ipv6 : ipv4) ?? { family: 4, value: 0n }
  const used = others.map((endpoint) => endpoint.interfaceName)
  return {
    spec,
    networkId: network.id,
    endpointId,
    link: `tsc${endpointId.slice(0, 11)}`,
    interfaceName: spec.interfaceName ?? freeInterfaceName(used),
    // Index 1 is loopback.
    interfaceIndex: 1 + Math.max(1, ...others.map((endpoint) => endpoint.interfaceIndex)),
    ipv4,
    ipv6,
    macAddress: spec.macAddress?.toLowerCase().replaceAll('-', ':') ?? macAddressFor(address),
  }
}

/** An address of the pool as text; '' where the network has no such pool. */
function leaseFrom(
  record: PoolRecord | undefined,
  wanted: string | undefined,
  { network, tables }: { network: NetworkRecord; tables: NetworkTables },
): string {
  if (record === undefined) return ''
  const pool = parsePool(record)
  const family = pool.subnet.family
  const used = new Set<bigint>()
  for (const { endpoints } of [...tables.attachments.values(), ...tables.leaving.keys()]) {
    for (const endpoint of endpoints) {
      const taken = endpoint.networkId === network.id ? parseIp(family === 4 ? endpoint.ipv4 : endpoint.ipv6) : undefined
      if (taken !== undefined) used.add(taken.value)
    }
  }
  const address = wanted === undefined || wanted === '' ? undefined : wanted
  return formatIp(allocateAddress(pool, { used, wanted: address, network: network.spec.name }))
}
