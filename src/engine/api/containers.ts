import type { ContainerSpec } from './container-spec.ts'
import type { ContainerDetails, ContainerStats, ContainerSummary } from './container-state.ts'
import type { CallContext } from './engine.ts'

export interface Containers {
  /** Makes a container: rootfs snapshot, volumes (filled from the image), bundle, record. Undone whole on failure. */
  create(
    params: { readonly spec: ContainerSpec },
    context?: CallContext,
  ): Promise<{ readonly id: string; readonly warnings: readonly string[] }>
  /**
   * Idempotent: a running container stays as it is. Resolves when the process runs. With `portsFrom` its published ports
   * stay with that container, if it runs, until `takePorts`.
   */
  start(params: ContainerRef & { readonly portsFrom?: string }, context?: CallContext): Promise<void>
  /**
   * Leads published ports from one running container to another without a refused connection, then waits (5 s at most)
   * until the connections of the old one have ended. Idempotent.
   */
  takePorts(params: ContainerRef & { readonly from: string }, context?: CallContext): Promise<void>
  /** Stop signal, then SIGKILL after the grace period. Idempotent. Cancelling the call does not cancel the stop. */
  stop(params: ContainerRef & { readonly timeoutMs?: number; readonly signal?: string }, context?: CallContext): Promise<void>
  restart(params: ContainerRef & { readonly timeoutMs?: number }, context?: CallContext): Promise<void>
  kill(params: ContainerRef & { readonly signal: string }, context?: CallContext): Promise<void>
  pause(params: ContainerRef, context?: CallContext): Promise<void>
  unpause(params: ContainerRef, context?: CallContext): Promise<void>
  /** Succeeds if it is already gone. `force` kills first; `volumes` removes its anonymous volumes too. */
  remove(params: ContainerRef & { readonly force?: boolean; readonly volumes?: boolean }, context?: CallContext): Promise<void>
  rename(params: ContainerRef & { readonly name: string }, context?: CallContext): Promise<void>
  list(params: ContainerFilter, context?: CallContext): Promise<readonly ContainerSummary[]>
  inspect(params: ContainerRef, context?: CallContext): Promise<ContainerDetails>
  /** Resolves when the condition holds; rejects with DEPENDENCY_FAILED where it can no longer hold, saying why. */
  await(
    params: ContainerRef & { readonly until: AwaitCondition; readonly timeoutMs?: number },
    context?: CallContext,
  ): Promise<{ readonly exitCode: number | null }>
  /**
   * Runs a process in a running container. The files of `stdio` are the caller's own (pid + fd numbers, taken over
   * by pidfd_getfd), so the bytes never pass the engine. Resolves with the exit code, or with 0 at once if detached.
   */
  exec(
    params: ContainerRef & { readonly process: ExecSpec; readonly stdio?: CallerStdio },
    context?: CallContext,
  ): Promise<{ readonly exitCode: number }>
  /** Connects the caller's files to the container's main process until it exits or the caller detaches (signal). */
  attach(
    params: ContainerRef & { readonly stdio: CallerStdio; readonly detachKeys?: string; readonly stdin: boolean; readonly logs?: boolean },
    context?: CallContext,
  ): Promise<{ readonly exitCode: number | null; readonly detached: boolean }>
  /** Sets the terminal size of the main process, or of a running exec session of this connection. */
  resize(
    params: ContainerRef & { readonly columns: number; readonly rows: number; readonly session?: string },
    context?: CallContext,
  ): Promise<void>
  /** Log entries in order; with `follow` goes on until the container is removed, or exits for good. */
  logs(params: ContainerRef & LogOptions, context?: CallContext): AsyncIterable<readonly LogEntry[]>
  /** What the container has written over its image, by path. */
  diff(params: ContainerRef, context?: CallContext): Promise<readonly FileChange[]>
  /** Writes its root file system (without volumes and other mounts) as a tar to `path`; running containers go on. */
  export(params: ContainerRef & { readonly path: string }, context?: CallContext): Promise<void>
  top(
    params: ContainerRef,
    context?: CallContext,
  ): Promise<{ readonly titles: readonly string[]; readonly processes: readonly (readonly string[])[] }>
  stats(params: ContainerRef, context?: CallContext): Promise<ContainerStats>
  /**
   * Makes paths in the container equal to paths of the host: what is there is written (each file at once or not at all),
   * what is gone is removed. Volumes below are written to as the container would; nothing in the image is needed, and
   * stopped containers are changed too. One path's failure does not keep the others from being done.
   */
  sync(params: ContainerRef & SyncParams, context?: CallContext): Promise<SyncResult>
  /**
   * What the files at these paths of a running container are now: for each a token that changes with its content, inode,
   * time or mode; null where there is no regular file. Cheap enough to ask every second.
   * Rejects CONTAINER_NOT_RUNNING.
   */
  fileTokens(
    params: ContainerRef & { readonly paths: readonly string[] },
    context?: CallContext,
  ): Promise<{ readonly tokens: readonly (string | null)[] }>
  /**
   * Copies a file or a tree between the host and a container, running or not, by the rules of docker cp; see CopyParams.
   * Rejects COPY_NOT_FOUND, COPY_NO_DIRECTORY, COPY_NOT_A_DIRECTORY, COPY_FAILED, READ_ONLY, INVALID_ARCHIVE.
   */
  copy(params: ContainerRef & CopyParams, context?: CallContext): Promise<void>
}

