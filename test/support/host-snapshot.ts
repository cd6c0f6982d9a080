import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { sh } from './command.ts'

/** What a project may leave behind on a host, each as sorted lines, read by the system's own tools. */
export interface HostSnapshot {
  /** Command lines. */
  readonly processes: readonly string[]
  readonly mounts: readonly string[]
  readonly links: readonly string[]
  readonly addresses: readonly string[]
  readonly rules: readonly string[]
  readonly cgroups: readonly string[]
  readonly netns: readonly string[]
  /** Paths below the engine's directories. */
  readonly files: readonly string[]
}

export interface SnapshotOptions {
  /** Directories whose paths count. */
  readonly directories?: readonly string[]
  /** Command lines that may come and go. */
  readonly ignoreProcesses?: RegExp
}

export function takeHostSnapshot(options: SnapshotOptions = {}): HostSnapshot {
  return {
    processes: processes(options.ignoreProcesses),
    mounts: lines(sh('findmnt --list --noheadings --output TARGET,FSTYPE')),
    links: lines(sh('ip -o link show')).map((line) => line.replace(/^\d+: ([^:@]+).*$/, '$1')),
    addresses: lines(sh("ip -o addr show | awk '{print $2, $4}'")),
    // Counters and comments change without anybody's doing.
    rules: lines(sh('iptables-save; ip6tables-save'))
      .filter((line) => !line.startsWith('#'))
      .map((line) => line.replace(/ \[\d+:\d+\]$/, '')),
    cgroups: existsSync('/sys/fs/cgroup') ? lines(sh("find /sys/fs/cgroup -type d -path '*tscompose*' 2>/dev/null || true")) : [],
    netns: lines(sh("find /run/tscompose -name '*netns*' 2>/dev/null || true")),
    files: (options.directories ?? []).flatMap((directory) => lines(sh(`find ${directory} -mindepth 1 2>/dev/null || true`))),
  }
}

/** What is there now and was not before, and the other way round, one line each; empty where nothing changed. */
export function compareHostSnapshots(before: HostSnapshot, after: HostSnapshot): readonly string[] {
  const kinds = Object.keys(before) as (keyof HostSnapshot)[]
  return kinds.flatMap((kind) => [
    ...without(after[kind], before[kind]).map((line) => `left behind: ${kind}: ${line}`),
    ...without(before[kind], after[kind]).map((line) => `gone: ${kind}: ${line}`),
  ])
}

/** A bag difference: twice is more than once. */
function without(lines: readonly string[], others: readonly string[]): readonly string[] {
  const rest = [...others]
  return lines.filter((line) => {
    const at = rest.indexOf(line)
    if (at === -1) return true
    rest.splice(at, 1)
    return false
  })
}

function lines(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .sort()
}

/** Processes of this mount namespace or of namespaces made from it: all that a pid namespace of the test's own has. */
function processes(ignore: RegExp | undefined): readonly string[] {
  const found: string[] = []
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || name === String(process.pid)) continue
    try {
      const command = readFileSync(join('/proc', name, 'cmdline'), 'utf8')
        .replaceAll('\0', ' ')
        .trim()
      if (command === '' && readlinkSync(join('/proc', name, 'exe')) === '') continue
      if (ignore?.test(command) !== true) found.push(command)
    } catch {
      // It ended while we looked, or is a kernel thread.
    }
  }
  return found.sort()
}
