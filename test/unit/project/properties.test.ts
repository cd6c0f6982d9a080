import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { createLoadContext } from '../../../src/project/load/context.ts'
import { mergeFiles } from '../../../src/project/load/merge.ts'
import { substitute } from '../../../src/project/load/template.ts'
import { keepUnique } from '../../../src/project/load/unique.ts'
import { loadProject } from '../../../src/project/load.ts'
import { renderConfig } from '../../../src/project/render.ts'
import { createSourceMap } from '../../../src/project/source-map.ts'
import type { Tree } from '../../../src/project/tree.ts'

const directory = mkdtempSync(join(tmpdir(), 'tscompose-properties-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const word = fc.constantFrom('a', 'b', 'c', 'd')
const some = <T>(members: Record<string, fc.Arbitrary<T>>) => fc.record(members, { requiredKeys: [] })

/** Attributes of every way of merging, in forms that do not change kind between files. */
const service = some<unknown>({
  image: word,
  command: fc.array(word, { minLength: 1 }),
  environment: fc.dictionary(word, word, { minKeys: 1, noNullPrototype: true }),
  labels: fc.dictionary(word, word, { minKeys: 1, noNullPrototype: true }),
  ports: fc.uniqueArray(fc.constantFrom('1:1', '2:2', '3:3'), { minLength: 1 }),
  volumes: fc.uniqueArray(fc.constantFrom('v:/a', 'w:/a', 'v:/b'), { minLength: 1 }),
  cap_add: fc.uniqueArray(word, { minLength: 1 }),
  deploy: some<unknown>({ replicas: fc.nat(3), labels: fc.dictionary(word, word, { noNullPrototype: true }) }),
  healthcheck: some<unknown>({ test: fc.array(word, { minLength: 1 }).map((words) => ['CMD', ...words]), retries: fc.nat(3) }),
})
const file = fc.record({ services: fc.dictionary(word, service, { noNullPrototype: true }) })

function merge(base: Tree, over: Tree): Tree {
  const context = createLoadContext(createSourceMap())
  return keepUnique(mergeFiles(base, over, context), context)
}

test('it makes no difference which two of three files are merged first', () => {
  fc.assert(
    fc.property(file, file, file, (a, b, c) => {
      const [first, second, third] = [a, b, c] as unknown as [Tree, Tree, Tree]
      expect(merge(merge(first, second), third)).toEqual(merge(first, merge(second, third)))
    }),
  )
})

test('merging a file over itself changes nothing', () => {
  fc.assert(
    fc.property(file, (written) => {
      const context = createLoadContext(createSourceMap())
      const tree = keepUnique(written as unknown as Tree, context)
      expect(merge(tree, tree)).toEqual(tree)
    }),
  )
})

test('a template never throws: it has a text or a failure that says why', () => {
  const part = fc.constantFrom('$', '{', '}', ':', '-', '?', '+', 'A', 'B', '${A', '${B:-', '$$', ' ', 'x')
  fc.assert(
    fc.property(
      fc.array(part).map((parts) => parts.join('')),
      (text) => {
        const result = substitute(text, { lookup: (name) => (name === 'A' ? 'value' : undefined) })
        if ('failure' in result) expect(result.failure.message).not.toBe('')
        else expect(typeof result.text).toBe('string')
      },
    ),
    { numRuns: 2000 },
  )
})

test('text without a dollar is its own value, and doubled dollars are one', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(substitute(text.replaceAll('$', '$$$$'), { lookup: () => undefined })).toEqual({ text })
    }),
  )
})

test('what config prints is loaded to the same again', () => {
  fc.assert(
    fc.property(fc.dictionary(word, service, { minKeys: 1, noNullPrototype: true }), (services) => {
      const written = Object.fromEntries(Object.entries(services).map(([name, members]) => [name, { image: 'x', ...members }]))
      const first = print({ name: 'p', services: written, volumes: { v: null, w: null } })
      expect(printText(first)).toBe(first)
    }),
    { numRuns: 60 },
  )
})

const print = (data: unknown): string => printText(JSON.stringify(data))

function printText(text: string): string {
  writeFileSync(join(directory, 'compose.yaml'), text)
  return renderConfig(loadProject({ cwd: directory, env: {}, allResources: true }).project, { format: 'yaml' })
}
