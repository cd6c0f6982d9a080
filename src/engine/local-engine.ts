import { mkdirSync } from 'node:fs'
import { release } from 'node:os'
import { join } from 'node:path'
import { type CgroupLayout, readCgroupLayout } from '../sys/cgroup/layout.ts'
import { createCgroupView } from '../sys/cgroup/view.ts'
import type * as api from './api.ts'
import { createBuilder } from './build/builder.ts'
import { parseLayerRecord } from './build/cache.ts'
import { createContainerPart } from './container/part.ts'
import { runtimeStateRoot } from './container/places.ts'
import { parseRecord } from './container/record.ts'
import { createContentStore } from './content/store.ts'
import { diskUsage } from './disk-usage.ts'
import { createEventHub } from './event-hub.ts'
import { createImagePart } from './image/image-part.ts'
import { parseImageRecord } from './image/record.ts'
import { createNetworkPart } from './network/network-part.ts'
import { observe } from './observe.ts'
import type { EnginePaths } from './parts.ts'
import { createRegistryClient } from './registry/client.ts'
import { readRegistryConfig } from './registry/endpoints.ts'
import { proxiesFromEnvironment } from './registry/proxy.ts'
import { createRuntime, findRuntime, type RuntimeInfo } from './runtime/runtime.ts'
import { createSnapshotStore } from './snapshot/snapshot-store.ts'
import { createRecordStore, type RecordStore } from './state/records.ts'
import { parseVolumeRecord } from './volume/record.ts'
import { createVolumePart } from './volume/volume-part.ts'

export interface LocalEngineOptions {
  readonly paths: EnginePaths
  /** Of the package, for `info`. */
  readonly version: string
  /** Where clients reach this engine, for `info`. */
  readonly socket: string
  /** Program and arguments of the network helper. */
  readonly netdCommand: readonly string[]
  /** Its proxy variables count for registries where the configuration names none. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** For what goes wrong outside of any call. */
  readonly log: (text: string) => void
}

export interface LocalEngine {
  readonly engine: api.Engine
  /** Gives back what this process holds. Containers go on. */
  close(): Promise<void>
}

/** Registry mirrors and the like; the administrator's file, read only. */
const configPath = '/etc/tscompose/engine.json'

/** How far `events --since` can reach back. */
const eventRingSize = 256

/**
 * The engine with all its parts, as the disk and the kernel have it now: what runs is taken up again before this
 * resolves. The caller holds the engine lock. Rejects RUNTIME_MISSING and the like where the host lacks something.
 */
