import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import type { ContainerSpec, EngineEvent } from '../../src/engine/api.ts'
import { type ContainerPart, createContainerPart } from '../../src/engine/container/part.ts'
import { runtimeStateRoot } from '../../src/engine/container/places.ts'
import { parseRecord } from '../../src/engine/container/record.ts'
import { createNetworkPart, type NetworkPart } from '../../src/engine/network/network-part.ts'
import type { ImageResolver, SnapshotStore } from '../../src/engine/parts.ts'
import { createRuntime, findRuntime } from '../../src/engine/runtime/runtime.ts'
import { createSnapshotStore } from '../../src/engine/snapshot/snapshot-store.ts'
import { createRecordStore } from '../../src/engine/state/records.ts'
import { parseVolumeRecord } from '../../src/engine/volume/record.ts'
import { createVolumePart, type VolumePart } from '../../src/engine/volume/volume-part.ts'
import type { ImageConfig } from '../../src/oci/image-config.ts'
import { readCgroupLayout } from '../../src/sys/cgroup/layout.ts'
import { createCgroupView } from '../../src/sys/cgroup/view.ts'

/*
 * The engine's container part over the real snapshot, volume and network parts and a busybox root made by hand.
 * For tests in a mount and network namespace of their own; everything is below /run/tscompose and /var/lib/tscompose.
 */

export const paths = { dataRoot: '/var/lib/tscompose', runRoot: '/run/tscompose' }
export const sh = (command: string): string => execFileSync('sh', ['-c', command], { encoding: 'utf8' }).trim()

const applets =
  'sh sleep echo cat ls id env true false yes head printf kill stty hostname wc touch mkdir nslookup ping mount grep ps sed dd tail nc date trap tr'

export interface TestEngine extends ContainerPart {
  readonly events: Omit<EngineEvent, 'timeNano'>[]
  readonly warnings: string[]
  readonly network: NetworkPart
  readonly snapshots: SnapshotStore
  readonly volumes: VolumePart
  /** As a killed engine: nothing is told, containers go on. */
  readonly abandon: () => Promise<void>
}

/** Image `busybox`: configs are looked up by reference. */
export async function openEngine(configs: Readonly<Record<string, ImageConfig>> = {}): Promise<TestEngine> {
  const events: TestEngine['events'] = []
  const warnings: string[] = []
  const warn = (text: string): void => void warnings.push(text)
  const emit = (event: Omit<EngineEvent, 'timeNano'>): void => void events.push(event)
  const layout = readCgroupLayout()
  const view = createCgroupView([paths.dataRoot, paths.runRoot], layout)
  const snapshots = await createSnapshotStore({ paths, warn })
  const chainId = await busyboxLayer(snapshots)
  const images: ImageResolver = {
    resolve: async (image) => ({
      id: `sha256:${createHash('sha256').update(image).digest('hex')}`,
      chainId,
      config: {
        architecture: 'amd64',
        os: 'linux',
        rootfs: { type: 'layers', diff_ids: [chainId] },
        config: configs[image] ?? { Cmd: ['sh'] },
      },
    }),
  }
  const network = createNetworkPart({
    paths,
    emit,
    warn,
    records: (options) => createRecordStore({ ...options, warn }),
    netdCommand: [process.execPath, new URL('../../src/daemon/netd-main.ts', import.meta.url).pathname],
  })
  const volumes = createVolumePart({
    paths,
    emit,
    warn,
    records: createRecordStore({ directory: `${paths.dataRoot}/volumes`, nested: 'volume.json', parse: parseVolumeRecord, warn }),
  })
  const runtime = createRuntime({
    info: await findRuntime(),
    stateRoot: runtimeStateRoot(paths),
    enter: (fn, options) => view.enter(fn as never, options),
  })
  const part = createContainerPart({
    paths,
    images,
    snapshots,
    volumes: volumes.provider,
    populateVolume: volumes.populateFromImage,
    network: network.provider,
    runtime,
    cgroups: layout,
    records: createRecordStore({ directory: `${paths.dataRoot}/containers`, nested: 'record.json', parse: parseRecord, warn }),
    emit,
    warn,
  })
  await part.restore()
  await volumes.restore(part.list({ all: true }).map(({ id }) => id))
  const abandon = async (): Promise<void> => {
    await part.close()
    view.close()
    await snapshots.close()
    await network.networks.close()
  }
  return { ...part, events, warnings, network, snapshots, volumes, abandon }
}

async function busyboxLayer(snapshots: SnapshotStore): Promise<string> {
  const diffId = `sha256:${'b'.repeat(64)}`
  if (snapshots.has(diffId)) return diffId
  const { dir } = await snapshots.stage()
  sh(`cd ${dir} && mkdir -p bin etc tmp root data proc sys dev && chmod 1777 tmp && cp "$(command -v busybox)" bin/busybox
    for a in ${applets}; do ln -sf busybox bin/$a; done
    printf 'root:x:0:0::/root:/bin/sh\\nwww:x:33:33::/srv:/bin/sh\\n' >etc/passwd
    printf 'root:x:0:\\nwww:x:33:\\nextra:x:50:www\\n' >etc/group
    echo plain >etc/plain; echo seed >data/seed; chown 33:33 data`)
  const { chainId } = await snapshots.commitStaged({ dir, diffId: diffId as never, parentChainId: '', size: 0 })
  return chainId
}

/** A spec with what every one needs. */
export function spec(name: string, command: readonly string[], more: Partial<ContainerSpec> = {}): ContainerSpec {
  return { name, image: 'busybox', command, labels: {}, network: { kind: 'none' }, ...more }
}

/** Ends and deletes everything the tests made. */
export async function clear(engine: TestEngine): Promise<void> {
  for (const { id } of engine.list({ all: true })) await engine.containers.remove({ container: id, force: true, volumes: true })
  await engine.stepRunner.close()
  for (const { name } of await engine.network.networks.list({})) await engine.network.networks.remove({ network: name })
}

/** What containers leave in the kernel when they are gone: nothing. */
export function kernelTraces(engine: TestEngine): string {
  const ids = new Set(engine.events.filter(({ type }) => type === 'container').map(({ id }) => id))
  const groups = [...ids].filter((id) => existsSync(`/sys/fs/cgroup/memory/tscompose/${id}`))
  return [sh(`findmnt -rn -o TARGET | grep -E '^/(run|var/lib)/tscompose/.*(merged|shm|netns)' || true`), ...groups].join('')
}

/** Resolves when a line of the container's output matches. */
export async function printed(engine: TestEngine, container: string, pattern: RegExp): Promise<void> {
  for await (const batch of engine.containers.logs({ container, follow: true })) if (batch.some(({ text }) => pattern.test(text))) return
}

export function reset(): void {
  for (const root of [paths.dataRoot, paths.runRoot]) {
    mkdirSync(root, { recursive: true })
    for (const name of readdirSync(root)) rmSync(`${root}/${name}`, { recursive: true, force: true })
  }
}
