import { mkdir, mkdtemp, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { hasErrno, TscomposeError } from '../../base/errors.ts'
import { sha256, stableJson } from '../../base/hash.ts'
import type { BuildRun } from './build-run.ts'
import { type ExpandedMount, isOn, type MountContext, type Prepared, setOwnership, targetOf } from './mount-options.ts'

/**
 * `--mount=type=cache`: a directory that outlives the build. `shared` is used by all steps at once, `locked` by one
 * after another; `private` gives a step that finds it taken a directory of its own, which is kept for the next such step.
 */
export async function prepareCache(run: BuildRun, mount: ExpandedMount, context: MountContext): Promise<Prepared> {
  const { options } = mount
  const target = targetOf(mount, context)
  const sharing = options.sharing ?? 'shared'
  if (!['shared', 'private', 'locked'].includes(sharing))
    throw new TscomposeError('invalid', 'INVALID_MOUNT', `unknown sharing ${JSON.stringify(sharing)}`, {
      hint: 'shared, private or locked',
    })
  const seed = await seedOf(run, options, context)
  const name = sha256(options.id ?? target) + (seed === undefined ? '' : `-${sha256(seed.facts).slice(0, 16)}`)
  const taken = sharing === 'private' ? takePrivate(run.cachesInUse, name) : name
  const readOnly = isOn(options, ['ro', 'readonly'])
  try {
    const source = await ensureCache(run, taken, { options, seed })
    return {
      mount: { type: 'bind', source, target, readOnly },
      ...(sharing === 'locked' ? { lock: name } : {}),
      ...(sharing === 'private' ? { release: () => void run.cachesInUse.delete(taken) } : {}),
    }
  } catch (error) {
    if (sharing === 'private') run.cachesInUse.delete(taken)
    throw error
  }
}

function takePrivate(inUse: Set<string>, name: string): string {
  let candidate = name
  for (let number = 2; inUse.has(candidate); number++) candidate = `${name}.${number}`
  inUse.add(candidate)
  return candidate
}

interface Seed {
  readonly facts: string
  readonly copyTo: (directory: string) => Promise<void>
}

/** `from=`: what a new cache begins with. Another seed makes another cache. */
async function seedOf(run: BuildRun, options: ExpandedMount['options'], context: MountContext): Promise<Seed | undefined> {
  if (options.from === undefined) return undefined
  const source = await context.source(options.from)
  const path = options.source ?? options.src ?? '.'
  const tree = await source.tree()
  const content = source.chainId ?? (await run.worker.run('digest', { tree, patterns: [path], preserve: true })).digest
  return {
    facts: stableJson([content, path]),
    copyTo: async (directory) => {
      const copy = { rootfs: directory, destination: '/', preserve: true, patterns: [path] }
      await run.worker.run('copy', { tree, copy })
    },
  }
}

async function ensureCache(
  run: BuildRun,
  name: string,
  { options, seed }: { readonly options: ExpandedMount['options']; readonly seed: Seed | undefined },
): Promise<string> {
  const root = join(run.deps.paths.dataRoot, 'build-cache', 'mounts')
  const directory = join(root, name)
  await mkdir(root, { recursive: true, mode: 0o700 })
  if ((await stat(directory).catch(() => undefined)) !== undefined) {
    // Pruning goes by the last use.
    await utimes(directory, new Date(), new Date())
    return directory
  }
  const fresh = await mkdtemp(join(await run.scratch(), 'cache-'))
  await seed?.copyTo(fresh)
  await setOwnership(fresh, options, 0o755)
  try {
    await rename(fresh, directory)
  } catch (error) {
    // Another step was faster.
    if (!hasErrno(error, 'ENOTEMPTY') && !hasErrno(error, 'EEXIST')) throw error
    await rm(fresh, { recursive: true, force: true })
  }
  return directory
}
