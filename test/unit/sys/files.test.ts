import { spawnSync } from 'node:child_process'
import {
  closeSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  fchmodat,
  flock,
  linkat,
  lstatat,
  makeDevice,
  mkdirAllInRoot,
  openBeneath,
  openDirectory,
  openInRoot,
  openNoSymlinks,
  renameat2,
  spreadChildren,
  symlinkat,
  unlinkat,
  utimensat,
  writeFileAtomic,
} from '../../../src/sys/files.ts'

let base: string
let root: string
let rootFd: number

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'files-'))
  root = join(base, 'root')
  mkdirSync(join(root, 'etc'), { recursive: true })
  writeFileSync(join(base, 'secret'), 'outside')
  writeFileSync(join(root, 'secret'), 'inside')
  rootFd = openDirectory(root)
})
afterEach(() => {
  closeSync(rootFd)
  rmSync(base, { recursive: true })
})

const codeOf = (code: string): Error => expect.objectContaining({ code }) as Error
const readAndClose = (fd: number): string => {
  const text = readFileSync(fd, 'utf8')
  closeSync(fd)
  return text
}

describe('paths in a root', () => {
  it.each(['secret', '/secret', '../secret', 'etc/../../secret', 'up', 'abs'])('%s stays inside', (path) => {
    symlinkSync('../secret', join(root, 'up'))
    symlinkSync('/secret', join(root, 'abs'))
    expect(readAndClose(openInRoot(rootFd, path, constants.O_RDONLY))).toBe('inside')
  })

  it('beneath refuses what leads out, and no-symlinks every link', () => {
    symlinkSync('../secret', join(root, 'up'))
    symlinkSync('etc', join(root, 'link'))
    expect(() => openBeneath(rootFd, '../secret', constants.O_RDONLY)).toThrow(codeOf('EXDEV'))
    expect(() => openBeneath(rootFd, 'up', constants.O_RDONLY)).toThrow(codeOf('EXDEV'))
    expect(() => openNoSymlinks(rootFd, 'link/x', constants.O_RDONLY)).toThrow(codeOf('ELOOP'))
    expect(() => openInRoot(rootFd, 'secret\0.txt', constants.O_RDONLY)).toThrow(codeOf('EINVAL'))
    expect(() => openInRoot(rootFd, 'none', constants.O_RDONLY)).toThrow(codeOf('ENOENT'))
  })

  it('descriptors are not inherited', () => {
    const fd = openInRoot(rootFd, 'secret', constants.O_RDONLY)
    const flags = Number.parseInt(/flags:\s*(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '0', 8)
    closeSync(fd)
    expect(flags & 0o2000000).not.toBe(0)
  })
})

describe('mkdirAllInRoot', () => {
  it('makes what is missing with exactly that mode, through links inside the root', () => {
    symlinkSync('/../../etc', join(root, 'escape'))
    const umask = process.umask(0o077)
    closeSync(mkdirAllInRoot(rootFd, '/escape/a/../b/c', 0o751))
    process.umask(umask)
    expect(readdirSync(join(root, 'etc')).toSorted()).toEqual(['a', 'b'])
    expect(statSync(join(root, 'etc/b/c')).mode & 0o777).toBe(0o751)
    expect(readdirSync(base).toSorted()).toEqual(['root', 'secret'])
  })

  it('fails on files and on links to nothing, and leaks no descriptor', () => {
    symlinkSync('/nowhere', join(root, 'dangling'))
    const before = readdirSync('/proc/self/fd').length
    expect(() => mkdirAllInRoot(rootFd, 'secret/x')).toThrow(codeOf('ENOTDIR'))
    expect(() => mkdirAllInRoot(rootFd, 'dangling/x')).toThrow(codeOf('ENOENT'))
    expect(readdirSync('/proc/self/fd').length).toBe(before)
  })
})

describe('names in a directory', () => {
  it('are changed themselves, never what they point to', () => {
    symlinkat('secret', rootFd, 'link')
    utimensat(rootFd, 'link', { mtime: -1_500_000_000n })
    expect(lstatat(rootFd, 'link')?.mtimeMs).toBe(-1500)
    expect(statSync(join(root, 'secret')).mtimeMs).toBeGreaterThan(0)
    expect(() => fchmodat(rootFd, 'link', 0o777)).toThrow(codeOf('EOPNOTSUPP'))
    fchmodat(rootFd, 'secret', 0o604)
    expect(statSync(join(root, 'secret')).mode & 0o7777).toBe(0o604)
    linkat({ fd: rootFd, name: 'link' }, { fd: rootFd, name: 'second' })
    expect(readlinkSync(join(root, 'second'))).toBe('secret')
    expect(() => renameat2({ fd: rootFd, name: 'second' }, { fd: rootFd, name: 'link' }, 1)).toThrow(codeOf('EEXIST'))
    unlinkat(rootFd, 'second')
    unlinkat(rootFd, 'etc', { directory: true })
    expect(lstatat(rootFd, 'etc')).toBeUndefined()
  })

  it('device numbers are as the C library makes them', () => {
    expect(makeDevice(1, 3)).toBe(0x103)
    expect(makeDevice(300, 70_000)).toBe(0x11112c70)
    expect(makeDevice(0, 0)).toBe(0)
  })
})

describe('writeFileAtomic', () => {
  it('replaces a file as a whole and leaves nothing beside it', () => {
    const path = join(root, 'record')
    writeFileAtomic(path, 'one', { mode: 0o640, sync: true })
    writeFileAtomic(path, 'two')
    expect(readFileSync(path, 'utf8')).toBe('two')
    expect(() => writeFileAtomic(join(root, 'etc'), 'x')).toThrow()
    expect(readdirSync(root).toSorted()).toEqual(['etc', 'record', 'secret'])
  })

  it('is not disturbed by other threads that write the same file', async () => {
    const path = join(root, 'record')
    const module = new URL('../../../src/sys/files.ts', import.meta.url).href
    const script = `
      const { writeFileAtomic } = await import(${JSON.stringify(module)})
      for (let count = 0; count < 500; count++) writeFileAtomic(${JSON.stringify(path)}, 'x'.repeat(10_000))`
    const endOf = (worker: Worker): Promise<unknown> => new Promise((ended) => worker.once('error', ended).once('exit', ended))
    const ends = await Promise.all([1, 2, 3].map(() => endOf(new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`)))))
    expect(ends).toEqual([0, 0, 0])
    expect(readFileSync(path, 'utf8')).toHaveLength(10_000)
    expect(readdirSync(root).toSorted()).toEqual(['etc', 'record', 'secret'])
  })
})

describe('flock', () => {
  it('is had by one descriptor at a time', () => {
    const fd = flock(join(root, 'lock')) ?? -1
    expect(fd).toBeGreaterThan(0)
    expect(flock(join(root, 'lock'))).toBeUndefined()
    closeSync(fd)
    closeSync(flock(join(root, 'lock')) ?? -1)
  })
})

describe('a directory of unrelated directories', () => {
  it('carries the hint of ext4, and says so where the file system has none', () => {
    const marked = spreadChildren(root)
    const listed = spawnSync('lsattr', ['-d', root], { encoding: 'utf8' })
    expect(marked).toBe(listed.status === 0 && listed.stdout.split(' ')[0]?.includes('T') === true)
    expect(spreadChildren('/proc')).toBe(false)
  })
})
