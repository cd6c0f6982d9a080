import { mkdir } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { hasCode, TscomposeError } from '../../base/errors.ts'
import { chainIds } from '../../oci/chain-id.ts'
import type { ImageConfigFile } from '../../oci/image-config.ts'
import type * as api from '../api.ts'
import type { BuildRun } from './build-run.ts'
import { parseLayerRecord } from './cache.ts'
import type { LayerResult, StageState } from './state.ts'

/*
 * The build cache on its way to other machines: images whose layers are those of the steps, and which say in a label by
 * what keys the steps know them. Written by and for this engine; BuildKit's own cache manifests are another format.
 */

/** One step of a build and the chain it gave. */
export interface CachedStep {
  readonly keys: readonly string[]
  readonly diffIds: readonly string[]
  readonly layer: LayerResult
}

interface LabelContent {
  readonly steps: readonly { readonly keys: readonly string[]; readonly depth: number; readonly size: number; readonly created: string }[]
  /** How many images the cache is spread over. */
  readonly images: number
}

const label = 'org.tscompose.build-cache'

type Attributes = ReadonlyMap<string, string>

/** Caches of services and formats that only BuildKit speaks: a build goes on without them. */
const foreignTypes = ['gha', 's3', 'azblob']

/** `type=registry,ref=x`; a bare name is a registry's. Throws for a type nobody knows. */
export function parseCacheEntry(text: string): Attributes {
  const fields = text.includes('=') ? text.split(',') : ['type=registry', `ref=${text}`]
  const attributes = new Map(fields.map((field) => [field.slice(0, field.indexOf('=')).trim(), field.slice(field.indexOf('=') + 1).trim()]))
  const type = attributes.get('type') ?? 'registry'
  if (['registry', 'local', 'inline', ...foreignTypes].includes(type)) return attributes.set('type', type)
  throw new TscomposeError('unsupported', 'UNSUPPORTED_CACHE', `the build cache type ${JSON.stringify(type)} is not supported`, {
    hint: 'use type=inline, type=local or type=registry',
  })
}

/** True where the layers of this build are to be found by others. */
export function exportsCache(spec: api.BuildSpec): boolean {
  return wantsInline(spec) || (spec.cacheTo ?? []).length > 0
}

function wantsInline({ args, cacheTo = [] }: api.BuildSpec): boolean {
  return args?.BUILDKIT_INLINE_CACHE === '1' || cacheTo.some((text) => parseCacheEntry(text).get('type') === 'inline')
}

/** Label of an image that carries its own steps; undefined where nobody asked for it. */
export function inlineLabel(run: BuildRun, state: StageState): Readonly<Record<string, string>> | undefined {
  return wantsInline(run.spec) ? { [label]: JSON.stringify(describe(run.trail, state.diffIds, 1)) } : undefined
}

function describe(trail: readonly CachedStep[], diffIds: readonly string[], images: number): LabelContent {
  const steps = trail
    .filter((step) => isPrefix(step.diffIds, diffIds))
    .map(({ keys, layer, diffIds: own }) => ({ keys, depth: own.length, size: layer.size, created: layer.created }))
  return { steps, images }
}

const isPrefix = (short: readonly string[], long: readonly string[]): boolean => short.every((diffId, index) => long[index] === diffId)

/** Takes in what `cache_from` names. A cache that is not there is no failure: the steps run. */
export async function importCaches(run: BuildRun): Promise<void> {
  for (const text of run.spec.cacheFrom ?? []) {
    const attributes = parseCacheEntry(text)
    try {
      if (isForeign(run, text, attributes)) continue
      if (attributes.get('type') === 'local') await importLocal(run, attributes)
      else await importRegistry(run, attributes)
    } catch (error) {
      if (!(error instanceof TscomposeError) || error.kind === 'canceled' || error.kind === 'internal') throw error
      const foreign = error.code === 'NOT_AN_IMAGE' || error.code === 'NO_MATCHING_PLATFORM'
      run.progress.warn(`no cache from ${text}: ${error.message}${foreign ? '; caches that BuildKit wrote cannot be read here' : ''}`)
    }
  }
}

function isForeign(run: BuildRun, text: string, attributes: Attributes): boolean {
  const type = attributes.get('type') ?? ''
  if (!foreignTypes.includes(type)) return false
  run.progress.warn(`the cache ${text} is left out: this engine has no caches of type ${type}; use registry or local`)
  return true
}

async function importLocal(run: BuildRun, attributes: Attributes): Promise<void> {
  const path = join(directoryOf(attributes, 'src'), archiveName)
  for (const image of await run.deps.images.load({ path }, { signal: run.signal })) {
    await takeSteps(run, image)
    await run.deps.images.remove({ image: image.id, force: true })
  }
}

async function importRegistry(run: BuildRun, attributes: Attributes): Promise<void> {
  const reference = required(attributes, 'ref')
  const images = await importImage(run, reference)
  for (let index = 1; index < images; index++) await importImage(run, partName(reference, index))
}

