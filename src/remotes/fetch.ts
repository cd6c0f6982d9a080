import { join } from 'node:path'
import { fetchGit } from './git.ts'
import { fetchOci } from './oci.ts'

export interface FetchOptions {
  /** Where checkouts and artifacts are kept, by what they contain: nothing in it ever changes. */
  readonly directory: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal?: AbortSignal
}

/** Gives the local compose file of a reference, downloading it unless it is here already. */
export function createFetcher(options: FetchOptions): (reference: string) => Promise<string> {
  return (reference) =>
    reference.startsWith('oci://')
      ? fetchOci(reference, { ...options, directory: join(options.directory, 'oci') })
      : fetchGit(reference, { ...options, directory: join(options.directory, 'git') })
}
