import { expect, test } from 'vitest'
import { splitWords } from '../../../src/project/codec.ts'
import { formatDuration, parseDuration, parseSize } from '../../../src/project/quantities.ts'

test.each([
  ['10s', 10_000, '10s'],
  ['1m30s', 90_000, '1m30s'],
  ['1h', 3_600_000, '1h0m0s'],
  ['1d2h', 93_600_000, '26h0m0s'],
  ['1.5s', 1500, '1.5s'],
  ['100us', 0.1, '100µs'],
  ['0s', 0, '0s'],
])('%s is %d ms and printed as %s', (text, milliseconds, printed) => {
  expect(parseDuration(text)).toBe(milliseconds)
  expect(formatDuration(milliseconds)).toBe(printed)
})

test.each(['10', 's', '10x', '', '1h 5m'])('%j is not a duration', (text) => {
  expect(parseDuration(text)).toBeUndefined()
})

test.each([
  ['512m', 536_870_912],
  ['1.5gb', 1_610_612_736],
  ['64k', 65_536],
  ['1000', 1000],
  ['2 GiB', 2_147_483_648],
])('%s is %d bytes', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes)
})

test.each([
  [`sh -c "echo 'a b'" c\\ d 'e "f'`, ['sh', '-c', "echo 'a b'", 'c d', 'e "f']],
  ['a "" b', ['a', '', 'b']],
  ['  ', []],
  ['x="y z"w', ['x=y zw']],
  ['"open', undefined],
])('%s is split into words as a shell does', (line, words) => {
  expect(splitWords(line)).toEqual(words)
})
