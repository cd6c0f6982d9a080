import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { acquireEngineLock } from '../../../../src/engine/state/lock.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lock-'))
})
afterEach(() => rmSync(root, { recursive: true }))

it('lets one engine have the data root and names it to the second', () => {
  const lock = acquireEngineLock(root)
  expect(() => acquireEngineLock(root)).toThrow(
    expect.objectContaining({ code: 'ENGINE_RUNNING', message: expect.stringContaining(String(process.pid)) }),
  )
  lock.release()
  lock.release()
  acquireEngineLock(root).release()
})
