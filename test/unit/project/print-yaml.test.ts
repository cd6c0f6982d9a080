import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { compareKeys, printYaml } from '../../../src/project/print-yaml.ts'
import { newTree, type Value } from '../../../src/project/tree.ts'

const tree = (members: Readonly<Record<string, Value>>): Value => Object.assign(newTree(), members)

describe('text as docker compose prints it', () => {
  test.each([
    ['plain', 'plain'],
    ['8080:80', '8080:80'],
    ['', '""'],
    ['1', '"1"'],
    ['true', '"true"'],
    ['y', '"y"'],
    ['~', '"~"'],
    ['1e3', '"1e3"'],
    ['12:30:45', '"12:30:45"'],
    ['2020-01-01', '"2020-01-01"'],
    ['.', '.'],
    ['#x', "'#x'"],
    ['a #b', "'a #b'"],
    ["it's: x", "'it''s: x'"],
    [' lead', "' lead'"],
    ['*.js', "'*.js'"],
    ['tab\there', '"tab\\there"'],
    ['\u001b[0m', '"\\e[0m"'],
    ['ümlaut 😀', 'ümlaut 😀'],
  ])('%j is %s', (text, printed) => {
    expect(printYaml(tree({ k: text }))).toBe(`k: ${printed}\n`)
  })

  test('several lines are a literal block, unless a space before a line end would be lost to the eye', () => {
    expect(printYaml(tree({ k: 'a\nb' }))).toBe('k: |-\n  a\n  b\n')
    expect(printYaml(tree({ k: 'a\n\nb\n' }))).toBe('k: |\n  a\n\n  b\n')
    expect(printYaml(tree({ k: 'a\n\n' }))).toBe('k: |+\n  a\n\n')
    expect(printYaml(tree({ k: 'a \nb' }))).toBe('k: "a \\nb"\n')
  })

  test('maps in lists begin on the line of the dash, empty ones stay on one line', () => {
    const value = tree({ l: [tree({ a: 1, b: [tree({})] }), [], 'x'], z: null })
    expect(printYaml(value)).toBe('l:\n  - a: 1\n    b:\n      - {}\n  - []\n  - x\nz: null\n')
  })
})

test('keys are in natural order', () => {
  const keys = ['s10', 's2', 'a', '_a', 'B', 's2a', 's02']
  expect(keys.toSorted(compareKeys)).toEqual(['_a', 'B', 'a', 's2', 's2a', 's02', 's10'])
})

describe('any tree', () => {
  const scalar = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.integer(), fc.boolean(), fc.constant(null))
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      scalar,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }))

  test('is read back as it was by another YAML reader', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value, { maxKeys: 5, noNullPrototype: true }), (data) => {
        expect(parse(printYaml(data as Value), { maxAliasCount: 0 })).toEqual(data)
      }),
      { numRuns: 300 },
    )
  })
})
