import { existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { getLink, listLinks } from '../../sys/netlink/route.ts'
import type { NetlinkSocket } from '../../sys/netlink/socket.ts'
import type { AttachmentHalf } from './attachments.ts'
import { ensureBridge, networkOfBridge, rulesOfNetwork } from './bridge.ts'
import { publishTarget } from './endpoint-plan.ts'
import type { FirewallDriver, FirewallRule } from './firewall/driver.ts'
import type { Forwarding } from './forwarding.ts'
import type { LinkReaper } from './link-reaper.ts'
import type { NetdClient } from './netd/client.ts'
import { netdContainer } from './netd-view.ts'
import type { NetworkHalf, NetworkTables } from './networks.ts'
import { rulesOfPorts } from './publish.ts'
import type { AttachmentRecord, NetworkRecord, RecordDirectory } from './record.ts'

export interface RestoreOptions {
  readonly tables: NetworkTables
  readonly networkRecords: RecordDirectory<NetworkRecord>
  readonly attachmentRecords: RecordDirectory<AttachmentRecord>
  readonly host: NetlinkSocket
  readonly firewall: FirewallDriver
  readonly forwarding: Forwarding
  readonly reaper: LinkReaper
  readonly netd: NetdClient
  readonly networks: NetworkHalf
  readonly attachments: AttachmentHalf
  readonly warn: (message: string) => void
}

/**
 * Reads the records and brings kernel and helper in line with them: what runs is kept untouched, what is left over from
 * containers that ended while there was no engine goes, what others removed comes back.
 */
export async function restoreNetwork(running: readonly string[], options: RestoreOptions): Promise<void> {
  const { tables, netd, warn } = options
  const networks = options.networkRecords.list()
  const attachments = options.attachmentRecords.list()
  for (const network of networks) tables.networks.set(network.id, network)
  for (const record of attachments) tables.attachments.set(record.container.containerId, record)
  const alive = new Set(running)
  const ended = attachments.filter(({ container }) => !alive.has(container.containerId) || !isMounted(container.netnsPath))
  if (attachments.length === 0 && netd.isPresent()) await netd.restore([])
  if (networks.length === 0 && attachments.length === 0) return

  options.forwarding.restore()
  const present = restoreBridges(options)
  await options.firewall.restore(wantedRules(tables, present))
  options.networks.markReady(present)
  if (attachments.length > 0) {
    const kept = [...tables.attachments.values()].filter((record) => record.endpoints.length > 0)
    const failures = await netd.restore(kept.map((record) => netdContainer(record, (id) => tables.networks.get(id))))
    for (const failure of failures) {
      if (alive.has(failure.container)) warn(`network of container ${failure.container.slice(0, 12)}: ${failure.error.message}`)
    }
  }
  for (const record of ended) {
    await options.attachments
      .discard(record)
      .catch((error: unknown) => warn(`network of container ${record.container.containerName}: ${String(error)}`))
  }
  await removeStrays(options)
}

/** Networks whose bridge is there, or is needed by a running container. After a reboot none is; they come with their first user. */
function restoreBridges({ tables, host, warn }: RestoreOptions): readonly string[] {
  const used = new Set([...tables.attachments.values()].flatMap(({ endpoints }) => endpoints.map((endpoint) => endpoint.networkId)))
  return [...tables.networks.values()].flatMap((network) => {
    if (!used.has(network.id) && getLink(host, network.bridge) === undefined) return []
    try {
      ensureBridge(host, network)
      return [network.id]
    } catch (error) {
      warn(`network ${network.spec.name}: ${String(error)}`)
      return []
    }
  })
}

function wantedRules(tables: NetworkTables, networks: readonly string[]): ReadonlyMap<string, readonly FirewallRule[]> {
  const wanted = new Map<string, readonly FirewallRule[]>()
  for (const id of networks) {
    const network = tables.networks.get(id)
    if (network !== undefined) wanted.set(`network ${id}`, rulesOfNetwork(network))
  }
  for (const [id, record] of tables.attachments) {
    const target = publishTarget(record.endpoints, (network) => tables.networks.get(network))
    if (target !== undefined && record.ports.length > 0) wanted.set(`container ${id}`, rulesOfPorts(record.ports, target))
  }
  return wanted
}

/** Links of ours no record tells of: an engine was killed between the two. */
async function removeStrays({ tables, host, reaper }: RestoreOptions): Promise<void> {
  const known = new Set([...tables.attachments.values()].flatMap(({ endpoints }) => endpoints.map((endpoint) => endpoint.link)))
  const strays = listLinks(host).filter((link) => {
    const network = networkOfBridge(link)
    if (network !== undefined) return !tables.networks.has(network)
    return link.kind === 'veth' && /^tsc[0-9a-f]{11}$/.test(link.name) && !known.has(link.name)
  })
  await reaper.delete(strays.map((link) => link.name))
}

/** A namespace file with nothing mounted on it lies on the file system of its directory. */
function isMounted(path: string): boolean {
  return existsSync(path) && statSync(path).dev !== statSync(dirname(path)).dev
}
