import type { Command } from 'commander'
import type { Engine } from '../engine/api.ts'
import type { Reporter } from './report/reporter.ts'
import type { Terminal } from './terminal.ts'

/** Flags that stand before the verb, as typed; environment and defaults are not applied yet except where said. */
export interface RootFlags {
  /** `-f`, in order; empty: look for the file. */
  readonly files: readonly string[]
  readonly projectName?: string
  readonly profiles: readonly string[]
  readonly envFiles: readonly string[]
  readonly projectDirectory?: string
  /** COMPOSE_PROGRESS and COMPOSE_ANSI applied. */
  readonly progress: 'auto' | 'tty' | 'plain' | 'json' | 'quiet'
  readonly ansi: 'never' | 'always' | 'auto'
  /** -1 is without limit; COMPOSE_PARALLEL_LIMIT applied. */
  readonly parallel: number
  readonly allResources: boolean
  readonly compatibility: boolean
  readonly dryRun: boolean
  readonly verbose: boolean
}

/** One run of a verb: what was typed and what it may touch. Verbs reach the process only through this. */
export interface Invocation {
  readonly root: RootFlags
  /** The verb's own flags, in commander's camelCase names. */
  readonly flags: Readonly<Record<string, unknown>>
  /** Operands in order; for pass-through verbs all that follows the first one, unparsed. */
  readonly args: readonly string[]
  readonly terminal: Terminal
  /** Aborts on the first SIGINT or SIGTERM, unless `interrupts.take` gave the signals to somebody else. */
  readonly signal: AbortSignal
  readonly interrupts: Interrupts
  /** The engine, over one connection however often it is asked for, a new one where the daemon has gone. `start: false` rejects ENGINE_NOT_RUNNING instead of starting it. */
  connect(options?: { readonly start?: boolean }): Promise<Engine>
  /** The reporter the root flags ask for, writing to stderr; one per run. */
  reporter(): Reporter
}

/** Who gets SIGINT and SIGTERM. */
export interface Interrupts {
  /** True once a signal arrived: the exit code is 130 then, whatever the verb returns (except a code it propagates). */
  readonly interrupted: boolean
  /**
   * Gives the signals to `handler`, called with 1 for the first, 2 for the second and so on, until the returned function
   * is called. Attached `up` stops gracefully on 1 and kills on 2.
   * Throws CANCELED where one came before.
   */
  take(handler: (count: number) => void): () => void
}

/** A verb of the command line, loaded only when it is used. */
export interface Verb {
  /** Head of the live progress; absent: `Running`. */
  readonly title?: string
  /** Declares flags, arguments and usage on its command. */
  configure(command: Command): void
  /** True where everything after the first operand belongs to somebody else: `exec web ls -l`. */
  readonly passThrough?: boolean
  /** Changes something without a plan that could be shown: a dry run only names it. */
  readonly unplanned?: true
  /** Builds images: BUILDKIT_PROGRESS and a `--progress` of its own say what it shows. */
  readonly builds?: true
  /** Does the work and prints; returns the exit code, 0 where there is none. */
  run(invocation: Invocation): Promise<number | undefined>
  /** Its sub-verbs take `--dry-run` themselves, as verbs of the first level do. */
  readonly dryRunBelow?: true
  /** Sub-verbs (`image ls`); a verb with these is a group and `run` is not called. */
  readonly verbs?: readonly VerbEntry[]
}

/** A row of the verb table: enough for the overview; the rest is in the module. */
export interface VerbEntry {
  readonly name: string
  readonly summary: string
  readonly aliases?: readonly string[]
  readonly hidden?: boolean
  readonly load: () => Promise<{ readonly verb: Verb }>
}
