import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { hasCode, TscomposeError } from '../../../base/errors.ts'
import { sha256 } from '../../../base/hash.ts'
import { plainEnvironment, run as runCommand } from '../../../sys/process.ts'
import type { ProxySettings } from '../../parts.ts'
import { proxyEnvironment } from './download.ts'
import { type RemoteLocation, withoutPassword } from './location.ts'

type GitLocation = Extract<RemoteLocation, { kind: 'git' }>

export interface GitOptions {
  /** Where repositories and the keys of hosts seen before are kept. */
  readonly store: string
  /** Socket of an SSH agent, for ssh remotes. */
  readonly sshSocket?: string
  readonly proxies: ProxySettings
  readonly signal: AbortSignal
}

/** Nothing of the host's configuration, no questions, no hooks, no transports that run programs or read this machine. */
function environment({ sshSocket, store, proxies }: GitOptions): Readonly<Record<string, string>> {
  const knownHosts = `-o UserKnownHostsFile=${join(store, 'known_hosts')} -o StrictHostKeyChecking=accept-new`
  return {
    ...plainEnvironment,
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: 'http:https:ssh:git',
    GIT_SSH_COMMAND: `ssh -F /dev/null -o BatchMode=yes ${knownHosts}`,
    ...proxyEnvironment(proxies),
    ...(sshSocket === undefined ? {} : { SSH_AUTH_SOCK: sshSocket }),
  }
}

async function git(args: readonly string[], location: GitLocation, options: GitOptions & { readonly local?: boolean }): Promise<string> {
  try {
    const safe = ['-c', 'core.hooksPath=/dev/null', '-c', 'advice.detachedHead=false', '-c', 'init.defaultBranch=main']
    const { stdout } = await runCommand('git', [...safe, ...args], {
      env: { ...environment(options), ...(options.local === true ? { GIT_ALLOW_PROTOCOL: 'file' } : {}) },
      signal: options.signal,
      timeout: 600_000,
    })
    return stdout
  } catch (error) {
    if (!hasCode(error, 'COMMAND_FAILED')) throw error
    throw new TscomposeError('unavailable', 'GIT_FAILED', `cannot get ${withoutPassword(location.remote)}: ${error.message}`, {
      hint: 'check the address, and that the repository can be read without a password prompt',
      cause: error,
    })
  }
}

/** The commit a location stands for now. Rejects GIT_REF_NOT_FOUND. */
export async function resolveCommit(location: GitLocation, options: GitOptions): Promise<string> {
  const { ref = 'HEAD', remote } = location
  if (/^[0-9a-f]{40}$/.test(ref)) return ref
  const listed = await git(['ls-remote', '--', remote, ref, `${ref}^{}`], location, options)
  const found = new Map(listed.split('\n').map((line) => line.split('\t').reverse() as [string, string]))
  const names = [ref, `refs/heads/${ref}`, `refs/tags/${ref}^{}`, `refs/tags/${ref}`, `refs/${ref}`]
  const commit = names.map((name) => found.get(name)).find((hash) => hash !== undefined)
  if (commit !== undefined) return commit
  throw new TscomposeError('not-found', 'GIT_REF_NOT_FOUND', `${withoutPassword(remote)} has no branch or tag ${JSON.stringify(ref)}`, {
    hint: 'write #BRANCH, #TAG or a whole commit after the address',
  })
}

/** Checks a commit out below `root`; returns the directory. Repositories stay in `store`, so later commits cost their changes only. */
export async function checkOut({ root, commit, location, keepGitDirectory }: CheckOut, options: GitOptions): Promise<string> {
  const bare = join(options.store, sha256(location.remote))
  await mkdir(options.store, { recursive: true, mode: 0o700 })
  await git(['init', '-q', '--bare', '--template=', bare], location, options)
  const known = await git(['-C', bare, 'cat-file', '--batch-check', '--batch-all-objects'], location, options)
  if (!known.includes(`${commit} commit`)) await fetchCommit({ bare, commit, location }, options)
  const directory = join(await mkdtemp(join(root, 'git-')), 'content')
  await mkdir(directory)
  await chmod(directory, 0o755)
  await git(['init', '-q', '--template=', directory], location, options)
  await git(['-C', directory, 'fetch', '-q', '--depth=1', '--no-tags', bare, commit], location, { ...options, local: true })
  await git(['-C', directory, 'checkout', '-q', commit], location, options)
  await git(['-C', directory, 'submodule', 'update', '-q', '--init', '--recursive', '--depth=1'], location, options)
  if (!keepGitDirectory) await removeGitFiles(directory, options)
  else await git(['-C', directory, 'remote', 'add', 'origin', '--', location.remote], location, options)
  return location.directory === undefined ? directory : join(directory, location.directory)
}

interface CheckOut {
  readonly root: string
  readonly commit: string
  readonly location: GitLocation
  readonly keepGitDirectory: boolean
}

async function fetchCommit(
  { bare, commit, location }: Pick<CheckOut, 'commit' | 'location'> & { readonly bare: string },
  options: GitOptions,
): Promise<void> {
  const fetch = (what: readonly string[]): Promise<string> =>
    git(['-C', bare, 'fetch', '-q', '--no-tags', '--update-shallow', '--force', ...what], location, options)
  try {
    await fetch(['--depth=1', '--', location.remote, commit])
  } catch (error) {
    if (!hasCode(error, 'GIT_FAILED')) throw error
    // Not every server gives a commit by its hash.
    await fetch(['--', location.remote, '+refs/*:refs/tscompose/*'])
  }
}

async function removeGitFiles(directory: string, { signal }: GitOptions): Promise<void> {
  await rm(join(directory, '.git'), { recursive: true, force: true })
  // Submodules have a file of this name.
  await runCommand('find', [directory, '-mindepth', '2', '-name', '.git', '-type', 'f', '-delete'], { signal })
}
