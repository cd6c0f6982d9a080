import { expect, test } from 'vitest'
import { createIgnoreMatcher, parseIgnoreLines } from '../../../src/base/ignore-rules.ts'

function ignored(lines: readonly string[], paths: readonly string[]): readonly string[] {
  const matcher = createIgnoreMatcher(lines)
  return paths.filter((path) => matcher.ignores(path))
}

test('comments, blanks and surrounding space in the file do not count', () => {
  expect(parseIgnoreLines('\uFEFF# x\n\n  a  \r\n!b\n!\n')).toEqual(['a', '!b'])
})

test('a directory takes everything below with it', () => {
  expect(ignored(['node_modules'], ['node_modules', 'node_modules/a/b', 'src/node_modules', 'node_modules2'])).toEqual([
    'node_modules',
    'node_modules/a/b',
  ])
})

test('* stays in one segment and ** spans any number', () => {
  expect(ignored(['*.log'], ['a.log', 'd/a.log'])).toEqual(['a.log'])
  expect(ignored(['**/*.log'], ['a.log', 'd/e/a.log', 'a.logx'])).toEqual(['a.log', 'd/e/a.log'])
  expect(ignored(['a/**/z'], ['a/z', 'a/b/z', 'a/b/c/z', 'b/z'])).toEqual(['a/z', 'a/b/z', 'a/b/c/z'])
})

test('the last rule that matches wins', () => {
  expect(ignored(['*', '!src', 'src/secret'], ['x', 'src', 'src/a', 'src/secret'])).toEqual(['x', 'src/secret'])
  expect(ignored(['!a', 'a'], ['a'])).toEqual(['a'])
})

test('slashes around and dots inside a pattern are cleaned', () => {
  expect(ignored(['/a/', './b//c', 'd/../e'], ['a', 'b/c', 'e', 'd'])).toEqual(['a', 'b/c', 'e'])
})

test('character classes and escapes', () => {
  expect(ignored(['[a-c].x', '[^d]y', '\\*z'], ['b.x', 'd.x', 'ay', 'dy', '*z', 'az'])).toEqual(['b.x', 'ay', '*z'])
})

test('an ignored directory is only walked where a later rule may take something back', () => {
  const matcher = createIgnoreMatcher(['*', '!src/keep', '!**/*.md'])
  expect(matcher.mayReincludeBelow('src')).toBe(true)
  expect(createIgnoreMatcher(['*', '!src/keep']).mayReincludeBelow('node_modules')).toBe(false)
})
