import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCli } from '../support/cli.ts'
import { type Example, openExample, prepareExamples } from '../support/example.ts'
import { type RunningWatch, startWatch, until } from '../support/watch.ts'

const unreachable = await prepareExamples()
const url = 'http://127.0.0.1:8082'
let stack: Example
let watch: RunningWatch | undefined

const page = async (path = '/'): Promise<string> => {
  try {
    return await (await fetch(url + path)).text()
  } catch {
    return ''
  }
}
const shows = (text: string, path = '/'): Promise<void> =>
  until(
    async () => (await page(path)).includes(text),
    () => `${path} never had ${text}; watch said:\n${watch?.output() ?? ''}`,
  )

function edit(file: string, from: string, to: string): void {
  const path = join(stack.directory, file)
  const text = readFileSync(path, 'utf8')
  expect(text).toContain(from)
  writeFileSync(path, text.replace(from, to))
}

const idOf = (service: string): Promise<string> => stack.ok(['ps', '-q', service])
const startedAt = (): Promise<string> => stack.ok(['inspect', '--format', '{{.State.StartedAt}}', 'node-redis-web-1'])

describe.skipIf(unreachable !== undefined)(`the node-redis example${unreachable === undefined ? '' : ` (${unreachable})`}`, () => {
  beforeAll(async () => {
    stack = openExample('node-redis')
    await stack.ok(['up', '-d', '--build', '--wait'])
  }, 600_000)
  afterAll(async () => {
    watch?.child.kill('SIGKILL')
    await stack.close()
    await createCli('/').run(['engine', 'stop'])
  })

  it('counts visits in Redis, and goes on counting after down and up', async () => {
    expect(await page()).toContain('Visit number 1,')
    expect(await page()).toContain('Visit number 2,')
    await stack.ok(['down'])
    await stack.ok(['up', '-d', '--build', '--wait'])
    expect(await page()).toContain('Visit number 3,')
    expect(await stack.ok(['exec', '-T', 'web', 'id', '-un'])).toBe('node\n')
  })

  it('shows an edited page without a restart, and edited code after one, in the same container', async () => {
    const [id, started] = [await idOf('web'), await startedAt()]
    watch = await startWatch(stack)
    edit('app/public/index.html', 'counted in Redis', 'kept in Redis')
    await shows('kept in Redis')
    expect(await startedAt()).toBe(started)
    edit('app/src/greeting.js', 'Hello from Node', 'Good morning from Node')
    await shows('Good morning from Node')
    expect(await startedAt()).not.toBe(started)
    expect(await idOf('web')).toBe(id)
  })

  it('builds the image anew for a new dependency, and replaces that one container', async () => {
    const [web, redis] = [await idOf('web'), await idOf('redis')]
    edit('app/package.json', '"redis": "4.7.1"', '"ms": "2.1.3",\n    "redis": "4.7.1"')
    await watch?.says(/web.*Built|Built.*web/)
    await shows('"ms":"2.1.3"', '/packages')
    expect(await idOf('web')).not.toBe(web)
    expect(await idOf('redis')).toBe(redis)
    expect(await page()).toContain('Good morning from Node')
  }, 300_000)
})
