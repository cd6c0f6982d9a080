import { randomBytes } from 'node:crypto'
import { withCleanup } from '../../base/cleanup.ts'
import { createSingleFlight } from '../../base/concurrency.ts'
import { TscomposeError } from '../../base/errors.ts'
import { type IpFamily, parseSubnet } from '../../base/ip.ts'
import { getLink, listRoutes } from '../../sys/netlink/route.ts'
import type { NetlinkSocket } from '../../sys/netlink/socket.ts'
import type { EndpointSpec, NetworkInfo, NetworkSpec } from '../api.ts'
import type { EmitEvent } from '../parts.ts'
import { ensureBridge, rulesOfNetwork } from './bridge.ts'
import type { FirewallDriver } from './firewall/driver.ts'
import type { Forwarding } from './forwarding.ts'
import { choosePools, formatPool, type TakenSubnet } from './ipam.ts'
import type { LinkReaper } from './link-reaper.ts'
import { readBridgeOptions } from './options.ts'
import type { AttachmentRecord, NetworkRecord, RecordDirectory } from './record.ts'

/** What both halves of the part keep in memory; the files say the same. */
export interface NetworkTables {
  readonly networks: Map<string, NetworkRecord>
  readonly attachments: Map<string, AttachmentRecord>
  /** Ended ones whose firewall rules are still there: their addresses must not be given out yet. */
  readonly leaving: Map<AttachmentRecord, Promise<void>>
}

export interface NetworkHalf {
  create(spec: NetworkSpec): Promise<NetworkInfo>
  remove(network: string): Promise<void>
  list(filter: { readonly project?: string; readonly labels?: readonly string[] }): readonly NetworkInfo[]
  inspect(network: string): NetworkInfo
  /** The record of a network an endpoint names; `bridge`, docker's default network, is made when it is first used. */
  resolve(endpoint: EndpointSpec): Promise<NetworkRecord>
  /** Bridge, rules and forwarding, made where they are missing. Returns the bridge's link index. */
  ensureReady(network: NetworkRecord): Promise<number>
  /** Takes away what was made for its own sake when nobody uses it any more. */
  releaseDefault(network: string): Promise<void>
  find(reference: string): NetworkRecord | undefined
  /** These networks are up already, as an earlier engine left them. */
  markReady(networks: readonly string[]): void
}

export interface NetworkHalfOptions {
  readonly tables: NetworkTables
  readonly records: RecordDirectory<NetworkRecord>
  readonly host: NetlinkSocket
  readonly firewall: FirewallDriver
  readonly forwarding: Forwarding
  readonly reaper: LinkReaper
  readonly emit: EmitEvent
  readonly warmUp: () => void
}

const defaultNetwork = 'bridge'
const defaultLabel = 'tscompose.default-network'
const reservedNames = ['host', 'none', 'default']

