import { type FSWatcher, statSync, watch } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import type { LogEntry, LogOptions } from '../../api.ts'
import { createLineJoiner, type LineJoiner, parseLogLine } from './entry.ts'
import { findTail, logFiles, readAt } from './files.ts'

const blockSize = 256 * 1024

export interface ReadLogOptions extends LogOptions {
  readonly path: string
  /** The container will write no more. */
  readonly isOver: () => boolean
  /** Calls back when `isOver` may have changed; returns how to stop. */
  readonly onChange: (listener: () => void) => () => void
  readonly signal?: AbortSignal
}

/** Entries of a container's log in order, in batches. Follows by inotify; a rotation on the way loses nothing. */
export async function* readLog(options: ReadLogOptions): AsyncGenerator<readonly LogEntry[]> {
  const { path, follow = false, signal } = options
  const waker = follow ? createWaker(options) : undefined
  try {
    const files = logFiles(path)
    const start = options.tail === undefined ? { file: 0, offset: 0 } : await findTail(files, options.tail)
    const reader = createReader(options)
    for (let index = start.file; index < files.length - 1; index++) {
      yield* readWhole(files[index] ?? '', index === start.file ? start.offset : 0, reader)
      if (stopped(reader, signal)) return
    }
    const offset = files.length - 1 === start.file ? start.offset : 0
    yield* readLive({ options, reader, waker, offset: files.length === 0 ? 0 : offset })
  } finally {
    waker?.close()
  }
}

function stopped(reader: Reader, signal: AbortSignal | undefined): boolean {
  return reader.past() || signal?.aborted === true
}

async function* readWhole(path: string, offset: number, reader: Reader): AsyncGenerator<readonly LogEntry[]> {
  const handle = await open(path, 'r')
  try {
    yield* drain(handle, { offset }, reader)
  } finally {
    await handle.close()
  }
}

interface Cursor {
  offset: number
}

/** Reads to the present end of the file. */
async function* drain(handle: FileHandle, cursor: Cursor, reader: Reader): AsyncGenerator<readonly LogEntry[]> {
  for (;;) {
    const block = await readAt(handle, cursor.offset, blockSize)
    if (block.length === 0) return
    cursor.offset += block.length
    const entries = reader.push(block)
    if (entries.length > 0) yield entries
    if (reader.past()) return
  }
}

interface Live {
  readonly options: ReadLogOptions
  readonly reader: Reader
  readonly waker: Waker | undefined
  readonly offset: number
}

/** The file the monitor writes to; with a waker goes on through rotations until the container is over. */
async function* readLive({ options, reader, waker, offset }: Live): AsyncGenerator<readonly LogEntry[]> {
  const { path, signal, isOver } = options
  let handle = await openIfThere(path)
  const cursor = { offset }
  try {
    for (;;) {
      // Asked before the read: what was written until then is read now.
      const over = waker === undefined || isOver()
      const rotated = handle !== undefined && (await isRotated(handle, path))
      if (handle !== undefined) yield* drain(handle, cursor, reader)
      if (stopped(reader, signal)) return
      if (rotated) {
        await handle?.close()
        handle = undefined
      }
      if (handle === undefined) {
        handle = await openIfThere(path)
        cursor.offset = 0
        if (handle !== undefined) continue
      }
      if (over) break
      await waker?.wait()
      if (signal?.aborted === true) return
    }
    const rest = reader.flush()
    if (rest.length > 0) yield rest
  } finally {
    await handle?.close()
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r')
  } catch {
    return undefined
  }
}

/** The name belongs to another file now, which the monitor writes to. */
async function isRotated(handle: FileHandle, path: string): Promise<boolean> {
  const named = statSync(path, { throwIfNoEntry: false })
  return named !== undefined && named.ino !== (await handle.stat()).ino
}

interface Reader {
  push(block: Buffer): readonly LogEntry[]
  flush(): readonly LogEntry[]
  /** `until` has been passed. */
  past(): boolean
}

function createReader({ since, until }: LogOptions): Reader {
  const decoder = new StringDecoder('utf8')
  const joiner: LineJoiner = createLineJoiner()
  let rest = ''
  let begun = since === undefined
  let past = false
  const wanted = (entry: LogEntry): boolean => {
    if (past) return false
    // Times only grow: once the beginning is found it need not be looked for again.
    if (!begun) begun = Date.parse(entry.time) >= (since ?? 0)
    if (until !== undefined && Date.parse(entry.time) > until) past = true
    return begun && !past
  }
  return {
    push: (block) => {
      const lines = (rest + decoder.write(block)).split('\n')
      rest = lines.pop() ?? ''
      return lines.flatMap((text) => {
        const line = parseLogLine(text)
        const entry = line === undefined ? undefined : joiner.push(line)
        return entry !== undefined && wanted(entry) ? [entry] : []
      })
    },
    flush: () => joiner.flush().filter(wanted),
    past: () => past,
  }
}

interface Waker {
  /** Resolves when something may have changed since the last wait began. */
  wait(): Promise<void>
  close(): void
}

function createWaker({ path, onChange, signal }: ReadLogOptions): Waker {
  const name = basename(path)
  let pending = false
  let wake: (() => void) | undefined
  const poke = (): void => {
    pending = true
    wake?.()
  }
  let watcher: FSWatcher | undefined
  try {
    watcher = watch(dirname(path), { persistent: false }, (_event, file) => {
      if (file === null || file.startsWith(name)) poke()
    })
    watcher.on('error', poke)
  } catch {
    // The directory is gone with the container: the change below ends the wait.
    pending = true
  }
  const stop = onChange(poke)
  signal?.addEventListener('abort', poke)
  return {
    wait: async () => {
      if (!pending) await new Promise<void>((resolve) => (wake = resolve))
      wake = undefined
      pending = false
    },
    close: () => {
      watcher?.close()
      stop()
      signal?.removeEventListener('abort', poke)
    },
  }
}
