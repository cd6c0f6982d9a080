import { createHash } from 'node:crypto'
import { closeSync, readlinkSync } from 'node:fs'
import { chmod, chown, mkdir, mkdtemp, readFile, stat, writeFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { TscomposeError } from '../../base/errors.ts'
import { openDirectory, openFlags, openInRoot } from '../../sys/files.ts'
import type { StepRunner } from '../parts.ts'
import type { BuildRun } from './build-run.ts'
import type { CopySource } from './copy-step.ts'
import type { MountType, RunMount } from './dockerfile/instruction.ts'

export type StepMount = NonNullable<Parameters<StepRunner['run']>[0]['mounts']>[number]

/** A mount of a RUN step with its variables expanded. */
export interface ExpandedMount {
  readonly type: MountType
  readonly options: Readonly<Record<string, string>>
}

export interface MountContext {
  /** Resolves `from`; absent name: the build context. */
  readonly source: (from: string | undefined) => Promise<CopySource>
  readonly workingDir: string
}

export interface PreparedMounts {
  readonly mounts: readonly StepMount[]
  readonly env: readonly string[]
  /** Keys of cache mounts that only one step at a time may use. */
  readonly locks: readonly string[]
}

interface Prepared {
  readonly mount?: StepMount
  readonly env?: string
  readonly lock?: string
}

type Preparers = { readonly [K in MountType]: (run: BuildRun, mount: ExpandedMount, context: MountContext) => Promise<Prepared> }

const preparers: Preparers = { bind: prepareBind, cache: prepareCache, tmpfs: prepareTmpfs, secret: prepareSecret, ssh: refuseSsh }

/** Makes what the mounts of one step need on the host. */
export async function prepareMounts(run: BuildRun, mounts: readonly ExpandedMount[], context: MountContext): Promise<PreparedMounts> {
  const prepared = await Promise.all(mounts.map((mount) => preparers[mount.type](run, mount, context)))
  return {
    mounts: prepared.flatMap(({ mount }) => (mount === undefined ? [] : [mount])),
    env: prepared.flatMap(({ env }) => (env === undefined ? [] : [env])),
    locks: prepared.flatMap(({ lock }) => (lock === undefined ? [] : [lock])).sort(),
  }
}

/** What of the mounts counts for the cache: their definition and bound content, never cached or secret content. */
export async function mountFacts(run: BuildRun, mounts: readonly ExpandedMount[], context: MountContext): Promise<unknown> {
  return Promise.all(
    mounts.map(async ({ type, options }) => {
      if (type !== 'bind') return { type, options }
      const source = await context.source(options.from)
      if (source.chainId !== undefined) return { type, options, from: source.chainId }
      const found = await run.worker.run('digest', { tree: await source.tree(), patterns: [options.source ?? '.'], preserve: false })
      return { type, options, content: found.digest }
    }),
  )
}

export function expandMount(mount: RunMount, expand: (text: string) => string): ExpandedMount {
  return { type: mount.type, options: Object.fromEntries(Object.entries(mount.options).map(([key, value]) => [key, expand(value)])) }
}

function targetOf({ type, options }: ExpandedMount, { workingDir }: MountContext): string {
  const target = options.target ?? options.dst ?? options.destination
  if (target === undefined) throw new TscomposeError('invalid', 'INVALID_MOUNT', `a ${type} mount needs target=PATH`)
  return posix.resolve(workingDir, target)
}

async function prepareTmpfs(_run: BuildRun, mount: ExpandedMount, context: MountContext): Promise<Prepared> {
  return { mount: { type: 'tmpfs', source: 'tmpfs', target: targetOf(mount, context), readOnly: false } }
}

async function prepareCache(run: BuildRun, mount: ExpandedMount, context: MountContext): Promise<Prepared> {
  const { options } = mount
  if (options.from !== undefined)
    throw new TscomposeError('unsupported', 'UNSUPPORTED_MOUNT', 'a cache mount with from= is not supported yet', {
      hint: 'leave from= out',
    })
  const target = targetOf(mount, context)
  const id = options.id ?? target
  const sharing = options.sharing ?? 'shared'
  if (!['shared', 'private', 'locked'].includes(sharing))
    throw new TscomposeError('invalid', 'INVALID_MOUNT', `unknown sharing ${JSON.stringify(sharing)}`, {
      hint: 'shared, private or locked',
    })
  const name = createHash('sha256').update(id).digest('hex')
  const directory = join(run.deps.paths.dataRoot, 'build-cache', 'mounts', name)
  await mkdir(join(directory, '..'), { recursive: true, mode: 0o700 })
  const made = await mkdir(directory, { recursive: true })
  if (made !== undefined) await setOwnership(directory, options, 0o755)
  // A private cache is one that nobody else uses meanwhile; waiting for it gives that without a second copy.
  const lock = sharing === 'shared' ? {} : { lock: name }
  return { mount: { type: 'bind', source: directory, target, readOnly: isOn(options, ['ro', 'readonly']) }, ...lock }
}

async function setOwnership(path: string, options: Readonly<Record<string, string>>, mode: number): Promise<void> {
  await chown(path, Number(options.uid ?? 0), Number(options.gid ?? 0))
  await chmod(path, options.mode === undefined ? mode : Number.parseInt(options.mode, 8))
}

function isOn(options: Readonly<Record<string, string>>, names: readonly string[]): boolean {
  return names.some((name) => options[name] !== undefined && options[name] !== 'false')
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
  const tree = await source.tree()
  const path = options.source ?? options.src ?? '.'
  const target = targetOf(mount, context)
  const writable = isOn(options, ['rw', 'readwrite'])
  if (source.chainId !== undefined) return { mount: { type: 'bind', source: resolveInside(tree.root, path), target, readOnly: !writable } }
  // A copy: .dockerignore counts, and what the step writes must not reach the user's directory.
  const root = await mkdtemp(join(await run.scratch(), 'bind-'))
  const whole = (await stat(join(tree.root, path)).catch(() => undefined))?.isDirectory() === true
  const copy = { rootfs: root, destination: '/content/', preserve: false, patterns: [path], owner: { uid: 0, gid: 0 } }
  await run.worker.run('copy', { tree, copy })
  const shown = whole ? join(root, 'content') : join(root, 'content', posix.basename(path))
  return { mount: { type: 'bind', source: resolveInside(shown, '.'), target, readOnly: !writable } }
}

/** The real path of something inside a root, links resolved there. */
function resolveInside(root: string, path: string): string {
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

async function refuseSsh(): Promise<Prepared> {
  throw new TscomposeError('unsupported', 'UNSUPPORTED_MOUNT', 'RUN --mount=type=ssh is not supported yet', {
    hint: 'use a secret mount for a deploy key',
  })
}
