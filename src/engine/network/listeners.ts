import { readdir, readFile, readlink } from 'node:fs/promises'

/** A process that has a port. */
export interface PortOwner {
  readonly pid: number
  readonly command: string
}

interface SocketRow {
  readonly inode: string
  readonly port: number
}

/**
 * Finds who has a port of this network namespace, from /proc; undefined where that cannot be told (the process runs in
 * a namespace of its own, or is gone by now). Slow (reads every process): for error messages only.
 */
export async function findPortOwner(protocol: 'tcp' | 'udp', port: number): Promise<PortOwner | undefined> {
  const tables = await Promise.all([`/proc/net/${protocol}`, `/proc/net/${protocol}6`].map(readText))
  const inodes = new Set(
    tables
      .flatMap((text) => parseSocketTable(text, protocol))
      .filter((row) => row.port === port)
      .map((row) => row.inode),
  )
  if (inodes.size === 0) return undefined
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  for (const pid of pids) {
    if (!(await holdsSocket(pid, inodes))) continue
    const command = (await readText(`/proc/${pid}/cmdline`)).replace(/[\s\p{Cc}]+/gu, ' ').trim()
    return { pid: Number(pid), command: shorten(command === '' ? (await readText(`/proc/${pid}/comm`)).trim() : command) }
  }
  return undefined
}

/** Local ports in a /proc/net table: listening ones for TCP (state 0A), all for UDP. */
export function parseSocketTable(text: string, protocol: 'tcp' | 'udp'): readonly SocketRow[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const columns = line.trim().split(/\s+/)
      const port = Number.parseInt(columns[1]?.split(':')[1] ?? '', 16)
      const inode = columns[9]
      if (Number.isNaN(port) || inode === undefined || (protocol === 'tcp' && columns[3] !== '0A')) return []
      return [{ inode, port }]
    })
}

async function holdsSocket(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const fds = await readdir(`/proc/${pid}/fd`).catch(() => [])
  for (const fd of fds) {
    const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1]
    if (inode !== undefined && inodes.has(inode)) return true
  }
  return false
}

function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '')
}

function shorten(command: string): string {
  return command.length > 80 ? `${command.slice(0, 77)}…` : command
}
