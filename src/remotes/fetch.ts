import { join } from 'node:path'
import { fetchGit } from './git.ts'
import { keepDownloads } from './keep.ts'
import { fetchOci } from './oci.ts'

export interface FetchOptions {
  /** Where checkouts and artifacts are kept, by what they contain: nothing in it ever changes. */
  readonly directory: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal?: AbortSignal
}

export interface FetcherOptions extends FetchOptions {
  /** Host paths that containers have mounted; undefined where nobody can say. Downloads they lie in are never deleted. */
  readonly mounted: () => Promise<readonly string[] | undefined>
}

/**
 * Gives the local compose file of a reference, downloading it unless it is here already. Downloads nobody has used for
 * 30 days go when a new one comes.
 */
export function createFetcher({ mounted, ...options }: FetcherOptions): (reference: string) => Promise<string> {
  return async (reference) => {
    const isArtifact = reference.startsWith('oci://')
    const directory = join(options.directory, isArtifact ? 'oci' : 'git')
    const file = await (isArtifact ? fetchOci : fetchGit)(reference, { ...options, directory })
    // The file is here: what goes wrong with others is no reason to refuse the command.
    await keepDownloads(directory, file, mounted).catch(() => undefined)
    return file
  }
}
