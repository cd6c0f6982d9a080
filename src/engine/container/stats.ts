import { readFileSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import { groupPids } from '../../sys/cgroup/group.ts'
import { readGroupStats } from '../../sys/cgroup/stats.ts'
import type { ContainerStats } from '../api.ts'
import type { ContainerDeps } from './deps.ts'
import type { Entry } from './entry.ts'

const nanosPerTick = 10_000_000

/** What a container uses now, from the kernel. */
export function containerStats(deps: ContainerDeps, { record }: Entry): ContainerStats {
  const group = readGroupStats(deps.cgroups, record.cgroup)
  const network = networkBytes(record.state.process?.pid ?? 0)
  return {
    time: deps.clock.now(),
    cpuNanos: group.cpuNanos,
    systemCpuNanos: systemCpuNanos(readFileSync('/proc/stat', 'utf8')),
    onlineCpus: availableParallelism(),
    memoryUsage: group.memory,
    memoryLimit: group.memoryLimit ?? totalmem(),
    pids: group.pids,
    networkRx: network.received,
    networkTx: network.sent,
    blockRead: group.readBytes,
    blockWrite: group.writtenBytes,
  }
}

/** All time the machine has spent, idle time included: what a container's share is taken of. */
export function systemCpuNanos(stat: string): number {
  const fields = /^cpu\s+(.*)$/m.exec(stat)?.[1]?.split(/\s+/).map(Number) ?? []
  return fields.slice(0, 8).reduce((sum, ticks) => sum + ticks, 0) * nanosPerTick
}

function networkBytes(pid: number): { readonly received: number; readonly sent: number } {
  try {
    return parseNetDev(readFileSync(`/proc/${pid}/net/dev`, 'utf8'))
  } catch {
    return { received: 0, sent: 0 }
  }
}

/** Sums of all interfaces but the loopback. */
export function parseNetDev(text: string): { readonly received: number; readonly sent: number } {
  const rows = [...text.matchAll(/^\s*([^:\s]+):\s*(.*)$/gm)].filter(([, name]) => name !== 'lo')
  const columns = rows.map(([, , rest = '']) => rest.trim().split(/\s+/).map(Number))
  return {
    received: columns.reduce((sum, row) => sum + (row[0] ?? 0), 0),
    sent: columns.reduce((sum, row) => sum + (row[8] ?? 0), 0),
  }
}

export interface Top {
  readonly titles: readonly string[]
  readonly processes: readonly (readonly string[])[]
}

/** Processes of a container with host pids, in `ps -ef`'s columns. */
export function containerTop(deps: ContainerDeps, { record }: Entry): Top {
  const bootTime = Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? 0) * 1000
  const view = { bootTime, now: deps.clock.now(), users: hostUsers() }
  const rows = groupPids(deps.cgroups, record.cgroup).flatMap((pid) => processRow(pid, view) ?? [])
  return { titles: ['UID', 'PID', 'PPID', 'C', 'STIME', 'TTY', 'TIME', 'CMD'], processes: rows }
}

interface TopView {
  /** Milliseconds. */
  readonly bootTime: number
  readonly now: number
  /** The host's names, as its own ps would show them. */
  readonly users: ReadonlyMap<string, string>
}

function hostUsers(): ReadonlyMap<string, string> {
  try {
    const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
    return new Map(lines.map((line) => line.split(':')).map(([name = '', , uid = '']) => [uid, name]))
  } catch {
    return new Map()
  }
}

function processRow(pid: number, { bootTime, now, users }: TopView): readonly string[][] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const name = text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'))
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const uid = /^Uid:\s+\d+\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0'
    const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / 100
    const started = bootTime + Number(fields[19]) * 10
    const share = now > started ? Math.min(99, Math.floor((cpuSeconds * 100_000) / (now - started))) : 0
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim()
    const terminal = fields[4] === '0' ? '?' : `pts/${Number(fields[4]) & 0xff}`
    const began = new Date(started).toTimeString().slice(0, 5)
    return [
      [
        users.get(uid) ?? uid,
        String(pid),
        fields[1] ?? '',
        String(share),
        began,
        terminal,
        clockTime(cpuSeconds),
        command === '' ? `[${name}]` : command,
      ],
    ]
  } catch {
    return undefined
  }
}

function clockTime(seconds: number): string {
  const whole = Math.floor(seconds)
  const part = (value: number): string => String(value).padStart(2, '0')
  return `${part(Math.floor(whole / 3600))}:${part(Math.floor(whole / 60) % 60)}:${part(whole % 60)}`
}
