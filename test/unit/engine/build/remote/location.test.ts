import { expect, test } from 'vitest'
import { parseRemote, withoutPassword } from '../../../../../src/engine/build/remote/location.ts'

test.each([
  ['https://h/x.git', { kind: 'git', remote: 'https://h/x.git' }],
  ['https://h/x.git#main:a/b/', { kind: 'git', remote: 'https://h/x.git', ref: 'main', directory: 'a/b' }],
  ['https://h/x.git#:sub', { kind: 'git', remote: 'https://h/x.git', directory: 'sub' }],
  ['https://h/x.git?ref=v1&subdir=d', { kind: 'git', remote: 'https://h/x.git', ref: 'v1', directory: 'd' }],
  ['git@host:a/b.git#v2', { kind: 'git', remote: 'git@host:a/b.git', ref: 'v2' }],
  ['ssh://git@h/x', { kind: 'git', remote: 'ssh://git@h/x' }],
  ['https://h/x.tar.gz', { kind: 'http', url: 'https://h/x.tar.gz' }],
  ['a.txt', undefined],
  ['./git@x', undefined],
  ['github.com/o/n', undefined],
])('%s is read as it is meant', (text, expected) => {
  expect(parseRemote(text)).toEqual(expected)
})

test('github.com/owner/name is a repository as a context, but a path as a source', () => {
  expect(parseRemote('github.com/o/n#b', { context: true })).toEqual({ kind: 'git', remote: 'https://github.com/o/n', ref: 'b' })
})

test('passwords stay out of messages', () => {
  expect(withoutPassword('https://me:secret@h/x.git')).toBe('https://me@h/x.git')
})
