import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { TscomposeError } from '../../base/errors.ts'
import { readGeneration } from '../../sys/netlink/netfilter.ts'
import { openNetlink } from '../../sys/netlink/socket.ts'
import { exited, spawnProcess } from '../../sys/process.ts'
import type { ContainerNetwork, EmitEvent, EnginePaths, NetworkProvider, NetworkStore } from '../parts.ts'
import { createAttachmentHalf } from './attachments.ts'
import type { FirewallDriver } from './firewall/driver.ts'
import { createIptablesDriver, type RunIptables } from './firewall/iptables.ts'
import { createForwarding } from './forwarding.ts'
import { createLinkReaper } from './link-reaper.ts'
import { createNetdClient } from './netd/client.ts'
import { createNetworkHalf, type NetworkTables } from './networks.ts'
import { type OpenRecords, parseAttachmentRecord, parseNetworkRecord } from './record.ts'
import { parseResolvConf, renderResolvConf } from './resolv-conf.ts'
import { restoreNetwork } from './restore.ts'

export interface NetworkPartOptions {
  readonly paths: EnginePaths
  readonly emit: EmitEvent
  /** For what goes wrong outside of any call. */
  readonly warn: (message: string) => void
  readonly records: OpenRecords
  /** Program and arguments that run the network helper; the path of its socket is added. */
  readonly netdCommand: readonly string[]
  readonly firewall?: FirewallDriver
  /** How often rules are compared with the kernel's; absent: every 20 s, and where it counts changes a second after one. */
  readonly healMs?: number
}

export interface NetworkPart {
  readonly networks: NetworkStore
  readonly provider: NetworkProvider
  /** Starts the network helper ahead of its first use. */
  warmUp(): void
  readonly firewallName: string
}

/** The network part of the engine. `provider.restore` comes before any other call. */
export function createNetworkPart(options: NetworkPartOptions): NetworkPart {
  const { paths, emit, warn, healMs = 20_000 } = options
  const directory = join(paths.runRoot, 'network')
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const tables: NetworkTables = { networks: new Map(), attachments: new Map(), leaving: new Map() }
  const networkRecords = options.records({ directory: join(paths.dataRoot, 'networks'), parse: parseNetworkRecord })
  const attachmentRecords = options.records({ directory: join(directory, 'attachments'), parse: parseAttachmentRecord })
  const host = openNetlink()
  const packetFilter = openNetlink('netfilter')
  const firewall = options.firewall ?? createIptablesDriver({ run: runIptables, generation: () => readGeneration(packetFilter) })
  const forwarding = createForwarding({ directory, firewall })
  const reaper = createLinkReaper()
  const netd = createNetdClient({
    socket: join(paths.runRoot, 'netd.sock'),
    command: options.netdCommand,
    logFile: join(paths.runRoot, 'netd.log'),
    warn,
  })
  const networks = createNetworkHalf({
    tables,
    records: networkRecords,
    host,
    firewall,
    forwarding,
    reaper,
    emit,
    warmUp: () => netd.warmUp(),
  })
  const attachments = createAttachmentHalf({
    tables,
    records: attachmentRecords,
    networks,
    host,
    firewall,
    reaper,
    netd,
    emit,
    warn,
    runIptables,
    resolvConf: containerResolvConf,
  })
  const healing = [
    setInterval(() => void heal(firewall.heal), healMs).unref(),
    setInterval(() => void heal(firewall.healIfChanged), Math.min(healMs, 1000)).unref(),
  ]
  const heal = (how: () => Promise<void>): Promise<void> => how().catch((error: unknown) => warn(`firewall: ${String(error)}`))
  const running = (reference: string): string => {
    const found = [...tables.attachments.values()].find(
      ({ container }) => container.containerName === reference || container.containerId.startsWith(reference),
    )
    if (found !== undefined) return found.container.containerId
    throw new TscomposeError('not-found', 'CONTAINER_NOT_RUNNING', `container ${reference} is not running`, { hint: 'start it first' })
  }
  return {
    firewallName: firewall.name,
    warmUp: () => netd.warmUp(),
    networks: {
      create: ({ spec }) => networks.create(spec),
      remove: ({ network }) => networks.remove(network),
      list: async (filter = {}) => networks.list(filter),
      inspect: async ({ network }) => networks.inspect(network),
      connect: async ({ container, endpoint }) => {
        await attachments.connect(running(container), endpoint)
      },
      disconnect: async ({ container, network }) => {
        await attachments.disconnect(running(container), network)
      },
      close: async () => {
        for (const timer of healing) clearInterval(timer)
        // The link of what just ended may still be waiting, as may its rules.
        await Promise.all([netd.close(), reaper.idle(), firewall.close()])
        host.close()
        packetFilter.close()
      },
    },
    provider: {
      setup: attachments.setup,
      teardown: attachments.teardown,
      connect: attachments.connect,
      disconnect: attachments.disconnect,
      endpoints: attachments.endpoints,
      rename: attachments.rename,
      takePorts: attachments.takePorts,
      restore: (ids) =>
        restoreNetwork(ids, {
          tables,
          networkRecords,
          attachmentRecords,
          host,
          firewall,
          forwarding,
          reaper,
          netd,
          networks,
          attachments,
          warn,
        }),
    },
  }
}

/** Runs one of the iptables programs straight, as starting it is the larger part of its time. */
const runIptables: RunIptables = async (command, args, input) => {
  const child = spawnProcess(command, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  const output = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    output.stdout += chunk
  })
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    output.stderr += chunk
  })
  const closed = new Promise<void>((resolve) => child.once('close', resolve))
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(input)
  const { exitCode } = await exited(child)
  await closed
  if (exitCode === 0) return output.stdout
  throw new TscomposeError('unavailable', 'FIREWALL_FAILED', `${command} failed: ${output.stderr.trim() || `exit code ${exitCode}`}`, {
    hint: 'run tscompose doctor; iptables and its kernel modules are needed',
  })
}

/** The host's resolv.conf is read for each container: it changes when the machine moves to another network. */
function containerResolvConf(container: ContainerNetwork): string {
  const text = readResolvConf()
  if (container.endpoints.length === 0) return text
  return renderResolvConf(parseResolvConf(text), { search: container.dnsSearch, options: container.dnsOptions })
}

function readResolvConf(): string {
  try {
    return readFileSync('/etc/resolv.conf', 'utf8')
  } catch {
    return ''
  }
}
