import { readFile } from 'node:fs/promises'
import type { Entry } from './entry.ts'

const longestMs = 5000
const everyMs = 50
const established = '01'

/**
 * Waits until a container has no open TCP connection on its published ports, 5 s at most: what was accepted (or waits
 * to be) before the ports were led elsewhere is still answered. Connections that are kept alive idle count as open.
 */
export async function drain({ record, run }: Entry): Promise<void> {
  const ports = new Set((record.spec.ports ?? []).filter(({ protocol }) => protocol === 'tcp').map(({ containerPort }) => containerPort))
  if (run === undefined || ports.size === 0) return
  for (let waited = 0; waited < longestMs && !run.ending; waited += everyMs) {
    // One look is not enough: a packet may still be on its way when the ports change hands.
    await new Promise((resolve) => setTimeout(resolve, everyMs))
    const tables = await Promise.all(['tcp', 'tcp6'].map((table) => readFile(`/proc/${run.pid}/net/${table}`, 'utf8').catch(() => '')))
    if (!tables.some((table) => hasOpenConnection(table, ports))) return
  }
}

/** Whether a /proc/net/tcp table has an established connection to one of these local ports. */
export function hasOpenConnection(table: string, ports: ReadonlySet<number>): boolean {
  return table.split('\n').some((line) => {
    const [, local = '', , state] = line.trim().split(/\s+/)
    return state === established && ports.has(Number.parseInt(local.split(':')[1] ?? '', 16))
  })
}
