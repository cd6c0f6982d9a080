import type { Reader } from './reader.ts'
import type { Remotes } from './remote.ts'

/** What reading a set of files needs to know. */
export interface ReadOptions {
  readonly reader: Reader
  /** Directory that `extends.file` and `include` start from. */
  readonly directory: string
  readonly remotes: Remotes
  readonly home: string | undefined
  readonly interpolation: boolean
  lookup(name: string): string | undefined
  /** Environment included files inherit. */
  readonly environment: Readonly<Record<string, string>>
  /** Files being read, outermost first: what includes itself is a cycle. */
  readonly including: readonly string[]
}
