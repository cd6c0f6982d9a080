import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { digestSources } from '../../../../../src/engine/build/context/digest.ts'
import { openStatCache } from '../../../../../src/engine/build/context/stat-cache.ts'
import { findSources, openSourceTree } from '../../../../../src/engine/build/context/walk.ts'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tsc-digest-'))
  mkdirSync(join(root, 'd/sub'), { recursive: true })
  writeFileSync(join(root, 'a.txt'), 'a')
  writeFileSync(join(root, 'b.txt'), 'b')
  writeFileSync(join(root, 'd/sub/c'), 'c')
})

afterEach(() => rmSync(root, { recursive: true }))

function digest(patterns: readonly string[], ignore: readonly string[] = []): ReturnType<typeof digestSources> {
  const tree = openSourceTree(root, { ignore })
  try {
    return digestSources(tree, patterns, { preserve: false })
  } finally {
    tree.close()
  }
}

describe('what counts', () => {
  test('times do not', () => {
    const before = digest(['.']).digest
    utimesSync(join(root, 'a.txt'), 1, 1)
    expect(digest(['.']).digest).toBe(before)
  })

  test('content, names and modes do', () => {
    const seen = new Set([digest(['.']).digest])
    writeFileSync(join(root, 'a.txt'), 'A')
    seen.add(digest(['.']).digest)
    renameSync(join(root, 'a.txt'), join(root, 'z.txt'))
    seen.add(digest(['.']).digest)
    symlinkSync('z.txt', join(root, 'link'))
    seen.add(digest(['.']).digest)
    expect(seen.size).toBe(4)
  })

  test('what .dockerignore leaves out does not, and is not found either', () => {
    const before = digest(['.'], ['b.txt']).digest
    writeFileSync(join(root, 'b.txt'), 'other')
    expect(digest(['.'], ['b.txt']).digest).toBe(before)
    expect(digest(['b.txt'], ['b.txt']).missing).toEqual(['b.txt'])
  })

  test('a directory left out is walked for what is taken back', () => {
    const all = digest(['d'], ['d', '!d/sub/c'])
    expect(all.missing).toEqual([])
    const before = all.digest
    writeFileSync(join(root, 'd/sub/c'), 'changed')
    expect(digest(['d'], ['d', '!d/sub/c']).digest).not.toBe(before)
  })
})

describe('finding', () => {
  test('wildcards give sorted paths', () => {
    const tree = openSourceTree(root)
    expect(findSources(tree, '*.txt').map(({ path }) => path)).toEqual(['a.txt', 'b.txt'])
    expect(findSources(tree, '**/c').map(({ path }) => path)).toEqual(['d/sub/c'])
    tree.close()
  })

  test('a link that leads outside ends inside', () => {
    symlinkSync('/etc/passwd', join(root, 'out'))
    symlinkSync('../../../a.txt', join(root, 'd/up'))
    const tree = openSourceTree(root)
    expect(findSources(tree, 'out')).toEqual([])
    expect(findSources(tree, 'd/up').map(({ path }) => path)).toEqual(['a.txt'])
    expect(findSources(tree, '../../b.txt').map(({ path }) => path)).toEqual(['b.txt'])
    tree.close()
  })
})

describe('remembered hashes', () => {
  test('a file that changed since is read again; one touched just now is not remembered', () => {
    const file = join(root, 'cache/stat.json')
    const later = (): number => Date.now() + 60_000
    const tree = openSourceTree(root)
    const cache = openStatCache(file, later)
    const first = digestSources(tree, ['a.txt'], { preserve: false, statCache: cache }).digest
    cache.save()
    const reopened = openStatCache(file, later)
    expect(digestSources(tree, ['a.txt'], { preserve: false, statCache: reopened }).digest).toBe(first)
    writeFileSync(join(root, 'a.txt'), 'x')
    expect(digestSources(tree, ['a.txt'], { preserve: false, statCache: reopened }).digest).not.toBe(first)
    tree.close()
  })
})
