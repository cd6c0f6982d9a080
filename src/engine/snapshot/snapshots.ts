import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { hasErrno, TscomposeError } from '../../base/errors.ts'
import { umount } from '../../sys/mount.ts'
import { mountOverlay } from '../../sys/overlay.ts'
import { deleteTree } from '../../sys/trash.ts'
import type { Rootfs, Snapshotter } from '../parts.ts'
import type { Layers } from './layers.ts'
import type { TarJobs } from './tar-jobs.ts'

/*
 * Writable directories over a chain: `<root>/<key>/{upper,work,merged,snapshot.json}`. The file is written last, so a
 * directory without it is left over from a crash.
 */

const metadataFile = 'snapshot.json'
const validKey = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/
/** Overlayfs takes no more lower directories. */
const maxLayers = 500

interface Snapshot {
  readonly key: string
  readonly chainId: string
  readonly volatile: boolean
}

export interface Snapshots extends Omit<Snapshotter, 'lowers' | 'has'> {
  keys(): readonly string[]
  /** chainIDs under all of them. */
  chainIds(): readonly string[]
  usage(key: string): Promise<number>
  lowers(chainId: string): readonly string[]
  /** Deletes what crashes left. For the start. */
  collect(): Promise<void>
}

export interface SnapshotsOptions {
  readonly root: string
  readonly layers: Layers
  readonly jobs: TarJobs
}

export function createSnapshots({ root, layers, jobs }: SnapshotsOptions): Snapshots {
  mkdirSync(root, { recursive: true, mode: 0o700 })
  // Stands in for the layers of `FROM scratch`: an overlay needs something below.
  const empty = `${root}/.empty`
  mkdirSync(empty, { recursive: true, mode: 0o755 })
  const snapshots = loadSnapshots(root)

  const home = (key: string): string => {
    if (validKey.test(key)) return `${root}/${key}`
    throw new TscomposeError('internal', 'SNAPSHOT_KEY', `not a snapshot key: ${JSON.stringify(key.slice(0, 80))}`)
  }
  const lowers = (chainId: string): readonly string[] => layers.chain(chainId).map((layer) => layers.directory(layer.chainId))
  const rootfs = ({ key, chainId }: Snapshot): Rootfs => {
    const below = lowers(chainId)
    const directory = home(key)
    return {
      lower: below.length === 0 ? [empty] : below,
      upper: `${directory}/upper`,
      work: `${directory}/work`,
      merged: `${directory}/merged`,
    }
  }
  const get = (key: string): Snapshot => {
    const snapshot = snapshots.get(key)
    if (snapshot !== undefined) return snapshot
    throw new TscomposeError('not-found', 'SNAPSHOT_MISSING', `there is no root file system ${key}`)
  }
  const unmount = async (key: string): Promise<void> => {
    // Detached: a process of another mount namespace that still looks at it must not keep a container from ending.
    while (umount(`${home(key)}/merged`, { detach: true }));
  }
  const remove = async (key: string): Promise<void> => {
    await unmount(key)
    snapshots.delete(key)
    await deleteTree(home(key))
  }
  return {
    lowers,
    keys: () => [...snapshots.keys()],
    chainIds: () => [...new Set([...snapshots.values()].map(({ chainId }) => chainId))],
    prepare: async (key, chainId, { volatile = false } = {}) => {
      const directory = home(key)
      if (snapshots.has(key)) throw new TscomposeError('conflict', 'SNAPSHOT_EXISTS', `there is already a root file system ${key}`)
      const snapshot = { key, chainId, volatile }
      const prepared = rootfs(snapshot)
      checkDepth(prepared.lower)
      // Before anything else can happen: the layers must not be collected from now on.
      snapshots.set(key, snapshot)
      try {
        makeDirectories(directory, prepared)
        writeFileSync(`${directory}/${metadataFile}`, JSON.stringify({ version: 1, ...snapshot }))
      } catch (error) {
        snapshots.delete(key)
        rmSync(directory, { recursive: true, force: true })
        throw error
      }
      return prepared
    },
    mount: async (key) => {
      const snapshot = get(key)
      const mounted = rootfs(snapshot)
      const { lower, upper, work, merged } = mounted
      if (isMountPoint(merged)) return mounted
      // The kernel's mark of an unclean end; what it warns of is why `volatile` was chosen.
      if (snapshot.volatile) rmSync(join(work, 'work', 'incompat', 'volatile'), { recursive: true, force: true })
      mountOverlay({ lowers: lower, upper, work, target: merged, options: { volatile: snapshot.volatile } })
      return mounted
    },
    unmount,
    remove,
    commit: async (key) => {
      const { chainId: parentChainId } = get(key)
      await unmount(key)
      const { upper } = rootfs(get(key))
      const { diffId, size } = await jobs.run({ kind: 'digest', directory: upper })
      const { chainId } = await layers.adopt(upper, { diffId, parentChainId, size })
      await remove(key)
      return { diffId, chainId, size }
    },
    changes: (key) => {
      const { upper, lower } = rootfs(get(key))
      return jobs.run({ kind: 'changes', directory: upper, lowers: lower })
    },
    exportWritable: async (key, path) => {
      const { diffId, tarSize } = await jobs.run({ kind: 'export', directory: rootfs(get(key)).upper, path, writable: true })
      return { diffId, size: tarSize }
    },
    exportTree: async (key, path) => {
      await jobs.run({ kind: 'export', directory: rootfs(get(key)).merged, path })
    },
    usage: (key) => jobs.run({ kind: 'usage', directory: rootfs(get(key)).upper }),
    collect: async () => {
      const leftovers = readdirSync(root).filter((name) => name !== '.empty' && !snapshots.has(name))
      for (const name of leftovers) while (umount(`${root}/${name}/merged`, { detach: true }));
      await Promise.all(leftovers.map((name) => deleteTree(`${root}/${name}`)))
    },
  }
}

