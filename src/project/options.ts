import type { Diagnostic } from './diagnostic.ts'
import type { Project } from './model.ts'
import type { SourceMap } from './source-map.ts'
import type { Tree } from './tree.ts'

/** What loading depends on: nothing else is looked at but the files named by it. */
export interface LoadOptions {
  /** -f, in order; `-` is standard input. Absent or empty: COMPOSE_FILE, else found by name. */
  readonly files?: readonly string[]
  /** -p */
  readonly projectName?: string
  /** --project-directory */
  readonly projectDirectory?: string
  /** --profile; COMPOSE_PROFILES is added. */
  readonly profiles?: readonly string[]
  /** --env-file; absent: COMPOSE_ENV_FILES, else `.env`. */
  readonly envFiles?: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Absolute. */
  readonly cwd: string
  /** Local files that stand for git and OCI references; what is missing here is asked for by RemoteNeeded. */
  readonly remotes?: Readonly<Record<string, string>>
  /** Text of standard input, where `files` has `-`. */
  readonly stdin?: string
  /** Only these services and what they depend on; their own profiles are enabled. */
  readonly services?: readonly string[]
  /** False: without the dependencies of `services`. */
  readonly dependencies?: boolean
  /** --all-resources: keep networks, volumes … no service uses. */
  readonly allResources?: boolean
  /** The `--no-…` flags of `config`, true unless set to false. */
  readonly interpolate?: boolean
  readonly normalize?: boolean
  readonly resolvePaths?: boolean
  readonly resolveEnvironment?: boolean
  readonly consistency?: boolean
}

export interface ProjectResult {
  readonly project: Project
  /** The environment variables were taken from: the given one, `.env` below it. */
  readonly environment: Readonly<Record<string, string>>
  /** Warnings. */
  readonly diagnostics: readonly Diagnostic[]
}

export interface LoadResult extends ProjectResult {
  /** Every file that was asked for, with its text; null where there was none. */
  readonly inputs: ReadonlyMap<string, string | null>
  /** The canonical tree the project was made from, and where its values were written. */
  readonly tree: Tree
  readonly sources: SourceMap
}