export async function openLocalEngine(options: LocalEngineOptions): Promise<LocalEngine> {
  const { paths, log: warn } = options
  for (const root of [paths.dataRoot, paths.runRoot]) mkdirSync(root, { recursive: true, mode: 0o711 })
  const startedAt = Date.now()
  const hub = createEventHub({ size: eventRingSize, now: () => BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e6)) })
  const { emit } = hub
  const records = <T>(of: { readonly directory: string; readonly parse: (value: unknown) => T }): RecordStore<T> =>
    createRecordStore({ ...of, warn })
  const layout = readCgroupLayout()
  // The host's programs are looked up while the disk is read.
  const [runtimeInfo, snapshots] = await Promise.all([findRuntime(), createSnapshotStore({ paths, warn })])
  const view = createCgroupView([paths.dataRoot, paths.runRoot], layout)
  const content = createContentStore({ root: join(paths.dataRoot, 'content') })
  const volumes = createVolumePart({
    paths,
    records: createRecordStore({ directory: join(paths.dataRoot, 'volumes'), nested: 'volume.json', parse: parseVolumeRecord, warn }),
    emit,
    warn,
    describeUser: (id) => containers.list({ all: true }).find((container) => container.id === id)?.name ?? id.slice(0, 12),
  })
  const network = createNetworkPart({ paths, emit, warn, records, netdCommand: options.netdCommand })
  const images = createImagePart({
    paths,
    content,
    registry: createRegistryClient({ configPath, env: options.env }),
    snapshots,
    records: records({ directory: join(paths.dataRoot, 'images'), parse: parseImageRecord }),
    emit,
    usersOf: (imageId) => containers.usersOfImage(imageId),
    retained: () => builder.retainedChainIds(),
    containers: {
      inspect: (container) => containers.containers.inspect({ container }),
      paused: (container, work) => whilePaused(containers.containers, container, work),
    },
  })
  const containers = createContainerPart({
    paths,
    images: images.resolver,
    snapshots,
    volumes: volumes.provider,
    populateVolume: volumes.populateFromImage,
    network: network.provider,
    runtime: createRuntime({
      info: runtimeInfo,
      stateRoot: runtimeStateRoot(paths),
      enter: (fn, options) => view.enter(fn as never, options),
    }),
    cgroups: layout,
    records: createRecordStore({ directory: join(paths.dataRoot, 'containers'), nested: 'record.json', parse: parseRecord, warn }),
    emit,
    warn,
  })
  const builder = createBuilder({
    paths,
    images: { ...images.images, ...images.resolver, ...images.committer },
    snapshots,
    runner: containers.stepRunner,
    collectGarbage: images.collectGarbage,
    proxies: async () => (await readRegistryConfig(configPath)).proxies ?? proxiesFromEnvironment(options.env),
    records: records({ directory: join(paths.dataRoot, 'build-cache/layers'), parse: parseLayerRecord }),
  })
  await containers.restore()
  await builder.restore()
  await volumes.restore(containers.list({ all: true }).map(({ id }) => id))
  // What crashes left takes disk space only, so nobody waits for it.
  images.collectGarbage().catch((error: unknown) => warn(`collecting unused layers failed: ${String(error)}`))
  const warnings = hostWarnings(layout, runtimeInfo)
  const engine: api.Engine = {
    info: async () => ({
      version: options.version,
      pid: process.pid,
      socket: options.socket,
      ...paths,
      startedAt,
      runtime: { name: runtimeInfo.name, path: runtimeInfo.path, version: runtimeInfo.version },
      cgroup: layout.mode,
      kernel: release(),
      firewall: network.firewallName,
      warnings,
      containers: countContainers(containers.list({ all: true })),
      images: (await images.images.list()).length,
    }),
    observe: (params) =>
      observe(params, { containers: containers.list, networks: network.networks, volumes: volumes.api, image: images.summary }),
    events: (filter, context) => hub.events(filter, context?.signal),
    diskUsage: async () =>
      diskUsage({
        images: images.usage(),
        containers: containers.list({ all: true }),
        volumes: await volumes.api.list({}),
        layers: snapshots.listLayers(),
        written: (id) => snapshots.usage(id),
      }),
    // The daemon ends itself; an engine inside another program is closed by that program.
    shutdown: async () => undefined,
    images: { ...images.images, build: builder.build, checkBuild: builder.checkBuild, pruneBuildCache: builder.pruneBuildCache },
    containers: containers.containers,
    networks: network.networks,
    volumes: volumes.api,
  }
  const close = async (): Promise<void> => {
    hub.close()
    await containers.close()
    await Promise.all([builder.close(), network.networks.close(), images.close(), snapshots.close()])
    view.close()
  }
  return { engine, close }
}

/** A container that does not run stands still already. */
async function whilePaused<T>(containers: api.Containers, container: string, work: () => Promise<T>): Promise<T> {
  const { state } = await containers.inspect({ container })
  if (state.status !== 'running') return work()
  await containers.pause({ container })
  try {
    return await work()
  } finally {
    await containers.unpause({ container })
  }
}

function countContainers(all: readonly api.ContainerSummary[]): api.EngineInfo['containers'] {
  return { total: all.length, running: all.filter(({ state }) => state.pid !== 0).length }
}

function hostWarnings(layout: CgroupLayout, runtime: RuntimeInfo): readonly string[] {
  const missing = ['cpu', 'memory', 'pids'].filter((name) => !layout.v1.has(name) && !layout.unifiedControllers.includes(name))
  return [
    ...(missing.length === 0 ? [] : [`this host limits no ${missing.join(', ')}: there are no such cgroup controllers`]),
    ...(runtime.name === 'crun' ? [] : ['crun is not installed; runc is slower']),
  ]
}
