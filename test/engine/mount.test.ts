import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bindMount, makePropagation, mount, mountFlags, umount } from '../../src/sys/mount.ts'
import { mountOverlay, mountOverlayByData } from '../../src/sys/overlay.ts'
import { llistxattr } from '../../src/sys/xattr.ts'

const base = '/var/lib/tscompose/mount-test'
const sh = (command: string): string => execFileSync('sh', ['-c', command], { encoding: 'utf8' }).trim()
const findmnt = (target: string, columns: string): string => sh(`findmnt -rn -o ${columns} ${target} || true`)
const codeOf = (code: string): Error => expect.objectContaining({ code }) as Error
const unmountAll = (): string => sh(`findmnt -rn -o TARGET | grep '^${base}/' | tac | xargs -r -n1 umount`)

beforeEach(() => {
  for (const name of ['upper', 'work', 'target', 'source']) mkdirSync(`${base}/${name}`, { recursive: true })
})
afterEach(() => {
  unmountAll()
  rmSync(base, { recursive: true, force: true })
})

/** Layers as the store names them, each with one file. */
function layers(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    const directory = `${base}/overlay2/${String(index).padStart(64, 'a')}/diff`
    mkdirSync(directory, { recursive: true })
    writeFileSync(`${directory}/shared`, String(index))
    writeFileSync(`${directory}/file-${index}`, '')
    return directory
  })
}

describe.each([
  ['mount contexts', mountOverlay],
  ['mount(2)', mountOverlayByData],
])('overlays through %s', (_title, mountIt) => {
  const overlay = (lowers: readonly string[], options = {}): void =>
    mountIt({ lowers, upper: `${base}/upper`, work: `${base}/work`, target: `${base}/target`, options })

  it.each([1, 3, 300])('take %i layers, the first one on top', (count) => {
    const cwd = process.cwd()
    overlay(layers(count))
    expect(findmnt(`${base}/target`, 'FSTYPE')).toBe('overlay')
    expect(readdirSync(`${base}/target`)).toHaveLength(count + 1)
    expect(readFileSync(`${base}/target/shared`, 'utf8')).toBe('0')
    expect(process.cwd()).toBe(cwd)
  })

  it('keep changes complete in the upper directory', () => {
    const [lower = ''] = layers(1)
    mkdirSync(`${lower}/directory`)
    writeFileSync(`${lower}/directory/inside`, '')
    overlay([lower])
    sh(`cd ${base}/target && chmod 600 shared && rm file-0 && mv directory moved`)
    expect(sh(`stat -c '%F %t %T %s' ${base}/upper/file-0 ${base}/upper/shared`)).toBe('character special file 0 0 0\nregular file 0 0 1')
    // With redirects the moved directory would be empty here, and the layer made of it wrong.
    expect(readdirSync(`${base}/upper/moved`)).toEqual(['inside'])
    expect(llistxattr(`${base}/upper/moved`).filter((name) => name.includes('redirect'))).toEqual([])
    expect(sh(`stat -c '%F' ${base}/upper/directory`)).toBe('character special file')
  })

  it('can skip syncing, and be read-only without an upper directory', () => {
    const lowers = layers(2)
    overlay(lowers, { volatile: true })
    expect(findmnt(`${base}/target`, 'OPTIONS')).toContain('volatile')
    mkdirSync(`${base}/view`)
    mountIt({ lowers, target: `${base}/view` })
    expect(() => writeFileSync(`${base}/view/x`, '')).toThrow(codeOf('EROFS'))
  })

  it('fail with the reason and mount nothing', () => {
    expect(() => overlay([`${base}/none`])).toThrow(codeOf('ENOENT'))
    expect(() => mountIt({ lowers: layers(1), upper: `${base}/upper`, work: '/proc', target: `${base}/target` })).toThrow(codeOf('EINVAL'))
    expect(findmnt(`${base}/target`, 'FSTYPE')).toBe('')
    expect(readdirSync('/proc/self/fd').length).toBeLessThan(200)
  })
})

describe('mounts', () => {
  it('carry type, options and flags', () => {
    mount({
      source: 'none',
      target: `${base}/target`,
      type: 'tmpfs',
      flags: mountFlags.nosuid | mountFlags.noexec,
      data: 'size=64k,mode=700',
    })
    expect(findmnt(`${base}/target`, 'FSTYPE,OPTIONS')).toMatch(/^tmpfs rw,nosuid,noexec,.*size=64k,mode=700/)
    expect(umount(`${base}/target`)).toBe(true)
    expect(umount(`${base}/target`)).toBe(false)
    expect(umount(`${base}/none`)).toBe(false)
  })

  it('bind read-only with everything below, and spread as told', () => {
    mkdirSync(`${base}/source/below`)
    mount({ source: 'none', target: `${base}/source/below`, type: 'tmpfs' })
    bindMount(`${base}/source`, `${base}/target`, { recursive: true, readOnly: true, propagation: 'rslave' })
    expect(() => writeFileSync(`${base}/target/x`, '')).toThrow(codeOf('EROFS'))
    expect(() => writeFileSync(`${base}/target/below/x`, '')).toThrow(codeOf('EROFS'))
    writeFileSync(`${base}/source/below/x`, '')
    bindMount(`${base}/source`, `${base}/work`)
    makePropagation(`${base}/work`, 'shared')
    expect(findmnt(`${base}/work`, 'PROPAGATION')).toBe('shared')
  })

  it('that fail half-way leave nothing', () => {
    expect(() => bindMount(`${base}/none`, `${base}/target`)).toThrow(codeOf('ENOENT'))
    expect(findmnt(`${base}/target`, 'FSTYPE')).toBe('')
  })

  it('in use are let go at once when detached', () => {
    mount({ source: 'none', target: `${base}/target`, type: 'tmpfs' })
    const pid = Number(sh(`cd ${base}/target && sleep 30 >/dev/null 2>&1 & echo $!`))
    expect(() => umount(`${base}/target`)).toThrow(codeOf('EBUSY'))
    expect(umount(`${base}/target`, { detach: true })).toBe(true)
    process.kill(pid)
  })
})
