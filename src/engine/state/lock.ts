import { closeSync, ftruncateSync, mkdirSync, readFileSync, writeSync } from 'node:fs'
import { TscomposeError } from '../../base/errors.ts'
import { flock } from '../../sys/files.ts'

export interface EngineLock {
  /** Idempotent. The lock also ends with the process. */
  release(): void
}

/**
 * Makes this process the only writer below `dataRoot`. Throws ENGINE_RUNNING naming the process that holds it.
 * The file stays; the kernel's lock on it counts, not its content.
 */
export function acquireEngineLock(dataRoot: string): EngineLock {
  mkdirSync(dataRoot, { recursive: true, mode: 0o700 })
  const path = `${dataRoot}/engine.lock`
  const fd = flock(path)
  if (fd === undefined) throw held(path, dataRoot)
  ftruncateSync(fd)
  writeSync(fd, `${process.pid}\n`, 0)
  let open = true
  return {
    release: () => {
      if (open) closeSync(fd)
      open = false
    },
  }
}

function held(path: string, dataRoot: string): TscomposeError {
  const pid = Number(readFileSync(path, 'utf8').trim())
  const holder = Number.isInteger(pid) && pid > 0 ? `process ${pid}` : 'another process'
  return new TscomposeError('conflict', 'ENGINE_RUNNING', `an engine is already running on ${dataRoot}: ${holder}`, {
    hint: 'use that one, or stop it with tscompose engine stop',
  })
}
