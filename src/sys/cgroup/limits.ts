import { writeFileSync } from 'node:fs'
import { hasErrno, TscomposeError } from '../../base/errors.ts'
import { type CgroupLayout, controllerDirectory } from './layout.ts'

/** Limits as Docker counts them; absent: left as it is. */
export interface GroupLimits {
  /** Relative weight, 2 to 262144; 1024 is normal. */
  readonly cpuShares?: number
  /** Microseconds per period; -1 is without limit. */
  readonly cpuQuota?: number
  readonly cpuPeriod?: number
  readonly cpusetCpus?: string
  readonly cpusetMems?: string
  /** Bytes; -1 is without limit. */
  readonly memory?: number
  /** Memory plus swap, bytes; -1 is without limit. */
  readonly memorySwap?: number
  readonly memoryReservation?: number
  /** 0 or -1 is without limit. */
  readonly pids?: number
}

export interface LimitWrite {
  readonly controller: string
  readonly file: string
  readonly value: string
}

/**
 * Sets limits of a living group at once. Throws CGROUP_CONTROLLER_MISSING where the host has no controller for one of
 * them, CGROUP_LIMIT where the kernel refuses the value (such as less memory than is in use).
 */
export function applyLimits(layout: CgroupLayout, path: string, limits: GroupLimits): void {
  const writes = limitWrites(layout, limits).map((write) => ({ ...write, path: limitFile(layout, path, write) }))
  // Limits hem each other in (memory within memory plus swap, quota within period): what fails first may pass after the rest.
  const refused = writes.filter((write) => tryWrite(write) !== undefined)
  for (const write of refused) {
    const error = tryWrite(write)
    if (error !== undefined) throw error
  }
}

function limitFile(layout: CgroupLayout, path: string, { controller, file }: LimitWrite): string {
  const directory = controllerDirectory(layout, controller, path)
  if (directory !== undefined) return `${directory}/${file}`
  throw new TscomposeError('unsupported', 'CGROUP_CONTROLLER_MISSING', `this host has no ${controller} control group controller`)
}

function tryWrite({ path, controller, value }: LimitWrite & { readonly path: string }): TscomposeError | undefined {
  try {
    // r+: never makes the file where the group is gone.
    writeFileSync(path, value, { flag: 'r+' })
    return undefined
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) {
      return new TscomposeError('not-found', 'CGROUP_MISSING', `control group file ${path} does not exist`, { cause: error })
    }
    return new TscomposeError('conflict', 'CGROUP_LIMIT', `the kernel refuses ${value} as ${controller} limit (${path})`, { cause: error })
  }
}

/** Which files get which values, in order. */
export function limitWrites(layout: CgroupLayout, limits: GroupLimits): readonly LimitWrite[] {
  return [...cpuWrites(layout, limits), ...cpusetWrites(limits), ...memoryWrites(layout, limits), ...pidsWrites(limits)]
}

function cpuWrites({ v1 }: CgroupLayout, { cpuShares, cpuQuota, cpuPeriod }: GroupLimits): readonly LimitWrite[] {
  const cpu = (file: string, value: number | string): LimitWrite => ({ controller: 'cpu', file, value: String(value) })
  if (v1.has('cpu')) {
    return [
      ...(cpuShares === undefined ? [] : [cpu('cpu.shares', cpuShares)]),
      ...(cpuPeriod === undefined ? [] : [cpu('cpu.cfs_period_us', cpuPeriod)]),
      ...(cpuQuota === undefined ? [] : [cpu('cpu.cfs_quota_us', cpuQuota)]),
    ]
  }
  const quota = cpuQuota === undefined || cpuQuota < 0 ? 'max' : cpuQuota
  return [
    ...(cpuShares === undefined ? [] : [cpu('cpu.weight', weightOfShares(cpuShares))]),
    ...(cpuQuota === undefined && cpuPeriod === undefined ? [] : [cpu('cpu.max', `${quota} ${cpuPeriod ?? 100_000}`)]),
  ]
}

/** v2 weight (1 to 10000) of v1 shares (2 to 262144), the linear form crun 1.8 uses too. */
export function weightOfShares(shares: number): number {
  const bounded = Math.min(Math.max(shares, 2), 262_144)
  return 1 + Math.floor(((bounded - 2) * 9999) / 262_142)
}

function cpusetWrites({ cpusetCpus, cpusetMems }: GroupLimits): readonly LimitWrite[] {
  return [
    ...(cpusetCpus === undefined ? [] : [{ controller: 'cpuset', file: 'cpuset.cpus', value: cpusetCpus }]),
    ...(cpusetMems === undefined ? [] : [{ controller: 'cpuset', file: 'cpuset.mems', value: cpusetMems }]),
  ]
}

function memoryWrites({ v1 }: CgroupLayout, limits: GroupLimits): readonly LimitWrite[] {
  const write = (file: string, value: number | string): LimitWrite => ({ controller: 'memory', file, value: String(value) })
  const { memory, memorySwap, memoryReservation } = limits
  if (v1.has('memory')) {
    const hard = memory === undefined ? [] : [write('memory.limit_in_bytes', memory)]
    const swap = memorySwap === undefined ? [] : [write('memory.memsw.limit_in_bytes', memorySwap)]
    const soft = memoryReservation === undefined ? [] : [write('memory.soft_limit_in_bytes', memoryReservation)]
    return [...hard, ...swap, ...soft]
  }
  const bytes = (value: number): string => (value < 0 ? 'max' : String(value))
  // v2 counts swap alone.
  const swapOnly = memorySwap === undefined ? undefined : memorySwap < 0 ? -1 : Math.max(0, memorySwap - (memory ?? 0))
  return [
    ...(memory === undefined ? [] : [write('memory.max', bytes(memory))]),
    ...(swapOnly === undefined ? [] : [write('memory.swap.max', bytes(swapOnly))]),
    ...(memoryReservation === undefined ? [] : [write('memory.low', memoryReservation)]),
  ]
}

function pidsWrites({ pids }: GroupLimits): readonly LimitWrite[] {
  return pids === undefined ? [] : [{ controller: 'pids', file: 'pids.max', value: pids <= 0 ? 'max' : String(pids) }]
}
