import { readFile } from 'node:fs/promises'
import { listConnections, type TcpConnection } from '../../sys/netlink/sock-diag.ts'
import { openNetlink } from '../../sys/netlink/socket.ts'
import { withNetns } from '../../sys/netns.ts'
import type { Entry } from './entry.ts'

const longestMs = 5000
const everyMs = 50
/** How long a connection must have been quiet to count as idle: where the container spoke last, and where that is not known. */
const quietMs = 200
const surelyQuietMs = 1000
const established = '01'

/**
 * Waits until a container has nothing left to answer on its published ports, 5 s at most: what was accepted (or waits
 * to be) before the ports were led elsewhere is still answered. A connection that is merely kept alive does not count.
 */
export async function drain({ record, run }: Entry, netnsPath: string): Promise<void> {
  const ports = new Set((record.spec.ports ?? []).filter(({ protocol }) => protocol === 'tcp').map(({ containerPort }) => containerPort))
  if (run === undefined || ports.size === 0) return
  for (let waited = 0; waited < longestMs && !run.ending; waited += everyMs) {
    // One look is not enough: a packet may still be on its way when the ports change hands.
    await new Promise((resolve) => setTimeout(resolve, everyMs))
    if (!(await isBusy(run.pid, netnsPath, ports))) return
  }
}

async function isBusy(pid: number, netnsPath: string, ports: ReadonlySet<number>): Promise<boolean> {
  try {
    const connections = withNetns(netnsPath, () => {
      const socket = openNetlink('sock-diag')
      try {
        return listConnections(socket)
      } finally {
        socket.close()
      }
    })
    return connections.some((connection) => ports.has(connection.localPort) && !isIdle(connection))
  } catch {
    // A kernel without sock_diag for TCP: every open connection counts.
    const tables = await Promise.all(['tcp', 'tcp6'].map((table) => readFile(`/proc/${pid}/net/${table}`, 'utf8').catch(() => '')))
    return tables.some((table) => hasOpenConnection(table, ports))
  }
}

/** Nothing is under way and no question is open: the container had the last word. */
export function isIdle({ pending, sentMs, receivedMs }: Omit<TcpConnection, 'localPort'>): boolean {
  if (pending > 0 || sentMs > receivedMs) return false
  // Within one tick of the kernel's clock it cannot be told who was last.
  return sentMs >= (sentMs === receivedMs ? surelyQuietMs : quietMs)
}

/** Whether a /proc/net/tcp table has an established connection to one of these local ports. */
export function hasOpenConnection(table: string, ports: ReadonlySet<number>): boolean {
  return table.split('\n').some((line) => {
    const [, local = '', , state] = line.trim().split(/\s+/)
    return state === established && ports.has(Number.parseInt(local.split(':')[1] ?? '', 16))
  })
}
