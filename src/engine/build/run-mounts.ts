import { closeSync, readlinkSync } from 'node:fs'
import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { TscomposeError } from '../../base/errors.ts'
import { openDirectory, openFlags, openInRoot } from '../../sys/files.ts'
import type { BuildRun } from './build-run.ts'
import { prepareCache } from './cache-mount.ts'
import type { MountType, RunMount } from './dockerfile/instruction.ts'
import {
  type ExpandedMount,
  isOff,
  isOn,
  type MountContext,
  type Prepared,
  type StepMount,
  setOwnership,
  targetOf,
} from './mount-options.ts'
import { mountThrowaway } from './mounted-chains.ts'
import { prepareSsh } from './ssh-mount.ts'

export interface PreparedMounts {
  readonly mounts: readonly StepMount[]
  readonly env: readonly string[]
  /** Keys of cache mounts that only one step at a time may use. */
  readonly locks: readonly string[]
  /** Gives back what the mounts hold. */
  readonly release: () => Promise<void>
}

type Preparers = { readonly [K in MountType]: (run: BuildRun, mount: ExpandedMount, context: MountContext) => Promise<Prepared> }

const preparers: Preparers = { bind: prepareBind, cache: prepareCache, tmpfs: prepareTmpfs, secret: prepareSecret, ssh: prepareSsh }

/** Makes what the mounts of one step need on the host. */
export async function prepareMounts(run: BuildRun, mounts: readonly ExpandedMount[], context: MountContext): Promise<PreparedMounts> {
  const settled = await Promise.allSettled(mounts.map((mount) => preparers[mount.type](run, mount, context)))
  const prepared = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const failed = settled.find((result) => result.status === 'rejected')
  if (failed !== undefined) {
    await Promise.all(prepared.map(({ release }) => release?.()))
    throw failed.reason
  }
  return {
    mounts: prepared.flatMap(({ mount }) => (mount === undefined ? [] : [mount])),
    env: prepared.flatMap(({ env }) => (env === undefined ? [] : [env])),
    locks: prepared.flatMap(({ lock }) => (lock === undefined ? [] : [lock])).sort(),
    release: async () => {
      await Promise.all(prepared.map(({ release }) => release?.()))
    },
  }
}

/** What of the mounts counts for the cache: their definition and bound content, never cached or secret content. */
export async function mountFacts(run: BuildRun, mounts: readonly ExpandedMount[], context: MountContext): Promise<unknown> {
  return Promise.all(
    mounts.map(async ({ type, options }) => {
      if (type !== 'bind') return { type, options }
      const source = await context.source(options.from)
      if (source.chainId !== undefined) return { type, options, from: source.chainId }
      const pattern = options.source ?? options.src ?? '.'
      const found = await run.worker.run('digest', { tree: await source.tree(), patterns: [pattern], preserve: false })
      if (found.missing.length > 0)
        throw new TscomposeError(
          'not-found',
          'COPY_SOURCE_NOT_FOUND',
          `mount source ${JSON.stringify(pattern)} not found in ${source.words}`,
        )
      return { type, options, content: found.digest }
    }),
  )
}

export function expandMount(mount: RunMount, expand: (text: string) => string): ExpandedMount {
  return { type: mount.type, options: Object.fromEntries(Object.entries(mount.options).map(([key, value]) => [key, expand(value)])) }
}

async function prepareTmpfs(_run: BuildRun, mount: ExpandedMount, context: MountContext): Promise<Prepared> {
  return { mount: { type: 'tmpfs', source: 'tmpfs', target: targetOf(mount, context), readOnly: false } }
}

async function prepareSecret(run: BuildRun, mount: ExpandedMount, context: MountContext): Promise<Prepared> {
  const { options } = mount
  const given = options.target ?? options.dst ?? options.destination
  const id = options.id ?? (given === undefined ? undefined : posix.basename(given))
  if (id === undefined) throw new TscomposeError('invalid', 'INVALID_MOUNT', 'a secret mount needs id=NAME')
  const secret = run.spec.secrets?.find((candidate) => candidate.id === id)
  if (secret === undefined) {
    if (!isOn(options, ['required'])) return {}
    throw new TscomposeError('not-found', 'SECRET_NOT_FOUND', `the build has no secret ${JSON.stringify(id)}`, {
      hint: 'list it under build.secrets of the service',
    })
  }
  const content =
    secret.value !== undefined || secret.path === undefined ? Buffer.from(secret.value ?? '') : await readSecret(id, secret.path)
  const env = options.env === undefined ? {} : { env: `${options.env}=${content.toString('utf8')}` }
  if (options.env !== undefined && given === undefined) return env
  const file = join(await mkdtemp(join(await run.scratch(), 'secret-')), 'value')
  await writeFile(file, content, { mode: 0o600 })
  await setOwnership(file, options, 0o400)
  const target = given === undefined ? `/run/secrets/${id}` : posix.resolve(context.workingDir, given)
  return { mount: { type: 'bind', source: file, target, readOnly: true }, ...env }
}

async function readSecret(id: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (cause) {
    throw new TscomposeError('not-found', 'SECRET_NOT_FOUND', `cannot read the file of secret ${id}: ${path}`, { cause })
  }
}

async function prepareBind(run: BuildRun, mount: ExpandedMount, context: MountContext): Promise<Prepared> {
  const { options } = mount
  const source = await context.source(options.from)
  const path = options.source ?? options.src ?? '.'
  const target = targetOf(mount, context)
  const writable = isOn(options, ['rw', 'readwrite']) || isOff(options, ['ro', 'readonly'])
  if (source.chainId !== undefined && writable) return throwaway(run, source.chainId, { path, target })
  const tree = await source.tree()
  if (source.chainId !== undefined) return { mount: { type: 'bind', source: resolveInside(tree.root, path), target, readOnly: true } }
  // A copy: .dockerignore counts, and what the step writes must not reach the user's directory.
  const root = await mkdtemp(join(await run.scratch(), 'bind-'))
  const whole = (await stat(join(tree.root, path)).catch(() => undefined))?.isDirectory() === true
  const copy = { rootfs: root, destination: '/content/', preserve: false, patterns: [path], owner: { uid: 0, gid: 0 } }
  await run.worker.run('copy', { tree, copy })
  const shown = whole ? join(root, 'content') : join(root, 'content', posix.basename(path))
  return { mount: { type: 'bind', source: resolveInside(shown, '.'), target, readOnly: !writable } }
}

/** A root of this step's own: what it writes there is for nobody else. */
async function throwaway(
  { deps: { snapshots } }: BuildRun,
  chainId: string,
  { path, target }: { readonly path: string; readonly target: string },
): Promise<Prepared> {
  const { key, merged } = await mountThrowaway(snapshots, chainId)
  const release = (): Promise<void> => snapshots.remove(key)
  try {
    return { mount: { type: 'bind', source: resolveInside(merged, path), target, readOnly: false }, release }
  } catch (error) {
    await release()
    throw error
  }
}

/** The real path of something inside a root, links resolved there. */
export function resolveInside(root: string, path: string): string {
  if (path === '.') return root
  try {
    const rootFd = openDirectory(root)
    try {
      const fd = openInRoot(rootFd, path, openFlags.O_PATH)
      try {
        return readlinkSync(`/proc/self/fd/${fd}`)
      } finally {
        closeSync(fd)
      }
    } finally {
      closeSync(rootFd)
    }
  } catch (cause) {
    throw new TscomposeError('not-found', 'COPY_SOURCE_NOT_FOUND', `mount source ${JSON.stringify(path)} not found`, { cause })
  }
}