/** Returns how many images the cache has. The image does not stay where it was not before. */
async function importImage(run: BuildRun, reference: string): Promise<number> {
  const known = await run.deps.images.resolve(reference).then(
    () => true,
    () => false,
  )
  const image = await run.deps.images.pull({ reference }, { signal: run.signal })
  const count = await takeSteps(run, image)
  if (!known) await run.deps.images.remove({ image: reference, force: true })
  return count
}

async function takeSteps(run: BuildRun, image: api.ImageSummary): Promise<number> {
  const { records, images } = run.deps
  const { config } = await images.resolve(image.id)
  const { steps, images: count } = readLabel(image.labels[label])
  const chains = chainIds(config.rootfs.diff_ids)
  for (const { keys, depth, size, created } of steps) {
    const record = parseLayerRecord({ diffId: config.rootfs.diff_ids[depth - 1], chainId: chains[depth - 1], size, created })
    run.retain(record.chainId)
    for (const key of keys) if (/^[0-9a-f]{64}$/.test(key) && records.read(key) === undefined) records.write(key, record)
  }
  return count
}

function readLabel(text: string | undefined): LabelContent {
  try {
    const value = JSON.parse(text ?? '') as LabelContent
    if (Array.isArray(value.steps) && Number.isInteger(value.images) && value.images <= 100) return value
  } catch {
    // The same as an image without the label.
  }
  throw new TscomposeError('invalid', 'NO_BUILD_CACHE', 'the image carries no build cache of tscompose', {
    hint: 'export one with cache_to, or build it with BUILDKIT_INLINE_CACHE=1',
  })
}

/** Sends the steps to every place of `cache_to`; `mode=max` those of stages that are no `targets` too. */
export async function exportCaches(run: BuildRun, targets: readonly (readonly string[])[]): Promise<void> {
  for (const text of run.spec.cacheTo ?? []) {
    const attributes = parseCacheEntry(text)
    const type = attributes.get('type')
    if (type === 'inline' || isForeign(run, text, attributes)) continue
    const leaves = attributes.get('mode') === 'max' ? leafChains(run.trail, targets) : targets
    if (type === 'local') await exportLocal(run, leaves, directoryOf(attributes, 'dest'))
    else await exportRegistry(run, leaves, required(attributes, 'ref'))
  }
}

/** The targets' chains first, then every other that is no beginning of one before. */
function leafChains(trail: readonly CachedStep[], targets: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const leaves = [...targets]
  const longest = trail.map(({ diffIds }) => diffIds).sort((a, b) => b.length - a.length)
  for (const chain of longest) if (!leaves.some((leaf) => isPrefix(chain, leaf))) leaves.push(chain)
  return leaves
}

async function exportLocal(run: BuildRun, leaves: readonly (readonly string[])[], directory: string): Promise<void> {
  const { images } = run.deps
  await withImages(run, leaves, { name: (index) => `tscompose.invalid/build-cache:${index}` }, async (references) => {
    await mkdir(directory, { recursive: true })
    await images.save({ references, path: join(directory, archiveName) }, { signal: run.signal })
  })
}

async function exportRegistry(run: BuildRun, leaves: readonly (readonly string[])[], reference: string): Promise<void> {
  await withImages(run, leaves, { name: (index) => (index === 0 ? reference : partName(reference, index)) }, async (references) => {
    // Backwards: the first one, which counts the others, comes when they are all there.
    for (const part of references.toReversed()) await run.deps.images.push({ reference: part }, { signal: run.signal })
  })
}

/** Images of the chains, only while `use` runs. */
async function withImages(
  run: BuildRun,
  leaves: readonly (readonly string[])[],
  { name }: { readonly name: (index: number) => string },
  use: (references: readonly string[]) => Promise<void>,
): Promise<void> {
  const { images } = run.deps
  const references: string[] = []
  try {
    for (const [index, diffIds] of leaves.entries()) {
      const config: ImageConfigFile = {
        architecture: run.platform.architecture,
        os: run.platform.os,
        config: { Labels: { [label]: JSON.stringify(describe(run.trail, diffIds, leaves.length)) } },
        rootfs: { type: 'layers', diff_ids: diffIds },
      }
      await images.put({ config, tags: [name(index)] })
      references.push(name(index))
    }
    await use(references)
  } finally {
    for (const image of references) {
      await images.remove({ image, force: true }).catch((error: unknown) => {
        if (!hasCode(error, 'IMAGE_NOT_FOUND')) throw error
      })
    }
  }
}

const archiveName = 'tscompose-build-cache.tar'

/** `repository:tag` of a further image of a cache. */
function partName(reference: string, index: number): string {
  return /:[\w.-]+$/.test(reference) ? `${reference}-${index}` : `${reference}:latest-${index}`
}

function directoryOf(attributes: Attributes, name: string): string {
  const path = required(attributes, name)
  if (isAbsolute(path)) return path
  throw new TscomposeError('invalid', 'INVALID_CACHE', `${name}=${path} of the build cache is no absolute path`)
}

function required(attributes: Attributes, name: string): string {
  const value = attributes.get(name)
  if (value !== undefined && value !== '') return value
  throw new TscomposeError('invalid', 'INVALID_CACHE', `the build cache needs ${name}=`, {
    hint: `type=${attributes.get('type')},${name}=…`,
  })
}
