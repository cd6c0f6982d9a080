import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRecordStore, type RecordStore } from '../../../../src/engine/state/records.ts'

interface Item {
  readonly id: string
  readonly value: number
}

function parse(value: unknown): Item {
  const { id, value: number } = value as Item
  if (typeof id !== 'string' || typeof number !== 'number') throw new Error('not an item')
  return { id, value: number }
}

let directory: string
let warnings: string[]

beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'records-')), 'items')
  warnings = []
})
afterEach(() => rmSync(join(directory, '..'), { recursive: true }))

const open = (nested?: string): RecordStore<Item> =>
  createRecordStore({ directory, parse, warn: (text) => warnings.push(text), ...(nested === undefined ? {} : { nested }) })

describe.each([
  ['one file per record', undefined],
  ['one directory per record', 'record.json'],
])('records, %s', (_title, nested) => {
  const file = (id: string): string => (nested === undefined ? join(directory, `${id}.json`) : join(directory, id, nested))

  it('come back as they were written, in another store too', () => {
    open(nested).write('b', { id: 'b', value: 2 })
    open(nested).write('a', { id: 'a', value: 1 })
    open(nested).write('a', { id: 'a', value: 3 })
    expect(open(nested).list()).toEqual([
      { id: 'a', value: 3 },
      { id: 'b', value: 2 },
    ])
    expect(open(nested).read('b')).toEqual({ id: 'b', value: 2 })
    expect(open(nested).read('c')).toBeUndefined()
  })

  it('are gone after remove, which may be repeated', () => {
    const store = open(nested)
    store.write('a', { id: 'a', value: 1 })
    store.remove('a')
    store.remove('a')
    expect(store.ids()).toEqual([])
    expect(readdirSync(directory)).toEqual([])
  })

  it('put a damaged file aside, keep the others and say which it was', () => {
    const store = open(nested)
    store.write('good', { id: 'good', value: 1 })
    store.write('cut', { id: 'cut', value: 1 })
    store.write('wrong', { id: 'wrong', value: 1 })
    writeFileSync(file('cut'), readFileSync(file('cut'), 'utf8').slice(0, 8))
    writeFileSync(file('wrong'), '{"id":5}')
    expect(store.list()).toEqual([{ id: 'good', value: 1 }])
    expect(warnings).toEqual([expect.stringContaining(file('cut')), expect.stringContaining(file('wrong'))])
    expect(readdirSync(nested === undefined ? directory : join(directory, 'cut')).join()).toContain('.damaged-')
    expect(store.list()).toEqual([{ id: 'good', value: 1 }])
    expect(warnings).toHaveLength(2)
  })

  it('throw for a damaged file that is asked for by name', () => {
    const store = open(nested)
    store.write('a', { id: 'a', value: 1 })
    writeFileSync(file('a'), '')
    expect(() => store.read('a')).toThrow(expect.objectContaining({ code: 'RECORD_DAMAGED' }))
    expect(store.read('a')).toBeUndefined()
  })

  it('lose what a crash left half-written', () => {
    const store = open(nested)
    store.write('a', { id: 'a', value: 1 })
    writeFileSync(`${file('a')}.tmp-77`, '{"id"')
    expect(store.list()).toHaveLength(1)
    expect(readdirSync(nested === undefined ? directory : join(directory, 'a'))).toHaveLength(1)
  })
})

describe('records', () => {
  it.each(['', '..', 'a/b', '.hidden', 'a\0'])('refuse the id %j, which would be a path', (id) => {
    expect(() => open().write(id, { id, value: 1 })).toThrow(expect.objectContaining({ code: 'RECORD_ID' }))
  })

  it('leave files of others alone', () => {
    mkdirSync(directory, { recursive: true })
    writeFileSync(join(directory, 'notes.txt'), 'x')
    expect(open().list()).toEqual([])
    expect(readdirSync(directory)).toEqual(['notes.txt'])
  })
})
