import type { Healthcheck } from '../../../oci/image-config.ts'
import type { Heredoc, LogicalLine } from './lines.ts'

/** `RUN a b` or `RUN ["a","b"]`. */
export type CommandForm = { readonly form: 'shell'; readonly text: string } | { readonly form: 'exec'; readonly args: readonly string[] }

export interface KeyValue {
  readonly key: string
  /** As written, not expanded; undefined for `ARG NAME`. */
  readonly value?: string
}

/** A file whose content stands in the Dockerfile. */
export interface InlineFile {
  readonly name: string
  readonly content: string
  readonly expand: boolean
}

export type MountType = 'bind' | 'cache' | 'tmpfs' | 'secret' | 'ssh'

/** `RUN --mount=…`, as written: keys in lower case. */
export interface RunMount {
  readonly type: MountType
  readonly options: Readonly<Record<string, string>>
}

interface InstructionKinds {
  FROM: { readonly image: string; readonly platform?: string; readonly name?: string }
  RUN: {
    readonly command: CommandForm
    readonly heredocs: readonly Heredoc[]
    readonly mounts: readonly RunMount[]
    readonly network?: string
    /** `--security=insecure`: all rights. */
    readonly insecure?: boolean
  }
  COPY: CopyArguments
  ADD: CopyArguments & {
    readonly checksum?: string
    readonly keepGitDir: boolean
    /** Absent: archives of the context are unpacked, downloads are not. */
    readonly unpack?: boolean
  }
  ENV: { readonly pairs: readonly KeyValue[] }
  LABEL: { readonly pairs: readonly KeyValue[] }
  ARG: { readonly pairs: readonly KeyValue[] }
  WORKDIR: { readonly path: string }
  USER: { readonly user: string }
  STOPSIGNAL: { readonly signal: string }
  MAINTAINER: { readonly name: string }
  EXPOSE: { readonly ports: string }
  VOLUME: { readonly paths: readonly string[] }
  CMD: { readonly command: CommandForm }
  ENTRYPOINT: { readonly command: CommandForm }
  /** Absent command: `NONE`. */
  HEALTHCHECK: { readonly command?: CommandForm; readonly timing: Omit<Healthcheck, 'Test'> }
  SHELL: { readonly shell: readonly string[] }
  ONBUILD: { readonly trigger: string }
}

export interface CopyArguments {
  readonly sources: readonly string[]
  readonly inline: readonly InlineFile[]
  readonly destination: string
  /** Stage name or number, image, or named context. */
  readonly from?: string
  readonly chown?: string
  readonly chmod?: string
  readonly link: boolean
  readonly parents: boolean
  readonly exclude: readonly string[]
}

export type Keyword = keyof InstructionKinds

/** One parsed instruction; variables in it are not expanded yet. */
export type Instruction<K extends Keyword = Keyword> = {
  [P in K]: { readonly keyword: P; readonly line: LogicalLine; readonly escapeChar: string } & InstructionKinds[P]
}[K]

/** What a parser of one keyword gives. */
export type InstructionBody<K extends Keyword> = InstructionKinds[K]
