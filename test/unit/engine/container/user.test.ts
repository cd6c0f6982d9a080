import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { resolveUser } from '../../../../src/engine/container/user.ts'
import { openDirectory } from '../../../../src/sys/files.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tscompose-user-'))
  mkdirSync(join(root, 'etc'))
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\nwww:x:33:33::/srv:/bin/sh\n1234:x:5:5::/trap:/bin/sh\nbroken\n')
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nwww:x:33:\nextra:x:50:www,other\nadm:x:60:root\n')
})
afterEach(() => rmSync(root, { recursive: true }))

const resolve = (user: string, groupAdd?: readonly string[]): ReturnType<typeof resolveUser> =>
  resolveUser(openDirectory(root), user, groupAdd)

describe('resolveUser', () => {
  it.each([
    ['', { uid: 0, gid: 0, additionalGids: [0, 60], home: '/root' }],
    ['www', { uid: 33, gid: 33, additionalGids: [33, 50], home: '/srv' }],
    ['33', { uid: 33, gid: 33, additionalGids: [33, 50], home: '/srv' }],
    ['www:root', { uid: 33, gid: 0, additionalGids: [0], home: '/srv' }],
    ['7:8', { uid: 7, gid: 8, additionalGids: [8], home: '/' }],
    ['1234', { uid: 1234, gid: 0, additionalGids: [0], home: '/' }],
  ])('%j', (user, expected) => {
    expect(resolve(user)).toEqual(expected)
  })

  it('adds groups by name and number', () => {
    expect(resolve('7:8', ['extra', '99']).additionalGids).toEqual([8, 50, 99])
  })

  it('says who is missing', () => {
    expect(() => resolve('ghost')).toThrow(expect.objectContaining({ code: 'USER_NOT_FOUND' }))
    expect(() => resolve('root:ghosts')).toThrow(expect.objectContaining({ code: 'GROUP_NOT_FOUND' }))
    expect(() => resolve('99999999999')).toThrow(expect.objectContaining({ code: 'USER_NOT_FOUND' }))
  })

  it('does without the files, but never follows them out of the root nor waits for a FIFO', () => {
    rmSync(join(root, 'etc/passwd'))
    expect(resolve('5').uid).toBe(5)
    symlinkSync('/../../../../../../../../etc/passwd', join(root, 'etc/passwd'))
    expect(() => resolve('daemon')).toThrow()
    rmSync(join(root, 'etc/passwd'))
    execFileSync('mkfifo', [join(root, 'etc/passwd')])
    expect(() => resolve('root')).toThrow(expect.objectContaining({ code: 'BAD_ACCOUNT_FILE' }))
  })
})
