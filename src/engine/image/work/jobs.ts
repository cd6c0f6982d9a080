import type { ErrorData } from '../../../base/errors.ts'
import type { Digest } from '../../../oci/digest.ts'
import type { BlobSource, BlobTarget } from '../../parts.ts'

/*
 * What the image part hands to its worker threads, and what comes back. Everything that touches the bytes of a layer
 * happens there; the engine's own thread sees these small messages only.
 */

/** Unpacks one layer while it is downloaded or read. */
export interface LayerJob {
  readonly kind: 'layer'
  /** Empty directory that becomes the layer's tree. */
  readonly staging: string
  readonly input:
    | {
        readonly type: 'remote'
        readonly blob: BlobSource /** Gathers the bytes; what is there already is used. */
        readonly partial: string
      }
    | { readonly type: 'file'; readonly path: string /** Gets a copy of the bytes as read. */; readonly copyTo?: string }
  /** Checked where they are given; DIGEST_MISMATCH otherwise. */
  readonly expected: { readonly digest?: Digest; readonly diffId?: string }
}

export interface LayerResult {
  /** Of the bytes as they came. */
  readonly digest: Digest
  readonly size: number
  readonly compression: Compression
  /** Of the plain tar. */
  readonly diffId: string
  readonly tarSize: number
  /** Bytes of all files in the layer. */
  readonly unpackedSize: number
}

export type Compression = 'none' | 'gzip' | 'zstd' | 'xz' | 'bzip2'

/** Takes an archive apart into numbered files. */
export interface ScanJob {
  readonly kind: 'scan'
  readonly path: string
  readonly into: string
}

export interface ScanResult {
  readonly members: readonly ScannedMember[]
}

export interface ScannedMember {
  /** Clean relative path. */
  readonly name: string
  readonly size: number
  /** Where the content lies; '' for links. */
  readonly file: string
  readonly sha256: string
  /** Of symbolic and hard links: clean path from the archive's root. */
  readonly link?: string
}

/** Puts an archive together. */
export interface AssembleJob {
  readonly kind: 'assemble'
  readonly output: string
  readonly members: readonly ArchiveMember[]
}

export interface ArchiveMember {
  readonly name: string
  /** Seconds since the epoch. */
  readonly mtime: number
  readonly content:
    | { readonly text: string }
    | { readonly file: string /** Of the content as it stands in the archive, unpacked. */; readonly size: number }
    | 'directory'
}

/** Sends a file to a registry. */
export interface UploadJob {
  readonly kind: 'upload'
  readonly path: string
  readonly target: BlobTarget
}

/** Packs a plain tar with gzip, the form every registry and engine takes. */
export interface PackJob {
  readonly kind: 'pack'
  readonly path: string
  /** New file. */
  readonly output: string
}

export interface PackResult {
  readonly digest: Digest
  readonly size: number
}

/** Writes everything of a file system to disk. */
export interface SyncJob {
  readonly kind: 'sync'
  readonly path: string
}

export interface JobResults {
  readonly layer: LayerResult
  readonly scan: ScanResult
  readonly assemble: { readonly size: number }
  readonly upload: Record<string, never>
  readonly pack: PackResult
  readonly sync: Record<string, never>
}

export type Job = LayerJob | ScanJob | AssembleJob | UploadJob | PackJob | SyncJob

export type JobStage = 'downloading' | 'verifying' | 'downloaded' | 'extracting' | 'uploading'

export interface JobProgress {
  readonly stage: JobStage
  readonly current: number
  readonly total: number
}

/** To the worker. */
export type WorkerRequest =
  | { readonly type: 'run'; readonly job: Job }
  | { readonly type: 'cancel' }
  | { readonly type: 'authorization'; readonly value: string | undefined }

/** From the worker. */
export type WorkerReply =
  | { readonly type: 'progress'; readonly progress: JobProgress }
  | { readonly type: 'reauthorize'; readonly challenge: string }
  | { readonly type: 'done'; readonly result: JobResults[keyof JobResults] }
  | { readonly type: 'failed'; readonly error: ErrorData }

/** What a job can ask of the thread it runs in. */
export interface JobContext {
  readonly signal: AbortSignal
  readonly report: (progress: JobProgress) => void
  /** Bytes of a remote blob from an offset. */
  readonly fetchBlob: (blob: BlobSource, offset: number) => AsyncIterable<Buffer>
  /** Uploads a file; `onProgress` gets the bytes sent. */
  readonly sendBlob: (target: BlobTarget, path: string, onProgress: (sent: number) => void) => Promise<void>
}
