import { renameSync, statSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { hasErrno } from '../base/errors.ts'

/** The daemon's own log: one file and the one before it. */
export interface Log {
  /** Appends a line with the time before it; never throws, never waits. */
  write(text: string): void
  /** Resolves when everything is on disk. */
  flush(): Promise<void>
}

export interface LogOptions {
  readonly path: string
  readonly maxBytes: number
  readonly clock: () => Date
}

export function createLog(options: LogOptions): Log {
  let last = Promise.resolve()
  const append = async (line: string): Promise<void> => {
    try {
      rotate(options)
      await appendFile(options.path, line, { mode: 0o600 })
    } catch {
      // A full disk must not take the engine down, and there is nowhere to say so.
    }
  }
  return {
    write: (text) => {
      const line = `${options.clock().toISOString()} ${text.trimEnd()}\n`
      last = last.then(() => append(line))
    },
    flush: () => last,
  }
}

function rotate({ path, maxBytes }: LogOptions): void {
  try {
    if (statSync(path).size > maxBytes) renameSync(path, `${path}.1`)
  } catch (error) {
    if (!hasErrno(error, 'ENOENT')) throw error
  }
}
