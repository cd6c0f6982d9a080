import { run } from '../sys/process.ts'
import type * as api from './api.ts'
import type { LayerInfo } from './parts.ts'

export interface DiskUsageParts {
  readonly images: Pick<api.DiskUsage, 'imagesSize'> & {
    readonly images: readonly Omit<api.DiskUsage['images'][number], 'containers'>[]
    readonly chainIds: ReadonlySet<string>
  }
  readonly containers: readonly api.ContainerSummary[]
  readonly volumes: readonly api.VolumeInfo[]
  readonly layers: readonly LayerInfo[]
  /** Bytes a container has written. */
  readonly written: (containerId: string) => Promise<number>
}

/** What lies on the disk; see Engine in api.ts. Layers of no image are the build cache's. */
export async function diskUsage({ images, containers, volumes, layers, written }: DiskUsageParts): Promise<api.DiskUsage> {
  const cached = layers.filter(({ chainId }) => !images.chainIds.has(chainId))
  const [sizes, volumeSizes] = await Promise.all([
    Promise.all(containers.map(({ id }) => written(id).catch(() => 0))),
    Promise.all(volumes.map(({ mountpoint }) => directorySize(mountpoint))),
  ])
  return {
    images: images.images.map((entry) => ({
      ...entry,
      containers: containers.filter(({ imageId }) => imageId === entry.image.id).length,
    })),
    imagesSize: images.imagesSize,
    containers: containers.map((container, index) => ({ container, size: sizes[index] ?? 0 })),
    volumes: volumes.map((volume, index) => ({
      volume,
      size: volumeSizes[index] ?? 0,
      containers: containers.filter(({ mounts }) => mounts.some(({ type, name }) => type === 'volume' && name === volume.name)).length,
    })),
    buildCache: { entries: cached.length, size: cached.reduce((sum, { size }) => sum + size, 0) },
  }
}

/** In a process of its own: a volume may hold millions of files. */
async function directorySize(path: string): Promise<number> {
  const { stdout } = await run('du', ['-sB1', '--one-file-system', '--', path], { accept: 'any' })
  return Number(/^([0-9]+)/.exec(stdout)?.[1] ?? 0)
}
