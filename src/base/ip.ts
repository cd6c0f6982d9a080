import { isIP } from 'node:net'
import { TscomposeError } from './errors.ts'

export type IpFamily = 4 | 6

/** An address as a number, so that ranges can be counted. */
export interface IpAddress {
  readonly family: IpFamily
  readonly value: bigint
}

/** A block of addresses; the host bits of `value` are zero. */
export interface Subnet extends IpAddress {
  readonly prefix: number
}

export function addressBits(family: IpFamily): number {
  return family === 4 ? 32 : 128
}

/** Parses `10.0.0.1` or `fd00::1`; undefined where it is neither. Zone indices (`%eth0`) are not addresses. */
export function parseIp(text: string): IpAddress | undefined {
  const family = text.includes('%') ? 0 : isIP(text)
  if (family === 4) return { family, value: parseDotted(text) }
  if (family === 6) return { family, value: parseColons(text) }
  return undefined
}

/** Same, for text that must be an address; `subject` names it in the INVALID_ADDRESS error. */
export function requireIp(text: string, subject: string): IpAddress {
  const address = parseIp(text)
  if (address === undefined)
    throw new TscomposeError('invalid', 'INVALID_ADDRESS', `${subject}: ${JSON.stringify(text)} is not an IP address`)
  return address
}

/** Shortest text form; IPv6 as RFC 5952 wants it. */
export function formatIp({ family, value }: IpAddress): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.')
  const groups = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16))
  return compress(groups)
}

/** Parses `10.0.0.0/24`; host bits are cleared. undefined where it is no CIDR block. */
export function parseSubnet(text: string): Subnet | undefined {
  const [address = '', length = '', ...rest] = text.split('/')
  const ip = parseIp(address)
  if (ip === undefined || rest.length > 0 || !/^\d{1,3}$/.test(length)) return undefined
  const prefix = Number(length)
  if (prefix > addressBits(ip.family)) return undefined
  return subnetOf(ip, prefix)
}

/** Same, for text that must be a block; `subject` names it in the INVALID_SUBNET error. */
export function requireSubnet(text: string, subject: string): Subnet {
  const subnet = parseSubnet(text)
  if (subnet === undefined) {
    throw new TscomposeError('invalid', 'INVALID_SUBNET', `${subject}: ${JSON.stringify(text)} is not a subnet`, {
      hint: 'write it as an address and a prefix length, such as 172.28.0.0/16',
    })
  }
  return subnet
}

export function formatSubnet(subnet: Subnet): string {
  return `${formatIp(subnet)}/${subnet.prefix}`
}

/** The block of this size an address lies in. */
export function subnetOf({ family, value }: IpAddress, prefix: number): Subnet {
  const hostBits = BigInt(addressBits(family) - prefix)
  return { family, prefix, value: (value >> hostBits) << hostBits }
}

/** Number of addresses in a block. */
export function subnetSize({ family, prefix }: Subnet): bigint {
  return 1n << BigInt(addressBits(family) - prefix)
}

export function contains(subnet: Subnet, address: IpAddress): boolean {
  return subnet.family === address.family && subnetOf(address, subnet.prefix).value === subnet.value
}

export function overlaps(a: Subnet, b: Subnet): boolean {
  return a.family === b.family && (a.prefix <= b.prefix ? contains(a, b) : contains(b, a))
}

/** Network byte order: 4 or 16 bytes. */
export function ipToBytes({ family, value }: IpAddress): Uint8Array {
  return Buffer.from(value.toString(16).padStart(addressBits(family) / 4, '0'), 'hex')
}

/** Reads 4 or 16 bytes in network order. */
export function ipFromBytes(bytes: Uint8Array): IpAddress {
  const value = BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`)
  return { family: bytes.length === 4 ? 4 : 6, value }
}

function parseDotted(text: string): bigint {
  return text.split('.').reduce((value, part) => (value << 8n) | BigInt(part), 0n)
}

function parseColons(text: string): bigint {
  const [head = '', tail] = withoutDotted(text).split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const gap = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => '0')
  return [...left, ...gap, ...right].reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n)
}

/** `::ffff:1.2.3.4` ends in an IPv4 address: two groups. */
function withoutDotted(text: string): string {
  if (!text.includes('.')) return text
  const at = text.lastIndexOf(':') + 1
  const value = parseDotted(text.slice(at))
  return `${text.slice(0, at)}${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`
}

/** Replaces the longest run of two or more zero groups, the first one among equals. */
function compress(groups: readonly string[]): string {
  let best = { start: 0, length: 1 }
  for (let start = 0; start < groups.length; start++) {
    let length = 0
    while (groups[start + length] === '0') length++
    if (length > best.length) best = { start, length }
  }
  if (best.length < 2) return groups.join(':')
  return `${groups.slice(0, best.start).join(':')}::${groups.slice(best.start + best.length).join(':')}`
}
