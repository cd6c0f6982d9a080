import { TscomposeError } from '../../base/errors.ts'
import {
  addressBits,
  contains,
  formatIp,
  formatSubnet,
  type IpAddress,
  type IpFamily,
  overlaps,
  parseSubnet,
  requireIp,
  requireSubnet,
  type Subnet,
  subnetSize,
} from '../../base/ip.ts'
import type { IpamConfig, NetworkSpec } from '../api.ts'

/*
 * Which addresses networks and endpoints get. Pure: the caller says what is taken. Leases are not kept here; they are
 * the addresses in the endpoint records.
 */

/** Addresses of one family in one network. */
export interface Pool {
  readonly subnet: Subnet
  readonly gateway: IpAddress
  /** Where addresses nobody asked for by number come from. */
  readonly range: Subnet
  /** Never given out: `aux_addresses`. */
  readonly reserved: readonly IpAddress[]
}

/** A block in use: by another network (`owner` is its name) or by a route of the host (no owner). */
export interface TakenSubnet {
  readonly subnet: Subnet
  readonly owner?: string
}

/** Carved into /24 blocks. Docker takes whole /16 blocks of the same space and runs out after 31 networks. */
const space: readonly Subnet[] = [
  ...Array.from({ length: 14 }, (_, index) => requireSubnet(`172.${18 + index}.0.0/16`, 'pool')),
  requireSubnet('192.168.0.0/16', 'pool'),
]
const carvedPrefix = 24

/**
 * The pools of a new network. `seed` (12 or more hex digits, the network's id) picks the IPv6 block where none is given.
 * Throws `invalid` INVALID_IPAM…, `conflict` SUBNET_OVERLAP, `unavailable` POOLS_EXHAUSTED.
 */
export function choosePools(
  spec: NetworkSpec,
  { taken, seed }: { readonly taken: readonly TakenSubnet[]; readonly seed: string },
): { readonly ipv4: Pool | undefined; readonly ipv6: Pool | undefined } {
  const configs = spec.ipam?.config ?? []
  const subject = `network ${spec.name}`
  const familyOf = (config: IpamConfig): IpFamily => (config.subnet?.includes(':') === true ? 6 : 4)
  const [v4, ...moreV4] = configs.filter((config) => familyOf(config) === 4)
  const [v6, ...moreV6] = configs.filter((config) => familyOf(config) === 6)
  if (moreV4.length > 0 || moreV6.length > 0) {
    throw new TscomposeError('invalid', 'INVALID_IPAM', `${subject}: a bridge network takes one subnet of each address family`, {
      hint: 'leave one IPv4 and one IPv6 entry in ipam.config',
    })
  }
  const ipv4 = spec.enableIpv4 === false ? undefined : configuredPool(v4 ?? {}, 4, { subject, taken, free: () => freeSubnet(taken) })
  const wantsV6 = spec.enableIpv6 === true
  const ipv6 = wantsV6 ? configuredPool(v6 ?? {}, 6, { subject, taken, free: () => localSubnet(seed) }) : undefined
  return { ipv4, ipv6 }
}

function configuredPool(
  config: IpamConfig,
  family: IpFamily,
  { subject, taken, free }: { subject: string; taken: readonly TakenSubnet[]; free: () => Subnet },
): Pool {
  const subnet = config.subnet === undefined ? free() : requireSubnet(config.subnet, subject)
  if (config.subnet !== undefined) refuseOverlap(subnet, { subject, taken })
  if (subnet.prefix > addressBits(family) - 2) {
    throw new TscomposeError('invalid', 'INVALID_IPAM', `${subject}: ${formatSubnet(subnet)} has no room for containers`, {
      hint: 'choose a shorter prefix, such as /24',
    })
  }
  const inside = (text: string, what: string): IpAddress => {
    const address = requireIp(text, `${subject}: ${what}`)
    if (contains(subnet, address)) return address
    throw new TscomposeError('invalid', 'INVALID_IPAM', `${subject}: ${what} ${text} is outside ${formatSubnet(subnet)}`)
  }
  const reserved = Object.entries(config.auxAddresses ?? {}).map(([name, text]) => inside(text, `auxiliary address ${name}`))
  const range = config.ipRange === undefined ? subnet : requireSubnet(config.ipRange, `${subject}: ip_range`)
  if (!contains(subnet, range) || range.prefix < subnet.prefix) {
    throw new TscomposeError('invalid', 'INVALID_IPAM', `${subject}: ip_range ${formatSubnet(range)} is outside ${formatSubnet(subnet)}`)
  }
  const gateway = config.gateway === undefined ? firstFree(subnet, subnet, reserved) : inside(config.gateway, 'gateway')
  if (gateway === undefined) throw new TscomposeError('invalid', 'INVALID_IPAM', `${subject}: no address is left for the gateway`)
  return { subnet, gateway, range, reserved }
}

function refuseOverlap(subnet: Subnet, { subject, taken }: { subject: string; taken: readonly TakenSubnet[] }): void {
  const other = taken.find((block) => block.owner !== undefined && overlaps(block.subnet, subnet))
  if (other === undefined) return
  throw new TscomposeError(
    'conflict',
    'SUBNET_OVERLAP',
    `${subject}: ${formatSubnet(subnet)} overlaps ${formatSubnet(other.subnet)} of network ${other.owner}`,
    { hint: `choose another subnet, or remove network ${other.owner} if nothing uses it` },
  )
}

