import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { TscomposeError } from '../base/errors.ts'
import { plainEnvironment, run } from '../sys/process.ts'
import { findComposeFile } from './compose-file.ts'
import type { FetchOptions } from './fetch.ts'
import { inContext } from './in-context.ts'

export interface GitReference {
  readonly repository: string
  /** Branch, tag or commit; HEAD where none is written. */
  readonly ref: string
  /** Directory or file in the repository. */
  readonly path: string
}

/** `https://host/repo.git#ref:path`. Rejects BAD_REMOTE for what git would take for an option. */
export function parseGitReference(reference: string): GitReference {
  const hash = reference.indexOf('#')
  const written = hash === -1 ? reference : reference.slice(0, hash)
  const fragment = hash === -1 ? '' : reference.slice(hash + 1)
  const colon = fragment.indexOf(':')
  const ref = (colon === -1 ? fragment : fragment.slice(0, colon)) || 'HEAD'
  const path = colon === -1 ? '' : fragment.slice(colon + 1)
  if (written.startsWith('-') || !/^[\w./+-]+$/.test(ref) || ref.startsWith('-')) {
    throw new TscomposeError('invalid', 'BAD_REMOTE', `${reference} is not a git reference`, {
      hint: 'write it as https://host/repository.git#branch:path',
    })
  }
  return { repository: written.startsWith('github.com/') ? `https://${written}` : written, ref, path: path.replace(/^\/+/, '') }
}

/** Checks out one commit of a repository into `directory/<commit>`, unless it is there, and gives its compose file. */
export async function fetchGit(reference: string, options: FetchOptions): Promise<string> {
  const { repository, ref, path } = parseGitReference(reference)
  const commit = await commitOf(repository, ref, reference, options)
  const checkout = join(options.directory, commit)
  if (!existsSync(checkout)) await download({ repository, ref, commit, checkout, reference }, options)
  return findComposeFile(checkout, path, reference)
}

async function commitOf(repository: string, ref: string, reference: string, options: FetchOptions): Promise<string> {
  if (/^[0-9a-f]{40}$/.test(ref)) return ref
  const { stdout, exitCode } = await git(['ls-remote', '--exit-code', '--', repository, ref], '/', options, [2]).catch((error: unknown) => {
    throw inContext(error, `cannot reach ${repository}`)
  })
  const commit = /^[0-9a-f]{40}(?=\s)/.exec(stdout)?.[0]
  if (exitCode === 0 && commit !== undefined) return commit
  throw new TscomposeError('not-found', 'NO_SUCH_REF', `repository does not contain ref ${reference}`, {
    hint: `git ls-remote ${repository} lists its branches and tags`,
  })
}

interface Download {
  readonly repository: string
  readonly ref: string
  readonly commit: string
  readonly checkout: string
  readonly reference: string
}

/** A checkout appears complete or not at all. */
async function download({ repository, ref, commit, checkout, reference }: Download, options: FetchOptions): Promise<void> {
  const temporary = `${checkout}.${randomUUID()}.tmp`
  try {
    await mkdir(temporary, { recursive: true, mode: 0o700 })
    await git(['init', '--quiet'], temporary, options)
    await git(['remote', 'add', 'origin', repository], temporary, options)
    const fetch = (what: string) => git(['fetch', '--quiet', '--depth=1', 'origin', what], temporary, options)
    // Some servers give out names only.
    await fetch(commit).catch(() => fetch(ref))
    await git(['checkout', '--quiet', commit], temporary, options)
    await rename(temporary, checkout).catch((error: unknown) => {
      if (!existsSync(checkout)) throw error
    })
  } catch (error) {
    throw inContext(error, `cannot fetch ${reference}`)
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

/** Variables that lead git to keys, proxies and the user's own settings; nothing else of the environment is passed on. */
const passedOn = /^(?:HOME|SSH_AUTH_SOCK|GIT_(?!TERMINAL)\w+|https?_proxy|HTTPS?_PROXY|no_proxy|NO_PROXY|ALL_PROXY|XDG_CONFIG_HOME|USER)$/

function git(args: readonly string[], cwd: string, { env, signal }: FetchOptions, accept: readonly number[] = []): ReturnType<typeof run> {
  const own = Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => passedOn.test(entry[0]) && entry[1] !== undefined),
  )
  return run('git', args, {
    cwd,
    accept,
    env: { ...plainEnvironment, ...own, GIT_TERMINAL_PROMPT: '0' },
    timeout: 300_000,
    ...(signal === undefined ? {} : { signal }),
  })
}
