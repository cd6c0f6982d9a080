import { mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync } from 'node:fs'
import { hasErrno, TscomposeError } from '../../base/errors.ts'
import { writeFileAtomic } from '../../sys/files.ts'

/** Values of one kind on disk, one JSON file each, named by id. All calls are synchronous and take well under 0.2 ms. */
export interface RecordStore<T> {
  /** Makes or replaces the record as a whole; on disk (not necessarily synced) when it returns. */
  write(id: string, value: T): void
  /** Undefined where there is none. Throws RECORD_DAMAGED after putting a damaged file aside. */
  read(id: string): T | undefined
  /** Succeeds if it is already gone. */
  remove(id: string): void
  /** Every readable record by id. Damaged ones are put aside with a warning, temporary files are deleted. */
  list(): readonly T[]
  /** Ids of all records, sorted, without reading them. */
  ids(): readonly string[]
}

export interface RecordStoreOptions<T> {
  readonly directory: string
  /** Checks what was read and returns it typed; throws for anything else. */
  readonly parse: (value: unknown) => T
  readonly warn: (text: string) => void
  /** File name inside a directory per id; absent: `<id>.json` in `directory` itself. */
  readonly nested?: string
  /** Survives a power loss too, at the cost of a disk flush per write. */
  readonly sync?: boolean
}

const validId = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,254}$/
const temporary = /\.tmp-[\d-]+$/

/** Each record is replaced by rename, so that a crash leaves the old one or the new one. One writer only: see `lock.ts`. */
export function createRecordStore<T>(options: RecordStoreOptions<T>): RecordStore<T> {
  const { directory, parse, warn, nested, sync = false } = options
  const path = (id: string): string => {
    if (!validId.test(id)) throw new TscomposeError('internal', 'RECORD_ID', `not a record id: ${JSON.stringify(id.slice(0, 80))}`)
    return nested === undefined ? `${directory}/${id}.json` : `${directory}/${id}/${nested}`
  }
  const read = (id: string): T | undefined => {
    const file = path(id)
    const text = readOrUndefined(file)
    if (text === undefined) return undefined
    try {
      return parse(JSON.parse(text))
    } catch (cause) {
      throw damaged(file, quarantine(file), cause)
    }
  }
  const ids = (): readonly string[] => listIds(directory, nested)
  return {
    write: (id, value) => {
      const file = path(id)
      const text = JSON.stringify(value)
      try {
        writeFileAtomic(file, text, { sync })
      } catch (error) {
        if (!hasErrno(error, 'ENOENT')) throw writeFailed(file, error)
        mkdirSync(nested === undefined ? directory : `${directory}/${id}`, { recursive: true, mode: 0o700 })
        writeFileAtomic(file, text, { sync })
      }
    },
    read,
    remove: (id) => {
      rmSync(path(id), { force: true })
      if (nested !== undefined) removeIfEmpty(`${directory}/${id}`)
    },
    list: () => {
      removeTemporaries(directory, nested)
      const found: T[] = []
      for (const id of ids()) {
        try {
          const value = read(id)
          if (value !== undefined) found.push(value)
        } catch (error) {
          warn(error instanceof Error ? error.message : String(error))
        }
      }
      return found
    },
    ids,
  }
}

function listIds(directory: string, nested: string | undefined): readonly string[] {
  const names = readNames(directory)
  const candidates =
    nested === undefined
      ? names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length))
      : names.filter((name) => readNames(`${directory}/${name}`).includes(nested))
  return candidates.filter((id) => validId.test(id)).sort()
}

/** Left by a crash between writing and renaming. */
function removeTemporaries(directory: string, nested: string | undefined): void {
  const directories = nested === undefined ? [directory] : readNames(directory).map((name) => `${directory}/${name}`)
  for (const each of directories) {
    for (const name of readNames(each)) {
      const isOurs = temporary.test(name) && (nested === undefined ? name.includes('.json.') : name.startsWith(nested))
      if (isOurs) rmSync(`${each}/${name}`, { force: true })
    }
  }
}

/** Puts the file out of the way for people to look at; returns where it is. */
function quarantine(file: string): string {
  const aside = `${file}.damaged-${Date.now()}`
  renameSync(file, aside)
  return aside
}

function damaged(file: string, aside: string, cause: unknown): TscomposeError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new TscomposeError(
    'internal',
    'RECORD_DAMAGED',
    `record ${file} is damaged (${why}); it was put aside as ${aside}, the others are not affected`,
    {
      cause,
    },
  )
}

function writeFailed(file: string, cause: unknown): unknown {
  if (!hasErrno(cause, 'ENOSPC') && !hasErrno(cause, 'EDQUOT')) return cause
  return new TscomposeError('unavailable', 'NO_SPACE', `no space left on the disk for ${file}`, {
    hint: 'free some space on that disk and try again',
    cause,
  })
}

function readOrUndefined(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (hasErrno(error, 'ENOENT') || hasErrno(error, 'ENOTDIR')) return undefined
    throw error
  }
}

function readNames(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    if (hasErrno(error, 'ENOENT') || hasErrno(error, 'ENOTDIR')) return []
    throw error
  }
}

function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory)
  } catch (error) {
    // Other files of the same thing live beside the record: whoever made them removes them.
    if (!hasErrno(error, 'ENOTEMPTY') && !hasErrno(error, 'ENOENT')) throw error
  }
}
