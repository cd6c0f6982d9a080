import { link, mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { TscomposeError } from '../../../base/errors.ts'
import { unpack } from '../archives.ts'
import type { BuildRun } from '../build-run.ts'
import type { CopyRequest } from '../context/copy.ts'
import type { Downloaded } from './download.ts'
import { checkOut, type GitOptions, resolveCommit } from './git.ts'
import { parseRemote, type RemoteLocation, withoutPassword } from './location.ts'

/** A source of ADD at another machine, looked up: what it is now, and how it comes here. */
export interface RemoteSource {
  /** What of it counts for the cache. */
  readonly facts: unknown
  readonly fetched: { readonly kind: 'file'; readonly file: Downloaded } | { readonly kind: 'tree'; readonly root: () => Promise<string> }
}

export interface RemoteOptions {
  readonly keepGitDirectory: boolean
  /** `sha256:…` of a file, or the beginning of a commit. */
  readonly checksum?: string
}

/** Looks up the sources of one ADD. Rejects DOWNLOAD_FAILED, GIT_FAILED, CHECKSUM_MISMATCH. */
export function resolveRemotes(run: BuildRun, sources: readonly string[], options: RemoteOptions): Promise<readonly RemoteSource[]> {
  if (options.checksum !== undefined && sources.length !== 1)
    throw new TscomposeError('invalid', 'CHECKSUM_NEEDS_ONE_SOURCE', 'ADD --checksum needs exactly one source, at a web server or in git')
  return Promise.all(sources.map((source) => resolveRemote(run, source, options)))
}

async function resolveRemote(run: BuildRun, source: string, options: RemoteOptions): Promise<RemoteSource> {
  const location = parseRemote(source)
  if (location?.kind === 'http') return resolveFile(run, location.url, options)
  if (location?.kind === 'git') return resolveTree(run, location, options)
  throw new TscomposeError('internal', 'BUILD_NO_REMOTE', `${source} is no remote source`)
}

async function resolveFile(run: BuildRun, url: string, { checksum }: RemoteOptions): Promise<RemoteSource> {
  if (checksum !== undefined && !/^sha256:[0-9a-f]{64}$/.test(checksum))
    throw new TscomposeError('invalid', 'INVALID_CHECKSUM', `--checksum: ${JSON.stringify(checksum)} is not sha256:HEX`)
  const file = await run.worker.run('download', { url, store: join(cacheRoot(run), 'http'), proxies: await run.deps.proxies() })
  if (checksum !== undefined && checksum !== `sha256:${file.digest}`)
    throw new TscomposeError('invalid', 'CHECKSUM_MISMATCH', `${withoutPassword(url)} is sha256:${file.digest}, not ${checksum}`, {
      hint: 'the file at the server has changed: look at it before you write the new checksum down',
    })
  const { digest, name, modified } = file
  return { facts: { digest, name, modified }, fetched: { kind: 'file', file } }
}

async function resolveTree(
  run: BuildRun,
  location: Extract<RemoteLocation, { kind: 'git' }>,
  { keepGitDirectory, checksum }: RemoteOptions,
): Promise<RemoteSource> {
  const options = await gitOptions(run)
  const commit = await resolveCommit(location, options)
  if (checksum !== undefined && !(checksum.length >= 7 && commit.startsWith(checksum.replace(/^sha1:/, ''))))
    throw new TscomposeError('invalid', 'CHECKSUM_MISMATCH', `${withoutPassword(location.remote)} is at commit ${commit}, not ${checksum}`)
  const root = async (): Promise<string> => checkOut({ root: await run.scratch(), commit, location, keepGitDirectory }, options)
  return { facts: { commit, directory: location.directory, keepGitDirectory }, fetched: { kind: 'tree', root } }
}

/** Checks out what a location names now; returns the directory. */
export async function fetchTree(tools: Tools, location: Extract<RemoteLocation, { kind: 'git' }>): Promise<string> {
  const options = await gitOptions(tools)
  const keepGitDirectory = tools.spec.args?.BUILDKIT_CONTEXT_KEEP_GIT_DIR === '1'
  const commit = await resolveCommit(location, options)
  return checkOut({ root: await tools.scratch(), commit, location, keepGitDirectory }, options)
}

type Tools = Pick<BuildRun, 'deps' | 'spec' | 'scratch' | 'signal'>

const cacheRoot = (run: Pick<BuildRun, 'deps'>): string => join(run.deps.paths.dataRoot, 'build-cache')

async function gitOptions(run: Pick<BuildRun, 'deps' | 'spec' | 'signal'>): Promise<GitOptions> {
  const agent = run.spec.ssh?.find(({ id }) => id === 'default')?.path
  return {
    store: join(cacheRoot(run), 'git'),
    proxies: await run.deps.proxies(),
    signal: run.signal,
    ...(agent === undefined ? {} : { sshSocket: agent }),
  }
}

/** Copies what was looked up into the root; a file keeps the server's time, and lies in the cache readable by its owner alone. */
export async function copyRemote(
  run: BuildRun,
  { fetched }: RemoteSource,
  { unpack: unpacks, ...request }: Omit<CopyRequest, 'patterns'> & { readonly unpack: boolean },
): Promise<void> {
  const owner = request.owner ?? { uid: 0, gid: 0 }
  if (fetched.kind === 'tree') {
    await run.worker.run('copy', { tree: { root: await fetched.root() }, copy: { ...request, owner, patterns: ['.'] } })
    return
  }
  const root = await mkdtemp(join(await run.scratch(), 'download-'))
  const { path, name } = fetched.file
  const content = unpacks ? await unpack(run, path) : undefined
  if (content !== undefined) {
    const destination = request.destination.endsWith('/') ? request.destination : `${request.destination}/`
    const { owner: _owner, ...rest } = request
    await run.worker.run('copy', { tree: { root: content }, copy: { ...rest, destination, preserve: true, patterns: ['.'] } })
    return
  }
  await link(path, join(root, name))
  const pattern = name.replace(/[*?[\\]/g, '\\$&')
  await run.worker.run('copy', { tree: { root }, copy: { ...request, owner, patterns: [pattern] } })
}
