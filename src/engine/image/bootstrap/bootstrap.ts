import { randomUUID } from 'node:crypto'
import { copyFile, mkdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { hasCode, TscomposeError } from '../../../base/errors.ts'
import { stableJson } from '../../../base/hash.ts'
import type { ImageConfigFile } from '../../../oci/image-config.ts'
import { hostPlatform } from '../../../oci/platform.ts'
import { formatReference, parseReference } from '../../../oci/reference.ts'
import { findExecutable, run } from '../../../sys/process.ts'
import type * as api from '../../api.ts'
import { addImage } from '../adopt-image.ts'
import type { ImageContext } from '../context.ts'
import { summarize } from '../image-store.ts'
import { type AptSource, chooseSuite, formatAptSources, type SuiteSources, suiteOf } from './apt-sources.ts'
import { type HostApt, readHostApt } from './host-apt.ts'
import { slimScript } from './slim.ts'

type BootstrapParams = Parameters<api.Images['bootstrap']>[0]

/** What an image of ours was made of; an equal request finds it again. */
const recipeLabel = 'tscompose.bootstrap'
const timeoutMs = 20 * 60_000
const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

interface Recipe {
  readonly suite: string
  readonly packages: readonly string[]
  readonly chosen: SuiteSources
  readonly host: HostApt
}

/** images.bootstrap: a Debian or Ubuntu base image from the distribution's own packages; see Images in api.ts. */
export async function bootstrapImage(
  context: ImageContext,
  params: BootstrapParams,
  { signal, sink }: api.CallContext = {},
): Promise<api.ImageSummary> {
  const reference = parseReference(params.reference)
  const tag = formatReference({ host: reference.host, path: reference.path, tag: reference.tag ?? 'latest' })
  const target = { kind: 'image' as const, name: params.reference }
  const recipe = await planRecipe(params)
  const label = stableJson({ suite: recipe.suite, packages: recipe.packages, mirror: recipe.chosen.mirror })
  const known = context.store.all().find((record) => record.labels[recipeLabel] === label)
  if (known !== undefined) {
    context.store.save({ ...known, tags: { ...known.tags, [tag]: context.now() }, taggedAt: context.now() })
    return summarize(context.store.byId(known.id) ?? known)
  }
  sink?.({ target, verb: 'Bootstrapping', phase: 'start' })
  const onLine = (text: string): void => sink?.({ target, verb: 'Bootstrapping', phase: 'progress', text })
  const layer = await buildTree(context, recipe, { signal, onLine })
  const unpin = context.pins.pin([layer.chainId])
  try {
    const config = imageConfig({ diffId: layer.diffId, label, created: new Date(context.now()).toISOString(), suite: recipe.suite })
    const layers = [{ diffId: layer.diffId, size: layer.size }]
    const summary = await addImage(context, { config, layers: () => layers, names: { tags: [tag] } })
    context.emit({ type: 'image', action: 'import', id: summary.id, attributes: { name: params.reference } })
    sink?.({ target, verb: 'Bootstrapped', phase: 'done' })
    return summary
  } finally {
    unpin()
  }
}

async function planRecipe({ reference, suite: wanted, packages = [] }: BootstrapParams): Promise<Recipe> {
  const host = await readHostApt()
  const parsed = parseReference(reference)
  const suite = wanted ?? suiteOf(parsed.path, parsed.tag ?? 'latest', host.suite)
  if (!/^[a-z][a-z0-9-]*$/.test(suite)) {
    throw new TscomposeError('invalid', 'UNKNOWN_SUITE', `${JSON.stringify(suite)} is not the name of a distribution's suite`, {
      hint: 'name one with --suite, such as bookworm',
    })
  }
  const odd = packages.find((name) => !/^[a-z0-9][a-z0-9+.-]+$/.test(name))
  if (odd !== undefined) throw new TscomposeError('invalid', 'INVALID_PACKAGE', `${JSON.stringify(odd)} is not the name of a package`)
  if (findExecutable('debootstrap') === undefined) {
    throw new TscomposeError('unsupported', 'DEBOOTSTRAP_MISSING', 'debootstrap is not installed', { hint: 'apt-get install debootstrap' })
  }
  const chosen = chooseSuite(host.sources, suite, host.suite)
  if (chosen === undefined) {
    throw new TscomposeError('unsupported', 'NO_PACKAGE_SOURCE', `this host's apt has no source that could serve ${suite}`, {
      hint: 'base images can be made on Debian and Ubuntu hosts; add a source to /etc/apt/sources.list.d',
    })
  }
  return { suite, packages: [...new Set(['ca-certificates', ...packages])].sort(), chosen, host }
}

interface TreeOptions {
  readonly signal: AbortSignal | undefined
  readonly onLine: (text: string) => void
}

/** debootstrap fills the writable directory of a root file system without layers; committing it makes the layer. */
async function buildTree(
  context: ImageContext,
  recipe: Recipe,
  { signal, onLine }: TreeOptions,
): Promise<{ diffId: string; chainId: string; size: number }> {
  const { snapshots, pool, paths } = context
  const key = `bootstrap-${randomUUID()}`
  const { upper } = await snapshots.prepare(key, '')
  try {
    await debootstrap(upper, recipe, { signal, onLine })
    const keyrings = await copyKeyrings(upper, recipe.chosen.sources)
    const sources = formatAptSources(recipe.chosen.sources, (path) => keyrings.get(path) ?? path)
    await inTree(
      ['chroot', upper, '/bin/sh', '-c', slimScript([['/etc/apt/sources.list.d/base.sources', sources], ...proxyFile(recipe.host)])],
      { signal },
    )
    await pool.run({ kind: 'sync', path: paths.dataRoot }, { signal })
    return await snapshots.commit(key)
  } catch (error) {
    await snapshots.remove(key)
    throw error
  }
}

/** debootstrap says several lines for each of some hundred packages: people want to know what it is at. */
const stages: Readonly<Record<string, string>> = {
  Retrieving: 'retrieving packages',
  Validating: 'retrieving packages',
  Extracting: 'extracting packages',
  Unpacking: 'unpacking packages',
  Configuring: 'configuring packages',
}

function stageOf(line: string): string {
  return stages[line.split(' ', 1)[0] ?? ''] ?? line
}

async function debootstrap(tree: string, { suite, packages, chosen, host }: Recipe, { signal, onLine }: TreeOptions): Promise<void> {
  const args = [
    'debootstrap',
    '--variant=minbase',
    `--components=${chosen.components.join(',')}`,
    `--include=${packages.join(',')}`,
    ...(chosen.keyring === undefined ? [] : [`--keyring=${chosen.keyring}`]),
    suite,
    tree,
    chosen.mirror,
  ]
  const said: string[] = []
  let stage = ''
  try {
    await inTree(args, {
      signal,
      env: Object.fromEntries(Object.entries(host.proxies).map(([scheme, url]) => [`${scheme}_proxy`, url])),
      onLine: (line) => {
        if (line.startsWith('E: ') || line.startsWith('W: ')) said.push(line.slice(3))
        if (!line.startsWith('I: ')) return
        const before = stage
        stage = stageOf(line.slice(3))
        if (stage !== before) onLine(stage)
      },
    })
  } catch (error) {
    if (!hasCode(error, 'COMMAND_FAILED')) throw error
    throw new TscomposeError(
      'unavailable',
      'BOOTSTRAP_FAILED',
      `debootstrap of ${suite} failed: ${said.slice(-3).join('; ') || error.message}`,
      {
        hint: `check that apt-get update works on this host and that ${chosen.mirror} has ${suite}`,
        cause: error,
      },
    )
  }
}

interface TreeCommand {
  readonly signal: AbortSignal | undefined
  readonly env?: Readonly<Record<string, string>>
  readonly onLine?: (line: string) => void
}

/** In a mount namespace of its own: what the packages' scripts mount goes with it. */
async function inTree(command: readonly string[], { signal, env, onLine }: TreeCommand): Promise<void> {
  await run('unshare', ['--mount', '--propagation', 'private', '--', ...command], {
    timeout: timeoutMs,
    env: { PATH: searchPath, LC_ALL: 'C.UTF-8', HOME: '/root', DEBIAN_FRONTEND: 'noninteractive', ...env },
    ...(signal === undefined ? {} : { signal }),
    ...(onLine === undefined ? {} : { onLine }),
  })
}

/** Keys the sources name must be in the image too, so that apt there trusts the same archives. Returns path -> path in the image. */
async function copyKeyrings(tree: string, sources: readonly AptSource[]): Promise<ReadonlyMap<string, string>> {
  const copied = new Map<string, string>()
  for (const { signedBy } of sources) {
    if (signedBy === undefined || copied.has(signedBy)) continue
    const inside = `/usr/share/keyrings/${basename(signedBy)}`
    await mkdir(join(tree, dirname(inside)), { recursive: true })
    await copyFile(signedBy, join(tree, inside))
    copied.set(signedBy, inside)
  }
  return copied
}

function proxyFile({ proxies }: HostApt): readonly (readonly [string, string])[] {
  const lines = Object.entries(proxies).map(([scheme, url]) => `Acquire::${scheme}::Proxy "${url}";\n`)
  return lines.length === 0 ? [] : [['/etc/apt/apt.conf.d/91proxy', lines.join('')]]
}

function imageConfig({
  diffId,
  label,
  created,
  suite,
}: {
  readonly diffId: string
  readonly label: string
  readonly created: string
  readonly suite: string
}): ImageConfigFile {
  const { architecture, os, variant } = hostPlatform(process.arch)
  return {
    architecture,
    os,
    ...(variant === undefined ? {} : { variant }),
    created,
    config: { Env: [`PATH=${searchPath}`], Cmd: ['bash'], Labels: { [recipeLabel]: label } },
    rootfs: { type: 'layers', diff_ids: [diffId] },
    history: [{ created, created_by: `tscompose image bootstrap ${suite}` }],
  }
}