/** A container by full id, unique id prefix (>= 4) or name. */
export interface ContainerRef {
  readonly container: string
}

export interface ContainerFilter {
  readonly all?: boolean
  readonly project?: string
  /** `key` or `key=value`, all of them must match. */
  readonly labels?: readonly string[]
  readonly names?: readonly string[]
}

export type AwaitCondition = 'started' | 'running' | 'healthy' | 'running-or-healthy' | 'completed' | 'exited' | 'removed'

/** The caller's own open files: pid of the calling process (checked against the socket's peer) and fd numbers there. */
export interface CallerStdio {
  readonly pid: number
  readonly stdin?: number
  readonly stdout?: number
  readonly stderr?: number
  /** Size of the caller's terminal, where the process gets one. */
  readonly columns?: number
  readonly rows?: number
}

export interface ExecSpec {
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly workingDir?: string
  readonly user?: string
  readonly tty?: boolean
  readonly detach?: boolean
  readonly privileged?: boolean
  /** Its output comes as progress of the call, `text` a line (the first 1 MiB), instead of going to the caller's files. */
  readonly report?: boolean
  /** Names the session for `resize`. */
  readonly session?: string
}

export interface LogOptions {
  readonly follow?: boolean
  /** Last N lines; absent: all. */
  readonly tail?: number
  readonly since?: number
  readonly until?: number
}

export interface LogEntry {
  readonly stream: 'stdout' | 'stderr'
  /** RFC 3339 with nanoseconds, as the monitor wrote it. */
  readonly time: string
  /** One line without its newline; `partial` where the process has not ended it yet. */
  readonly text: string
  readonly partial?: boolean
}

export interface FileChange {
  readonly kind: 'added' | 'changed' | 'deleted'
  /** Absolute path in the container. */
  readonly path: string
}

export interface SyncParams {
  /** In order: a directory stands before what is in it. Empty: only gets ready for more. */
  readonly paths: readonly SyncPath[]
  /** `user[:group]` of the container that owns what is written; absent: the one it runs as. */
  readonly owner?: string
  /** Leaves alone what has the same content already, and removes nothing. */
  readonly compare?: boolean
}

export interface CopyParams {
  readonly direction: 'in' | 'out'
  /** Absolute, on the host. At the end of the source `/.` means the contents; `/` at either end means a directory. */
  readonly hostPath: string
  /** The same in the container. */
  readonly path: string
  /** `hostPath` is a tar: unpacked into the directory `path`, or made of it. */
  readonly tar?: boolean
  /** A link as the source is followed; otherwise it is copied as a link. */
  readonly followLink?: boolean
  /**
   * In: files belong to the user the container runs as; otherwise they keep the host's ids.
   * Out: files keep the container's ids; otherwise they belong to root.
   */
  readonly archive?: boolean
}

export interface SyncPath {
  /** Absolute, on the host. A link is copied as a link, a directory without what is in it. */
  readonly source: string
  /** Absolute, in the container; links on the way are followed inside it. */
  readonly target: string
}

export interface SyncResult {
  readonly written: number
  readonly removed: number
  readonly unchanged: number
  readonly failures: readonly { readonly target: string; readonly message: string }[]
}
