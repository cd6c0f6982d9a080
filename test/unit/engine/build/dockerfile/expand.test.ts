// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the shell-like variables under test

import { describe, expect, test } from 'vitest'
import { ExpansionError, expandText, expandWord, expandWords } from '../../../../../src/engine/build/dockerfile/expand.ts'

const values: Readonly<Record<string, string>> = { A: 'foo.tar.gz', E: '', S: '80 90', P: 'a/b' }
const options = { lookup: (name: string) => values[name], escapeChar: '\\' }

describe('one word', () => {
  test.each([
    ['$A', 'foo.tar.gz'],
    ['${A}x', 'foo.tar.gzx'],
    ['${E:-x}', 'x'],
    ['${E-x}', ''],
    ['${N-x}', 'x'],
    ['${N:-${A}}', 'foo.tar.gz'],
    ['${A:+y}', 'y'],
    ['${E:+y}', ''],
    ['${E+y}', 'y'],
    ['${A%.*}', 'foo.tar'],
    ['${A%%.*}', 'foo'],
    ['${A#*.}', 'tar.gz'],
    ['${A##*.}', 'gz'],
    ['${P/\\//-}', 'a-b'],
    ['${A/o/0}', 'f0o.tar.gz'],
    ['${A//o/0}', 'f00.tar.gz'],
    ["'$A'", '$A'],
    ['"$A \\"q\\""', 'foo.tar.gz "q"'],
    ['\\$A', '$A'],
    ['a\\ b', 'a b'],
    ['$', '$'],
    ['$N', ''],
  ])('%s becomes %j', (text, result) => {
    expect(expandWord(text, options)).toBe(result)
  })

  test('a missing variable with :? says the given words', () => {
    expect(() => expandWord('${N:?set it}', options)).toThrow(new ExpansionError('N: set it'))
  })

  test.each(['${A', "'a", '"a', '${A!x}', '${}'])('%s is refused', (text) => {
    expect(() => expandWord(text, options)).toThrow(ExpansionError)
  })
})

test('words come out of blanks in unquoted variables only', () => {
  expect(expandWords('$S "$S" 1', options)).toEqual(['80', '90', '80 90', '1'])
})

test('quotes in heredocs stay, and only \\$ and \\\\ lose their backslash', () => {
  expect(expandText('"$A" \\$A \\n \\\\', options)).toBe('"foo.tar.gz" $A \\n \\')
})
