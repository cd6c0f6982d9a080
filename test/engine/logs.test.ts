import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import type { ContainerSpec, LogEntry, LogOptions } from '../../src/engine/api.ts'
import { clear, openEngine, reset, sh, spec, type TestEngine } from '../support/container-engine.ts'

let engine: TestEngine

beforeAll(async () => {
  reset()
  engine = await openEngine()
})
afterEach(() => clear(engine))
afterAll(() => engine.abandon())

async function ran(script: string, more: Partial<ContainerSpec> = {}): Promise<string> {
  const { id } = await engine.containers.create({ spec: spec('log', ['sh', '-c', script], more) })
  await engine.containers.start({ container: id })
  return id
}
async function read(id: string, options: LogOptions = {}): Promise<readonly string[]> {
  const lines: string[] = []
  for await (const batch of engine.containers.logs({ container: id, ...options })) lines.push(...batch.map(({ text }) => text))
  return lines
}
const ended = (id: string): Promise<unknown> => engine.containers.await({ container: id, until: 'exited', timeoutMs: 30_000 })

it('gives the last lines, and joins long lines again', async () => {
  const id = await ran('for i in 1 2 3; do echo $i; done; printf %020000d 7; echo; printf open')
  await ended(id)
  const long = `${'0'.repeat(19_999)}7`
  expect(await read(id)).toEqual(['1', '2', '3', long, 'open'])
  expect(await read(id, { tail: 0 })).toEqual([])
  expect(await read(id, { tail: 1 })).toEqual(['open'])
  expect(await read(id, { tail: 3 })).toEqual(['3', long, 'open'])
  expect(await read(id, { tail: 100 })).toHaveLength(5)
})

it('tells the streams apart', async () => {
  const id = await ran('echo out; echo err >&2')
  await ended(id)
  const entries: LogEntry[] = []
  for await (const batch of engine.containers.logs({ container: id })) entries.push(...batch)
  expect(entries.map(({ stream, text }) => `${stream} ${text}`).sort()).toEqual(['stderr err', 'stdout out'])
  expect(entries.every(({ time }) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}/.test(time))).toBe(true)
})

it('follows until the container has ended, and selects by time', async () => {
  const id = await ran('echo a; sleep 0.4; echo b; sleep 0.4; echo c')
  expect(await read(id, { follow: true })).toEqual(['a', 'b', 'c'])
  const { startedAt } = (await engine.containers.inspect({ container: id })).state
  expect(await read(id, { since: startedAt + 200 })).toEqual(['b', 'c'])
  expect(await read(id, { until: startedAt + 200 })).toEqual(['a'])
})

it('loses nothing to a follower when the files are rotated, and keeps them within their limits', async () => {
  const script = 'i=0; while [ $i -lt 8 ]; do yes "$i $(printf %0100d 0)" | head -n 4000; echo mark $i; i=$((i+1)); sleep 1; done'
  const id = await ran(script, { logging: { driver: 'json-file', options: { 'max-size': '1m', 'max-file': '2' } } })
  const lines = await read(id, { follow: true })
  expect(lines.filter((line) => line.startsWith('mark'))).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((index) => `mark ${index}`))
  expect(lines).toHaveLength(8 * 4001)
  const { logPath } = await engine.containers.inspect({ container: id })
  expect(sh(`ls ${logPath}*`).split('\n')).toEqual([logPath, `${logPath}.1`])
  expect((await read(id)).length).toBeLessThan(lines.length)
  expect((await read(id, { tail: 4500 })).at(-1)).toBe('mark 7')
  expect(await read(id, { tail: 4500 })).toHaveLength(4500)
}, 40_000)
