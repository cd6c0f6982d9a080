import type { FileObject, Model, Network, Volume } from './resources.ts'
import type { Service } from './service.ts'

export interface Project {
  readonly name: string
  /** Absolute project directory; relative paths of the files are resolved already. */
  readonly workingDir: string
  /** Absolute paths of the compose files, in merge order; `-` for standard input. */
  readonly configFiles: readonly string[]
  /** Absolute paths of the `.env` files that were read. */
  readonly envFiles: readonly string[]
  readonly activeProfiles: readonly string[]
  /** Services to work on, keyed by name in alphabetical order. */
  readonly services: Readonly<Record<string, Service>>
  /** Services left out by profiles or by selection. */
  readonly disabledServices: Readonly<Record<string, Service>>
  readonly networks: Readonly<Record<string, Network>>
  readonly volumes: Readonly<Record<string, Volume>>
  readonly configs: Readonly<Record<string, FileObject>>
  readonly secrets: Readonly<Record<string, FileObject>>
  readonly models: Readonly<Record<string, Model>>
  /** Top-level `x-` keys, interpolated. */
  readonly extensions: Readonly<Record<string, unknown>>
}
