import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { TscomposeError } from '../../src/base/errors.ts'
import { loadProject } from '../../src/project/load.ts'
import { renderConfig } from '../../src/project/render.ts'
import { caseNames, casesRoot } from './cases.ts'

/*
 * Damaged compose files: whatever is done to a file, loading it ends soon, with a project or with an error made for people.
 * Some seconds in every run; FUZZ_SECONDS=600 npx vitest run test/conformance/fuzz.test.ts for longer by hand.
 */

const seconds = Number(process.env['FUZZ_SECONDS'] ?? 4)
/** A load that takes longer hangs; shared machines may stall a process for some of it. */
const longestLoad = 1000
const directory = mkdtempSync(join(tmpdir(), 'tscompose-fuzz-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const texts = caseNames().flatMap((name) => {
  try {
    return [readFileSync(join(casesRoot, name, 'compose.yaml'), 'utf8')]
  } catch {
    return []
  }
})

const pieces = [
  '${',
  '}',
  '$',
  ':',
  '- ',
  '&a ',
  '*a',
  '<<: ',
  '!reset ',
  '!override ',
  '!!int ',
  '[',
  ']',
  '{',
  '}',
  '"',
  "'",
  '|',
  '>',
  '#',
  '\n',
  '\t',
  '\r\n',
  '---\n',
  '...\n',
  '%YAML 1.1\n',
  '? ',
  'null',
  '~',
  '-1',
  '1e999',
  '0x',
  '\u0000',
  '\ufeff',
  '\ud800',
  '{}',
  '[]',
  '${A:-${B:?${C}}}',
  'services:',
  '__proto__: ',
  'constructor: ',
  'extends: ',
  'include: [compose.yaml]\n',
  '    extends: {file: compose.yaml, service: a}\n',
]

const mutation = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  piece: fc.constantFrom(...pieces),
  kind: fc.constantFrom('insert', 'delete', 'replace', 'line', 'swap', 'indent'),
  length: fc.nat(40),
})
type Mutation = typeof mutation extends fc.Arbitrary<infer M> ? M : never

function mutate(text: string, { at, piece, kind, length }: Mutation): string {
  const offset = Math.floor(at * text.length)
  const lines = text.split('\n')
  const line = Math.min(Math.floor(at * lines.length), lines.length - 1)
  switch (kind) {
    case 'insert':
      return text.slice(0, offset) + piece + text.slice(offset)
    case 'delete':
      return text.slice(0, offset) + text.slice(offset + length)
    case 'replace':
      return text.slice(0, offset) + piece + text.slice(offset + length)
    case 'line':
      return [...lines.slice(0, line), ...lines.slice(line, line + length), ...lines.slice(line)].join('\n')
    case 'swap':
      return [...lines.slice(line), ...lines.slice(0, line)].join('\n')
    default:
      return lines.with(line, `  ${lines[line] ?? ''}`).join('\n')
  }
}

/** Milliseconds of processor time, which other work of the machine does not stretch much; throws where the loader does not keep its word. */
function timeLoad(text: string): number {
  writeFileSync(join(directory, 'compose.yaml'), text)
  const start = process.threadCpuUsage()
  try {
    renderConfig(loadProject({ cwd: directory, env: { HOME: '/h' } }).project, { format: 'yaml' })
  } catch (error) {
    if (!(error instanceof TscomposeError) || error.kind === 'internal') throw error
  }
  const { user, system } = process.threadCpuUsage(start)
  return (user + system) / 1000
}

test('damaged files end soon, in a project or in an error made for people', { timeout: seconds * 1000 + 30_000 }, () => {
  const heapBefore = process.memoryUsage().heapUsed
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.array(mutation, { minLength: 1, maxLength: 6 }), (seed, mutations) => {
      const text = mutations.reduce(mutate, seed)
      const elapsed = timeLoad(text)
      // A second look tells a slow file from a machine that was busy.
      if (elapsed > longestLoad) expect(timeLoad(text)).toBeLessThan(longestLoad)
    }),
    { numRuns: 10_000_000, interruptAfterTimeLimit: seconds * 1000, markInterruptAsFailure: false },
  )
  expect(process.memoryUsage().heapUsed - heapBefore).toBeLessThan(500 << 20)
})

test.each([
  [
    'aliases of aliases',
    `a: &a [x, x]\n${Array.from({ length: 60 }, (_, i) => `b${i}: &b${i} [*${i === 0 ? 'a' : `b${i - 1}`}, *${i === 0 ? 'a' : `b${i - 1}`}]`).join('\n')}\n`,
  ],
  [
    'merges of merges',
    `x-0: &m0 {a: 1}\n${Array.from({ length: 40 }, (_, i) => `x-${i + 1}: &m${i + 1} {k: {<<: *m${i}}, l: {<<: *m${i}}}`).join('\n')}\n`,
  ],
  ['a hundred thousand brackets', '['.repeat(100_000)],
  ['a megabyte of dollars', `services: {a: {image: "${'$'.repeat(1_000_001)}"}}`],
  ['a megabyte of nested defaults', `services: {a: {image: "${'${A:-'.repeat(100_000)}"}}`],
  ['twenty thousand keys', `x-a:\n${Array.from({ length: 20_000 }, (_, i) => `  k${i}: 1\n`).join('')}`],
  [
    'a long chain of extends',
    `services:\n${Array.from({ length: 500 }, (_, i) => `  s${i}: {extends: s${i + 1}}\n`).join('')}  s500: {image: x}\n`,
  ],
])('%s do not hang the loader', { timeout: 20_000 }, (_name, text) => {
  const elapsed = timeLoad(text)
  expect(Math.min(elapsed, elapsed > 3000 ? timeLoad(text) : elapsed)).toBeLessThan(3000)
})