export function createNetworkHalf(options: NetworkHalfOptions): NetworkHalf {
  const { tables, records, host, firewall, forwarding, reaper, emit } = options
  const ready = new Set<string>()
  const flight = createSingleFlight()

  const find = (reference: string): NetworkRecord | undefined => {
    const all = [...tables.networks.values()]
    const exact = tables.networks.get(reference) ?? all.find((network) => network.spec.name === reference)
    if (exact !== undefined || !/^[0-9a-f]{4,64}$/.test(reference)) return exact
    const matches = all.filter((network) => network.id.startsWith(reference))
    return matches.length === 1 ? matches[0] : undefined
  }
  const require = (reference: string): NetworkRecord => {
    const network = find(reference)
    if (network !== undefined) return network
    throw new TscomposeError('not-found', 'NETWORK_NOT_FOUND', `network ${reference} not found`, {
      target: `network ${reference}`,
      hint: 'tscompose up makes the networks of a project; an external one has to be there before',
    })
  }
  const ensureReady = async (network: NetworkRecord): Promise<number> => {
    const index = ensureBridge(host, network)
    if (!ready.has(network.id)) await flight(network.id, () => allowTraffic(network))
    return index
  }
  const allowTraffic = async (network: NetworkRecord): Promise<void> => {
    const families = familiesOf(network)
    if (network.spec.internal !== true) for (const family of families) forwarding.prepare(family)
    await firewall.set(`network ${network.id}`, rulesOfNetwork(network))
    if (network.spec.internal !== true) for (const family of families) forwarding.enable(family)
    ready.add(network.id)
  }
  const create = async (spec: NetworkSpec): Promise<NetworkInfo> => {
    options.warmUp()
    const network = planNetwork(spec, { tables, host })
    // From here on its name and addresses are taken.
    tables.networks.set(network.id, network)
    return withCleanup(async (cleanup) => {
      cleanup.push(() => {
        tables.networks.delete(network.id)
      })
      cleanup.push(() => takeDown(network))
      records.write(network.id, network)
      await ensureReady(network)
      emit({ type: 'network', action: 'create', id: network.id, attributes: { name: spec.name, type: 'bridge', ...spec.labels } })
      return networkInfo(network, tables)
    })
  }
  /** Rules, link and record; what the network needs no more. */
  const takeDown = async (network: NetworkRecord): Promise<void> => {
    ready.delete(network.id)
    const others = [...tables.networks.values()].filter((other) => other.id !== network.id && other.spec.internal !== true)
    for (const family of [4, 6] as const) if (!others.some((other) => familiesOf(other).includes(family))) forwarding.disable(family)
    await Promise.all([
      firewall.set(`network ${network.id}`, []),
      network.ownsBridge ? reaper.delete([network.bridge]) : Promise.resolve(),
      reaper.idle(),
    ])
    records.remove(network.id)
  }
  const remove = async (reference: string): Promise<void> => {
    const network = find(reference)
    if (network === undefined) return
    refuseInUse(network, tables)
    tables.networks.delete(network.id)
    try {
      await takeDown(network)
    } catch (error) {
      tables.networks.set(network.id, network)
      throw error
    }
    emit({
      type: 'network',
      action: 'destroy',
      id: network.id,
      attributes: { name: network.spec.name, type: 'bridge', ...network.spec.labels },
    })
  }
  return {
    create,
    remove,
    find,
    ensureReady,
    list: (filter) =>
      [...tables.networks.values()]
        .filter((network) => matches(network.spec, filter))
        .sort((a, b) => (a.spec.name < b.spec.name ? -1 : 1))
        .map((network) => networkInfo(network, tables)),
    inspect: (reference) => networkInfo(require(reference), tables),
    resolve: async ({ network }) => {
      if (network === defaultNetwork && find(network) === undefined) {
        await flight(`make ${network}`, () => create({ name: network, labels: { [defaultLabel]: 'true' } }))
      }
      return require(network)
    },
    releaseDefault: async (id) => {
      const network = tables.networks.get(id)
      if (network?.spec.labels[defaultLabel] === 'true' && usersOf(id, tables).length === 0) await remove(id)
    },
    markReady: (networks) => {
      for (const id of networks) ready.add(id)
    },
  }
}

function planNetwork(spec: NetworkSpec, { tables, host }: { readonly tables: NetworkTables; readonly host: NetlinkSocket }): NetworkRecord {
  refuseUnsupported(spec)
  if ([...tables.networks.values()].some((network) => network.spec.name === spec.name)) {
    throw new TscomposeError('conflict', 'NETWORK_EXISTS', `network ${spec.name} already exists`, { target: `network ${spec.name}` })
  }
  const id = randomBytes(32).toString('hex')
  const { ipv4, ipv6 } = choosePools(spec, { taken: takenSubnets(tables, host), seed: id })
  const { bridgeName } = readBridgeOptions(spec)
  return {
    id,
    spec,
    createdAt: Date.now(),
    bridge: bridgeName ?? `br-${id.slice(0, 12)}`,
    ownsBridge: bridgeName === undefined || getLink(host, bridgeName) === undefined,
    ...(ipv4 === undefined ? {} : { ipv4: formatPool(ipv4) }),
    ...(ipv6 === undefined ? {} : { ipv6: formatPool(ipv6) }),
  }
}