function checkDepth(lower: readonly string[]): void {
  if (lower.length <= maxLayers) return
  throw new TscomposeError('unsupported', 'TOO_MANY_LAYERS', `the image has ${lower.length} layers, the kernel can stack ${maxLayers}`, {
    hint: 'rebuild it with fewer steps',
  })
}

/** The upper directory is the root directory of the container, so it looks like the image's. */
function makeDirectories(directory: string, { lower, upper, work, merged }: Rootfs): void {
  // Left over from a crash if it is there.
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory, { mode: 0o700 })
  for (const each of [upper, work, merged]) mkdirSync(each)
  const { mode, uid, gid } = statSync(lower[0] ?? '/')
  if (uid !== 0 || gid !== 0) chownSync(upper, uid, gid)
  chmodSync(upper, mode & 0o7777)
}

/** A mounted overlay has a device number of its own. */
function isMountPoint(path: string): boolean {
  return statSync(path).dev !== statSync(dirname(path)).dev
}

function loadSnapshots(root: string): Map<string, Snapshot> {
  const names = readdirSync(root).filter((name) => validKey.test(name) && existsSync(`${root}/${name}/${metadataFile}`))
  return new Map(
    names
      .map((name) => readSnapshot(root, name))
      .filter((snapshot) => snapshot !== undefined)
      .map((snapshot) => [snapshot.key, snapshot]),
  )
}

function readSnapshot(root: string, name: string): Snapshot | undefined {
  try {
    const value = JSON.parse(readFileSync(`${root}/${name}/${metadataFile}`, 'utf8')) as Partial<Snapshot>
    const { key, chainId, volatile = false } = value
    return key === name && typeof chainId === 'string' ? { key, chainId, volatile } : undefined
  } catch (error) {
    if (error instanceof SyntaxError || hasErrno(error, 'ENOENT')) return undefined
    throw error
  }
}
