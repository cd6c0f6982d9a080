import { TscomposeError } from '../../../base/errors.ts'
import type { RuntimeDevice, RuntimeDeviceRule, RuntimeResources, RuntimeThrottle } from '../../../oci/runtime-spec.ts'
import type { Resources } from '../../api.ts'
import type { BundleInput } from './input.ts'

const cpuPeriod = 100_000

/** Cgroup limits and device rules; absent limits are left out, as the kernel's default is none. */
export function bundleResources(input: BundleInput): RuntimeResources {
  const limits = input.spec.resources ?? {}
  return {
    devices: deviceRules(input),
    ...section('memory', memoryLimits(limits, input.host.swapAccounting)),
    ...section('cpu', cpuLimits(limits)),
    ...(limits.pidsLimit !== undefined && limits.pidsLimit > 0 ? { pids: { limit: limits.pidsLimit } } : {}),
    ...section('blockIO', blockLimits(limits, input)),
  }
}

function memoryLimits(limits: Resources, swapAccounting: boolean): NonNullable<RuntimeResources['memory']> {
  const limit = positive(limits.memory)
  return {
    ...(limit === undefined ? {} : { limit }),
    ...(positive(limits.memoryReservation) === undefined ? {} : { reservation: limits.memoryReservation }),
    ...swapLimit(limit, limits.memorySwap, swapAccounting),
    ...(limits.memorySwappiness === undefined || limits.memorySwappiness < 0 ? {} : { swappiness: limits.memorySwappiness }),
    ...(limits.oomKillDisable === true ? { disableOOMKiller: true } : {}),
  }
}

/** Memory plus swap: twice the memory where only that is given, as Docker does. */
function swapLimit(memory: number | undefined, swap: number | undefined, swapAccounting: boolean): { readonly swap?: number } {
  if (!swapAccounting) return {}
  if (swap === -1) return { swap: -1 }
  if (memory === undefined) return {}
  return { swap: swap === undefined || swap === 0 ? memory * 2 : swap }
}

function cpuLimits(limits: Resources): NonNullable<RuntimeResources['cpu']> {
  const quota = positive(limits.cpus) === undefined ? limits.cpuQuota : Math.round((limits.cpus ?? 0) * cpuPeriod)
  const period = positive(limits.cpus) === undefined ? positive(limits.cpuPeriod) : cpuPeriod
  return {
    ...(positive(limits.cpuShares) === undefined ? {} : { shares: limits.cpuShares }),
    ...(quota === undefined || quota === 0 ? {} : { quota }),
    ...(period === undefined ? {} : { period }),
    ...(positive(limits.cpuRealtimePeriod) === undefined ? {} : { realtimePeriod: limits.cpuRealtimePeriod }),
    ...(positive(limits.cpuRealtimeRuntime) === undefined ? {} : { realtimeRuntime: limits.cpuRealtimeRuntime }),
    ...(limits.cpusetCpus === undefined || limits.cpusetCpus === '' ? {} : { cpus: limits.cpusetCpus }),
    ...(limits.cpusetMems === undefined || limits.cpusetMems === '' ? {} : { mems: limits.cpusetMems }),
  } as NonNullable<RuntimeResources['cpu']>
}

function blockLimits(limits: Resources, { blockDevices: numbers, host }: BundleInput): NonNullable<RuntimeResources['blockIO']> {
  const throttle = (list: Resources['blkioDeviceReadBps'] = []): readonly RuntimeThrottle[] =>
    list.map(({ path, rate }) => ({ ...deviceNumber(numbers, path), rate }))
  const weights = (limits.blkioWeightDevices ?? []).map(({ path, weight }) => ({ ...deviceNumber(numbers, path), weight }))
  return {
    ...(positive(limits.blkioWeight) === undefined || !host.blockWeight ? {} : { weight: limits.blkioWeight }),
    ...list('weightDevice', weights),
    ...list('throttleReadBpsDevice', throttle(limits.blkioDeviceReadBps)),
    ...list('throttleWriteBpsDevice', throttle(limits.blkioDeviceWriteBps)),
    ...list('throttleReadIOPSDevice', throttle(limits.blkioDeviceReadIops)),
    ...list('throttleWriteIOPSDevice', throttle(limits.blkioDeviceWriteIops)),
  } as NonNullable<RuntimeResources['blockIO']>
}

function deviceNumber(numbers: BundleInput['blockDevices'], path: string): { readonly major: number; readonly minor: number } {
  const number = numbers[path]
  if (number !== undefined) return number
  throw new TscomposeError('invalid', 'DEVICE_NOT_FOUND', `block device ${path} does not exist`)
}

/** null, zero, full, random, urandom, tty, console; the runtime adds pts and ptmx. fuse stays shut. */
const standardDevices: readonly RuntimeDeviceRule[] = [
  { allow: false, access: 'rwm' },
  ...[
    [1, 5],
    [1, 3],
    [1, 9],
    [1, 8],
    [5, 0],
    [5, 1],
  ].map(([major = 0, minor = 0]): RuntimeDeviceRule => ({ allow: true, type: 'c', major, minor, access: 'rwm' })),
  { allow: false, type: 'c', major: 10, minor: 229, access: 'rwm' },
]

function deviceRules(input: BundleInput): readonly RuntimeDeviceRule[] {
  if (input.spec.privileged === true) return [{ allow: true, access: 'rwm' }]
  const devices = input.devices.map(
    ({ type, major, minor, permissions }): RuntimeDeviceRule => ({ allow: true, type, major, minor, access: permissions }),
  )
  return [...standardDevices, ...devices, ...(input.spec.deviceCgroupRules ?? []).map(parseDeviceRule)]
}

/** `c 42:* rwm`. Throws `invalid` INVALID_DEVICE_RULE. */
export function parseDeviceRule(text: string): RuntimeDeviceRule {
  const match = /^([acb]) (\d+|\*):(\d+|\*) ([rwm]{1,3})$/.exec(text.trim())
  if (match === null) {
    throw new TscomposeError('invalid', 'INVALID_DEVICE_RULE', `not a device cgroup rule: ${JSON.stringify(text)}`, {
      hint: 'write it as "c 42:* rwm"',
    })
  }
  const number = (part: string | undefined): number => (part === '*' ? -1 : Number(part))
  return { allow: true, type: match[1] as 'a' | 'b' | 'c', major: number(match[2]), minor: number(match[3]), access: match[4] ?? 'rwm' }
}

export function bundleDevices(input: BundleInput): readonly RuntimeDevice[] {
  return input.devices.map(({ permissions: _permissions, ...device }) => device)
}

function positive(value: number | undefined): number | undefined {
  return value === undefined || value <= 0 ? undefined : value
}

function section<K extends string, T extends object>(key: K, value: T): { readonly [P in K]?: T } {
  return Object.keys(value).length === 0 ? {} : ({ [key]: value } as { readonly [P in K]?: T })
}

function list<T>(key: string, items: readonly T[]): Readonly<Record<string, readonly T[]>> {
  return items.length === 0 ? {} : { [key]: items }
}