function freeSubnet(taken: readonly TakenSubnet[]): Subnet {
  const blocks = taken.map((block) => block.subnet).filter((subnet) => subnet.family === 4 && subnet.prefix > 0)
  const step = 1n << BigInt(32 - carvedPrefix)
  for (const area of space) {
    for (let value = area.value; value < area.value + subnetSize(area); value += step) {
      const candidate: Subnet = { family: 4, value, prefix: carvedPrefix }
      if (!blocks.some((block) => overlaps(block, candidate))) return candidate
    }
  }
  const owners = [...new Set(taken.flatMap((block) => (block.owner === undefined ? [] : [block.owner])))].sort()
  throw new TscomposeError('unavailable', 'POOLS_EXHAUSTED', `no free subnet is left; networks: ${owners.join(', ') || 'none of ours'}`, {
    hint: 'remove networks nothing uses (tscompose down), or give this one a subnet of its own under ipam.config',
  })
}

/** A unique local block (RFC 4193), the same for the same network. */
function localSubnet(seed: string): Subnet {
  return { family: 6, prefix: 64, value: BigInt(`0xfd${seed.slice(0, 10)}`) << 80n }
}

/**
 * An address for an endpoint: `wanted` if it is given, else the lowest free one of the range.
 * Throws `invalid` ADDRESS_OUTSIDE_SUBNET, `conflict` ADDRESS_IN_USE, `unavailable` ADDRESSES_EXHAUSTED.
 */
export function allocateAddress(
  pool: Pool,
  { used, wanted, network }: { readonly used: ReadonlySet<bigint>; readonly wanted?: string | undefined; readonly network: string },
): IpAddress {
  if (wanted !== undefined) return requestedAddress(pool, { used, wanted, network })
  const free = firstFree(pool.range, pool.subnet, [pool.gateway, ...pool.reserved], used)
  if (free !== undefined) return free
  throw new TscomposeError(
    'unavailable',
    'ADDRESSES_EXHAUSTED',
    `network ${network}: no free address is left in ${formatSubnet(pool.range)}`,
    {
      hint: 'give the network a larger subnet under ipam.config, or run fewer containers in it',
    },
  )
}

function requestedAddress(
  pool: Pool,
  { used, wanted, network }: { used: ReadonlySet<bigint>; wanted: string; network: string },
): IpAddress {
  const address = requireIp(wanted, `network ${network}`)
  if (!contains(pool.subnet, address)) {
    throw new TscomposeError('invalid', 'ADDRESS_OUTSIDE_SUBNET', `network ${network}: ${wanted} is outside ${formatSubnet(pool.subnet)}`, {
      hint: 'choose an address inside the subnet, or set the subnet under ipam.config',
    })
  }
  const taken = used.has(address.value) || address.value === pool.gateway.value || isEdge(pool.subnet, address.value)
  if (!taken) return address
  throw new TscomposeError('conflict', 'ADDRESS_IN_USE', `network ${network}: address ${wanted} is already in use`, {
    hint: 'choose another address, or stop the container that has it',
  })
}

function firstFree(range: Subnet, subnet: Subnet, reserved: readonly IpAddress[], used?: ReadonlySet<bigint>): IpAddress | undefined {
  const blocked = new Set(reserved.map((address) => address.value))
  const end = range.value + subnetSize(range)
  for (let value = range.value; value < end; value++) {
    if (isEdge(subnet, value) || blocked.has(value) || used?.has(value) === true) continue
    return { family: range.family, value }
  }
  return undefined
}

/** The network's own and the broadcast address; in IPv6 only the first is special. */
function isEdge(subnet: Subnet, value: bigint): boolean {
  return value === subnet.value || (subnet.family === 4 && value === subnet.value + subnetSize(subnet) - 1n)
}

/** Locally administered, from the address: an address keeps its MAC, so no neighbour holds a stale one. */
export function macAddressFor(address: IpAddress): string {
  const low = (address.value & 0xffffffffn).toString(16).padStart(8, '0')
  return ['02', address.family === 4 ? '42' : '46', ...(low.match(/../g) ?? [])].join(':')
}

/** A pool as it is recorded. */
export interface PoolRecord {
  readonly subnet: string
  readonly gateway: string
  readonly range: string
  readonly reserved: readonly string[]
}

export function formatPool(pool: Pool): PoolRecord {
  return {
    subnet: formatSubnet(pool.subnet),
    gateway: formatIp(pool.gateway),
    range: formatSubnet(pool.range),
    reserved: pool.reserved.map(formatIp),
  }
}

/** Throws `invalid` where a record was damaged. */
export function parsePool(record: PoolRecord): Pool {
  return {
    subnet: requireSubnet(record.subnet, 'record'),
    gateway: requireIp(record.gateway, 'record'),
    range: parseSubnet(record.range) ?? requireSubnet(record.subnet, 'record'),
    reserved: record.reserved.map((text) => requireIp(text, 'record')),
  }
}