function refuseUnsupported(spec: NetworkSpec): void {
  const target = `network ${spec.name}`
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(spec.name) || reservedNames.includes(spec.name)) {
    throw new TscomposeError('invalid', 'INVALID_NETWORK_NAME', `${JSON.stringify(spec.name)} cannot be a network name`, {
      target,
      hint: 'use letters, digits, dots, dashes and underscores, starting with a letter or digit',
    })
  }
  const driver = spec.driver ?? 'bridge'
  if (driver !== 'bridge' && driver !== 'default' && driver !== '') {
    throw new TscomposeError('unsupported', 'DRIVER_UNSUPPORTED', `network ${spec.name}: there is no driver ${driver}`, {
      target,
      hint: 'use driver: bridge, the only one there is',
    })
  }
  const ipam = spec.ipam?.driver ?? 'default'
  if (ipam !== 'default' && ipam !== '') {
    throw new TscomposeError('unsupported', 'DRIVER_UNSUPPORTED', `network ${spec.name}: there is no ipam driver ${ipam}`, { target })
  }
}

/** Blocks of our networks, and those the host has routes to: VPNs, other engines, its own links. */
function takenSubnets(tables: NetworkTables, host: NetlinkSocket): readonly TakenSubnet[] {
  const own = [...tables.networks.values()].flatMap(({ spec, ipv4, ipv6 }) =>
    [ipv4, ipv6].flatMap((pool) => {
      const subnet = pool === undefined ? undefined : parseSubnet(pool.subnet)
      return subnet === undefined ? [] : [{ subnet, owner: spec.name }]
    }),
  )
  return [...own, ...listRoutes(host, 4).map((route) => ({ subnet: route.destination }))]
}

function familiesOf(network: NetworkRecord): readonly IpFamily[] {
  return [...(network.ipv4 === undefined ? [] : [4 as const]), ...(network.ipv6 === undefined ? [] : [6 as const])]
}

function usersOf(id: string, tables: NetworkTables): readonly AttachmentRecord[] {
  return [...tables.attachments.values()].filter((attachment) => attachment.endpoints.some((endpoint) => endpoint.networkId === id))
}

function refuseInUse(network: NetworkRecord, tables: NetworkTables): void {
  const users = usersOf(network.id, tables).map((attachment) => attachment.container.containerName)
  if (users.length === 0) return
  throw new TscomposeError('conflict', 'NETWORK_IN_USE', `network ${network.spec.name} is in use by ${users.sort().join(', ')}`, {
    target: `network ${network.spec.name}`,
    hint: 'stop these containers first',
  })
}

function matches(spec: NetworkSpec, filter: { readonly project?: string; readonly labels?: readonly string[] }): boolean {
  if (filter.project !== undefined && spec.labels['com.docker.compose.project'] !== filter.project) return false
  return (filter.labels ?? []).every((label) => {
    const at = label.indexOf('=')
    return at < 0 ? label in spec.labels : spec.labels[label.slice(0, at)] === label.slice(at + 1)
  })
}

function networkInfo(network: NetworkRecord, tables: NetworkTables): NetworkInfo {
  const containers = usersOf(network.id, tables).flatMap(({ container, endpoints }) =>
    endpoints
      .filter((endpoint) => endpoint.networkId === network.id)
      .map((endpoint) => ({
        id: container.containerId,
        name: container.containerName,
        ipv4Address: endpoint.ipv4,
        ipv6Address: endpoint.ipv6,
        macAddress: endpoint.macAddress,
      })),
  )
  const pools = [network.ipv4, network.ipv6].flatMap((pool) => (pool === undefined ? [] : [{ subnet: pool.subnet, gateway: pool.gateway }]))
  return { ...network.spec, id: network.id, createdAt: network.createdAt, bridge: network.bridge, pools, containers }
}
