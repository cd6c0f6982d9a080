import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { arch, release } from 'node:os'
import { allCapabilities } from './bundle/capabilities.ts'
import type { HostFacts } from './bundle/input.ts'
import { parseNumberList } from './bundle/number-list.ts'

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', loong64: 'loong64' }

/** Reads what the host can do, once; nothing of it changes while it runs. */
export function readHostFacts(cgroup: HostFacts['cgroup']): HostFacts {
  const status = readFileSync('/proc/self/status', 'utf8')
  return {
    architecture: architectures[arch()] ?? arch(),
    cgroup,
    capabilities: capabilityNames(/^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'),
    hardLimits: hardLimits(readFileSync('/proc/self/limits', 'utf8')),
    seccomp: /^Seccomp:/m.test(status),
    apparmor: existsSync('/sys/kernel/security/apparmor'),
    recursiveReadOnly: kernelAtLeast(release(), 5, 12),
    swapAccounting: cgroup === 'v2' || existsSync('/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes'),
    cpus: online('cpu'),
    memoryNodes: online('node'),
    blockWeight: cgroup === 'v2' || ['weight', 'bfq.weight'].some((file) => existsSync(`/sys/fs/cgroup/blkio/blkio.${file}`)),
    thermalPaths: thermalPaths(),
  }
}

/** Names of the bits set in /proc's hexadecimal mask. */
export function capabilityNames(hex: string): readonly string[] {
  const mask = BigInt(`0x${hex}`)
  return allCapabilities.filter((_name, bit) => ((mask >> BigInt(bit)) & 1n) === 1n)
}

/** ulimit names and what /proc calls them. */
const limitLabels: Readonly<Record<string, string>> = {
  cpu: 'Max cpu time',
  fsize: 'Max file size',
  data: 'Max data size',
  stack: 'Max stack size',
  core: 'Max core file size',
  rss: 'Max resident set',
  nproc: 'Max processes',
  nofile: 'Max open files',
  memlock: 'Max locked memory',
  as: 'Max address space',
  locks: 'Max file locks',
  sigpending: 'Max pending signals',
  msgqueue: 'Max msgqueue size',
  nice: 'Max nice priority',
  rtprio: 'Max realtime priority',
  rttime: 'Max realtime timeout',
}

/** Hard limits out of /proc/self/limits. */
export function hardLimits(text: string): Readonly<Record<string, number>> {
  const lines = text.split('\n')
  const limit = (label: string): number => {
    const [, hard = 'unlimited'] = (
      lines
        .find((line) => line.startsWith(label))
        ?.slice(label.length)
        .trim() ?? ''
    ).split(/\s+/)
    return hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard)
  }
  return Object.fromEntries(Object.entries(limitLabels).map(([name, label]) => [name, limit(label)]))
}

function kernelAtLeast(version: string, major: number, minor: number): boolean {
  const [, ownMajor = '0', ownMinor = '0'] = /^(\d+)\.(\d+)/.exec(version) ?? []
  return Number(ownMajor) > major || (Number(ownMajor) === major && Number(ownMinor) >= minor)
}

/** A kernel without memory nodes has the first. */
function online(kind: 'cpu' | 'node'): readonly number[] {
  const file = `/sys/devices/system/${kind}/online`
  return (existsSync(file) ? parseNumberList(readFileSync(file, 'utf8')) : undefined) ?? [0]
}

function thermalPaths(): readonly string[] {
  const directory = '/sys/devices/system/cpu'
  if (!existsSync(directory)) return []
  return readdirSync(directory)
    .filter((name) => /^cpu\d+$/.test(name))
    .map((name) => `${directory}/${name}/thermal_throttle`)
    .filter((path) => existsSync(path))
}
