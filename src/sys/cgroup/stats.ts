import { readText } from './group.ts'
import { type CgroupLayout, controllerDirectory } from './layout.ts'

/** What a group uses now. Sizes in bytes, times in nanoseconds; limits are undefined where there is none. */
export interface GroupStats {
  readonly cpuNanos: number
  readonly cpuUserNanos: number
  readonly cpuSystemNanos: number
  readonly throttledPeriods: number
  readonly throttledNanos: number
  /** Without inactive page cache, as docker shows it. */
  readonly memory: number
  readonly memoryPeak: number
  readonly memoryLimit: number | undefined
  readonly pids: number
  readonly pidsLimit: number | undefined
  readonly readBytes: number
  readonly writtenBytes: number
}

/** Reads a group's use from the kernel; zeros where a controller or the group is missing. */
export function readGroupStats(layout: CgroupLayout, path: string): GroupStats {
  const cpu = layout.v1.has('cpuacct') ? cpuV1(layout, path) : cpuV2(layout, path)
  const memory = layout.v1.has('memory') ? memoryV1(layout, path) : memoryV2(layout, path)
  const pids = controllerDirectory(layout, 'pids', path)
  const io = layout.v1.has('blkio') ? ioV1(layout, path) : ioV2(layout, path)
  return {
    ...cpu,
    ...memory,
    pids: pids === undefined ? 0 : readNumber(`${pids}/pids.current`),
    pidsLimit: pids === undefined ? undefined : limit(readText(`${pids}/pids.max`)),
    ...io,
  }
}

type CpuStats = Pick<GroupStats, 'cpuNanos' | 'cpuUserNanos' | 'cpuSystemNanos' | 'throttledPeriods' | 'throttledNanos'>
type MemoryStats = Pick<GroupStats, 'memory' | 'memoryPeak' | 'memoryLimit'>
type IoStats = Pick<GroupStats, 'readBytes' | 'writtenBytes'>

/** cpuacct.stat counts in USER_HZ, which is 100 on every Linux architecture we run on. */
const tickNanos = 10_000_000

function cpuV1(layout: CgroupLayout, path: string): CpuStats {
  const accounting = `${layout.v1.get('cpuacct')}${path}`
  const stat = pairs(`${accounting}/cpuacct.stat`)
  const cpu = controllerDirectory(layout, 'cpu', path)
  const throttling = cpu === undefined ? new Map<string, number>() : pairs(`${cpu}/cpu.stat`)
  return {
    cpuNanos: readNumber(`${accounting}/cpuacct.usage`),
    cpuUserNanos: (stat.get('user') ?? 0) * tickNanos,
    cpuSystemNanos: (stat.get('system') ?? 0) * tickNanos,
    throttledPeriods: throttling.get('nr_throttled') ?? 0,
    throttledNanos: throttling.get('throttled_time') ?? 0,
  }
}

function cpuV2({ unified }: CgroupLayout, path: string): CpuStats {
  const stat = pairs(`${unified}${path}/cpu.stat`)
  const nanos = (key: string): number => (stat.get(key) ?? 0) * 1000
  return {
    cpuNanos: nanos('usage_usec'),
    cpuUserNanos: nanos('user_usec'),
    cpuSystemNanos: nanos('system_usec'),
    throttledPeriods: stat.get('nr_throttled') ?? 0,
    throttledNanos: nanos('throttled_usec'),
  }
}

/** v1 says "no limit" with the largest page-aligned number. */
const unlimitedV1 = 2 ** 62

function memoryV1(layout: CgroupLayout, path: string): MemoryStats {
  const directory = `${layout.v1.get('memory')}${path}`
  const used = readNumber(`${directory}/memory.usage_in_bytes`)
  const max = readNumber(`${directory}/memory.limit_in_bytes`)
  return {
    memory: Math.max(0, used - (pairs(`${directory}/memory.stat`).get('total_inactive_file') ?? 0)),
    memoryPeak: readNumber(`${directory}/memory.max_usage_in_bytes`),
    memoryLimit: max === 0 || max >= unlimitedV1 ? undefined : max,
  }
}

function memoryV2({ unified }: CgroupLayout, path: string): MemoryStats {
  const directory = `${unified}${path}`
  const used = readNumber(`${directory}/memory.current`)
  return {
    memory: Math.max(0, used - (pairs(`${directory}/memory.stat`).get('inactive_file') ?? 0)),
    memoryPeak: readNumber(`${directory}/memory.peak`),
    memoryLimit: limit(readText(`${directory}/memory.max`)),
  }
}

function ioV1(layout: CgroupLayout, path: string): IoStats {
  const directory = `${layout.v1.get('blkio')}${path}`
  // The throttle file counts every request; the plain one only those of one scheduler.
  const text =
    readText(`${directory}/blkio.throttle.io_service_bytes_recursive`) || readText(`${directory}/blkio.throttle.io_service_bytes`)
  const sum = (operation: string): number =>
    [...text.matchAll(new RegExp(`^\\S+ ${operation} (\\d+)$`, 'gm'))].reduce((total, [, count]) => total + Number(count), 0)
  return { readBytes: sum('Read'), writtenBytes: sum('Write') }
}

function ioV2({ unified }: CgroupLayout, path: string): IoStats {
  const text = readText(`${unified}${path}/io.stat`)
  const sum = (key: string): number =>
    [...text.matchAll(new RegExp(`\\b${key}=(\\d+)`, 'g'))].reduce((total, [, count]) => total + Number(count), 0)
  return { readBytes: sum('rbytes'), writtenBytes: sum('wbytes') }
}

/** Processes of the group that the kernel killed for lack of memory, since the group was made. */
export function oomKills(layout: CgroupLayout, path: string): number {
  const v1 = layout.v1.get('memory')
  const counters = pairs(v1 === undefined ? `${layout.unified}${path}/memory.events` : `${v1}${path}/memory.oom_control`)
  return counters.get('oom_kill') ?? 0
}

/** `key number` lines. */
function pairs(file: string): ReadonlyMap<string, number> {
  const entries = readText(file)
    .split('\n')
    .map((line) => line.split(' '))
    .filter((fields) => fields.length === 2)
  return new Map(entries.map(([key = '', value]) => [key, Number(value)]))
}

function readNumber(file: string): number {
  const number = Number(readText(file).trim())
  return Number.isFinite(number) ? number : 0
}

function limit(text: string): number | undefined {
  const trimmed = text.trim()
  return trimmed === '' || trimmed === 'max' ? undefined : Number(trimmed)
}
