import { hasCode, TscomposeError } from '../../base/errors.ts'
import { findPortOwner } from './listeners.ts'
import type { NetworkTables } from './networks.ts'

/** Rethrows; a PORT_IN_USE error then says who has the port: one of our containers, or a process of the host. */
export async function explainPortInUse(
  error: unknown,
  { tables, own }: { readonly tables: NetworkTables; readonly own: string },
): Promise<never> {
  if (!hasCode(error, 'PORT_IN_USE')) throw error
  const port = Number(error.target)
  const protocol = error.message.includes('/udp') ? 'udp' : 'tcp'
  const holder = [...tables.attachments.values()].find(
    ({ container, ports }) =>
      container.containerId !== own && ports.some((bound) => bound.hostPort === port && bound.protocol === protocol),
  )
  const hint = `publish another port of the host, such as "${port + 1}:…"`
  if (holder !== undefined) {
    throw new TscomposeError('conflict', 'PORT_IN_USE', `${error.message} by container ${holder.container.containerName}`, {
      target: String(port),
      hint: `stop ${holder.container.containerName}, or ${hint}`,
    })
  }
  const owner = await findPortOwner(protocol, port).catch(() => undefined)
  if (owner === undefined) throw new TscomposeError('conflict', 'PORT_IN_USE', error.message, { target: String(port), hint })
  // Our own helper holds it for a container whose record is not complete yet.
  if (owner.command.includes('tscompose-netd')) {
    throw new TscomposeError('conflict', 'PORT_IN_USE', `${error.message} by another container that starts just now`, {
      target: String(port),
      hint: `give each container a port of its own, such as one of a range: "${port}-${port + 9}:…"`,
    })
  }
  throw new TscomposeError('conflict', 'PORT_IN_USE', `${error.message} by process ${owner.pid} (${owner.command})`, {
    target: String(port),
    hint: `stop that process, or ${hint}`,
  })
}
