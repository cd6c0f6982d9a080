import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { hasErrno, TscomposeError } from '../../base/errors.ts'
import { nextChainId } from '../../oci/chain-id.ts'
import { isDigest } from '../../oci/digest.ts'
import { spreadChildren } from '../../sys/files.ts'
import { collectLeftovers, deleteTree } from '../../sys/trash.ts'
import type { LayerInfo, LayerStore } from '../parts.ts'

/*
 * Layers on disk: `<root>/<hex of chainID>/{diff,layer.json}`. A directory appears under that name by one rename, with
 * everything in it; whatever else is there is left over from a crash.
 */

const stagingPrefix = '.staging-'
const metadataFile = 'layer.json'

export interface Layers extends Omit<LayerStore, 'exportLayer'> {
  /** The chain from this layer down; throws LAYER_MISSING at the first gap. */
  chain(chainId: string): readonly LayerInfo[]
  has(chainId: string): boolean
  directory(chainId: string): string
  /** Turns a directory of the same file system into a layer, as `commitStaged`. */
  adopt(directory: string, layer: Omit<LayerInfo, 'chainId' | 'createdAt'>): Promise<LayerInfo>
  /** Deletes what crashes left. For the start, before anything is staged. */
  collect(): Promise<void>
}

export interface LayersOptions {
  readonly root: string
  /** chainIDs containers and build steps stand on. */
  readonly inUse: () => readonly string[]
  readonly warn: (text: string) => void
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

export function createLayers({ root, inUse, warn, now }: LayersOptions): Layers {
  mkdirSync(root, { recursive: true, mode: 0o700 })
  // Layers that are unpacked side by side, or where others were deleted a moment ago, then do not get in each other's way.
  spreadChildren(root)
  const layers = loadLayers(root, warn)
  const home = (chainId: string): string => `${root}/${hexOf(chainId)}`
  const chain = (chainId: string): readonly LayerInfo[] => {
    const found: LayerInfo[] = []
    for (let id = chainId; id !== ''; ) {
      const layer = layers.get(id)
      if (layer === undefined) throw missing(id)
      found.push(layer)
      id = layer.parentChainId
    }
    return found
  }
  const has = (chainId: string): boolean => {
    let id = chainId
    for (let layer = layers.get(id); layer !== undefined; layer = layers.get(id)) id = layer.parentChainId
    return id === ''
  }
  const stage = async (): Promise<{ dir: string }> => {
    const dir = `${root}/${stagingPrefix}${randomUUID()}/diff`
    mkdirSync(dir, { recursive: true, mode: 0o755 })
    return { dir }
  }
  const commit = async (staged: string, fields: Omit<LayerInfo, 'chainId' | 'createdAt'>): Promise<LayerInfo> => {
    const layer = { chainId: nextChainId(fields.parentChainId, fields.diffId), ...fields, createdAt: now() }
    const present = layers.get(layer.chainId)
    if (present !== undefined) {
      await deleteTree(staged)
      return present
    }
    if (!existsSync(`${staged}/${metadataFile}`)) writeFileSync(`${staged}/${metadataFile}`, JSON.stringify({ version: 1, ...layer }))
    renameSync(staged, home(layer.chainId))
    layers.set(layer.chainId, layer)
    return layer
  }
  const remove = async (chainId: string): Promise<void> => {
    layers.delete(chainId)
    await deleteTree(home(chainId))
  }
  return {
    chain,
    has,
    directory: (chainId) => `${home(chainId)}/diff`,
    stage,
    discardStaged: (dir) => deleteTree(stagingOf(root, dir)),
    describeStaged: ({ dir, diffId, parentChainId, size }) => {
      const layer = { chainId: nextChainId(parentChainId, diffId), diffId, parentChainId, size, createdAt: now() }
      writeFileSync(`${stagingOf(root, dir)}/${metadataFile}`, JSON.stringify({ version: 1, ...layer }))
    },
    commitStaged: async ({ dir, diffId, parentChainId, size }) => {
      checkDigest(diffId)
      if (parentChainId !== '') checkDigest(parentChainId)
      const { chainId } = await commit(stagingOf(root, dir), { diffId, parentChainId, size })
      return { chainId }
    },
    adopt: async (directory, fields) => {
      const { dir } = await stage()
      // An empty directory is replaced by rename.
      renameSync(directory, dir)
      return commit(dirname(dir), fields)
    },
    layer: (chainId) => layers.get(chainId),
    listLayers: () => [...layers.values()],
    removeLayer: async (chainId) => {
      if (!layers.has(chainId)) return
      const above = [...layers.values()].find(({ parentChainId }) => parentChainId === chainId)
      if (above !== undefined || usedChains(inUse(), layers).has(chainId)) {
        throw new TscomposeError('conflict', 'LAYER_IN_USE', `layer ${chainId} is in use`, {
          hint: 'remove the images and containers that stand on it first',
        })
      }
      await remove(chainId)
    },
    gc: async (keepChainIds) => {
      const keep = usedChains([...keepChainIds, ...inUse()], layers)
      const unused = [...layers.values()].filter(({ chainId }) => !keep.has(chainId))
      // Forgotten first, all of them: nothing may be put on top of a layer that is about to go.
      for (const { chainId } of unused) layers.delete(chainId)
      await Promise.all(unused.map(({ chainId }) => deleteTree(home(chainId))))
      return { removed: unused.map(({ chainId }) => chainId), bytes: unused.reduce((total, { size }) => total + size, 0) }
    },
    collect: () => collectLeftovers(root, (name) => name.startsWith(stagingPrefix) || (isHex(name) && !layers.has(`sha256:${name}`))),
  }
}

/** All layers of the chains, as far as they are here. */
function usedChains(tops: readonly string[], layers: ReadonlyMap<string, LayerInfo>): ReadonlySet<string> {
  const used = new Set<string>()
  for (const top of tops) {
    for (let id = top; id !== '' && !used.has(id); id = layers.get(id)?.parentChainId ?? '') used.add(id)
  }
  return used
}

function loadLayers(root: string, warn: (text: string) => void): Map<string, LayerInfo> {
  const layers = new Map<string, LayerInfo>()
  for (const name of readdirSync(root).filter(isHex)) {
    const layer = readLayer(`${root}/${name}`)
    if (layer?.chainId === `sha256:${name}`) layers.set(layer.chainId, layer)
    else warn(`layer ${name.slice(0, 12)} is damaged and will be removed; pull or build its image again`)
  }
  return layers
}

function readLayer(directory: string): LayerInfo | undefined {
  try {
    const value = JSON.parse(readFileSync(`${directory}/${metadataFile}`, 'utf8')) as Partial<LayerInfo>
    const { diffId = '', parentChainId = '', size = 0, createdAt = 0 } = value
    const isValid = isDigest(diffId) && (parentChainId === '' || isDigest(parentChainId)) && existsSync(`${directory}/diff`)
    // The name is checked against what it is made of, so a layer cannot stand in for another.
    return isValid ? { chainId: nextChainId(parentChainId, diffId), diffId, parentChainId, size, createdAt } : undefined
  } catch (error) {
    if (error instanceof SyntaxError || hasErrno(error, 'ENOENT')) return undefined
    throw error
  }
}

/** The staging directory that `dir` is the tree of; nothing else may be turned into a layer or thrown away. */
function stagingOf(root: string, dir: string): string {
  const staging = dirname(dir)
  if (dirname(staging) === root && basename(staging).startsWith(stagingPrefix) && basename(dir) === 'diff') return staging
  throw new TscomposeError('internal', 'NOT_STAGED', `${dir} is not a staged layer`)
}

function isHex(name: string): boolean {
  return /^[0-9a-f]{64}$/.test(name)
}

function checkDigest(digest: string): void {
  if (!isDigest(digest)) throw new TscomposeError('internal', 'INVALID_DIGEST', `not a digest: ${JSON.stringify(digest.slice(0, 160))}`)
}

/** chainIDs above the first layer are sha256; a lowest layer named otherwise would not be found again. */
function hexOf(chainId: string): string {
  const hex = chainId.slice('sha256:'.length)
  if (chainId.startsWith('sha256:') && isHex(hex)) return hex
  throw new TscomposeError('unsupported', 'INVALID_DIGEST', `layers are named by sha256, not by ${JSON.stringify(chainId.slice(0, 80))}`)
}

function missing(chainId: string): TscomposeError {
  return new TscomposeError('not-found', 'LAYER_MISSING', `layer ${chainId} is not on this machine`, {
    hint: 'pull or build the image again',
  })
}
