import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { serviceRule } from '../../../src/watch/rules.ts'
import { createTreeMemory } from '../../../src/watch/tree-memory.ts'
import { createWatcher, type Watcher } from '../../../src/watch/watcher.ts'

let root: string
let watcher: Watcher | undefined
const never = new AbortController().signal
const path = (...names: string[]): string => join(root, ...names)
const rule = () => serviceRule('web', { path: root, action: 'sync', target: '/srv', ignore: ['node_modules/'] })

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'tscompose-watcher-')))
})
afterEach(async () => {
  await watcher?.close()
  watcher = undefined
  rmSync(root, { recursive: true, force: true })
})

describe('watcher', () => {
  it('gathers a burst into one batch, each path once, without what is ignored', async () => {
    mkdirSync(path('node_modules'))
    watcher = await createWatcher({ rules: [rule()], files: [], warn: () => {} })
    mkdirSync(path('d'))
    for (let index = 0; index < 300; index++) writeFileSync(path('d', `f${index % 100}`), String(index))
    writeFileSync(path('node_modules', 'x'), '1')
    const seen = new Set<string>()
    while (seen.size < 101) for (const each of (await watcher.next(never))?.paths ?? []) seen.add(each)
    expect([...seen].sort().slice(0, 3)).toEqual([path('d'), path('d', 'f0'), path('d', 'f1')])
    expect(seen.size).toBe(101)
  })

  it('watches files outside the rules that do not exist yet, and ends with its signal', async () => {
    mkdirSync(path('src'))
    const inner = serviceRule('web', { path: path('src'), action: 'sync', target: '/srv' })
    watcher = await createWatcher({ rules: [inner], files: [path('.env')], warn: () => {} })
    writeFileSync(path('other'), '1')
    writeFileSync(path('.env'), 'A=1')
    expect((await watcher.next(never))?.paths).toEqual([path('.env')])
    const ending = new AbortController()
    const next = watcher.next(ending.signal)
    ending.abort()
    expect(await next).toBeUndefined()
  })

  it('watches a directory that took the place of a file, and a file that took the place of a directory', async () => {
    writeFileSync(path('x'), '1')
    mkdirSync(path('y'))
    watcher = await createWatcher({ rules: [rule()], files: [], warn: () => {} })
    const seen = new Set<string>()
    const see = async (wanted: string): Promise<void> => {
      while (!seen.delete(wanted))
        for (const each of (await watcher?.next(AbortSignal.timeout(5000)))?.paths ?? [wanted, 'nothing']) seen.add(each)
      expect(seen).not.toContain('nothing')
    }
    rmSync(path('x'))
    mkdirSync(path('x'))
    writeFileSync(path('x', 'early'), '1')
    rmSync(path('y'), { recursive: true })
    writeFileSync(path('y'), '1')
    await see(path('x', 'early'))
    await see(path('y'))
    writeFileSync(path('x', 'late'), '1')
    await see(path('x', 'late'))
    rmSync(path('y'))
    mkdirSync(path('y'))
    await see(path('y'))
    writeFileSync(path('y', 'late'), '1')
    await see(path('y', 'late'))
  })

  it.skipIf(spawnSync('unshare', ['-Ur', 'true']).status !== 0)(
    'says which limit of inotify is reached, and looks at the files now and then instead',
    () => {
      for (const name of ['a', 'b', 'c', 'd']) mkdirSync(path(name))
      const watcherUrl = new URL('../../../src/watch/watcher.ts', import.meta.url).href
      const rulesUrl = new URL('../../../src/watch/rules.ts', import.meta.url).href
      writeFileSync(
        path('watch.mjs'),
        `import { writeFileSync } from 'node:fs'
const { createWatcher } = await import('${watcherUrl}')
const { serviceRule } = await import('${rulesUrl}')
const rules = [serviceRule('web', { path: '${root}', action: 'sync', target: '/srv', include: ['*/new'] })]
const watcher = await createWatcher({ rules, files: [], warn: (text) => console.log(text) })
for (const name of ['a', 'b', 'c', 'd']) writeFileSync('${root}/' + name + '/new', '1')
const found = new Set()
while (found.size < 4) for (const each of (await watcher.next(AbortSignal.timeout(8000)))?.paths ?? [1, 2, 3, 4]) found.add(each)
console.log([...found].sort().join(' '))
process.exit(0)
`,
      )
      // A user namespace has limits of its own: the host's stay as they are.
      const script = `echo 3 >/proc/sys/user/max_inotify_watches && exec ${process.execPath} --no-warnings ${path('watch.mjs')}`
      const { stdout, stderr } = spawnSync('unshare', ['-Ur', 'sh', '-c', script], { encoding: 'utf8', timeout: 20_000 })
      expect(stderr).toBe('')
      const [warning, found] = stdout.trim().split('\n')
      expect(warning).toMatch(/no inotify watches left .* raise it with: sysctl fs\.inotify\.max_user_watches=/)
      expect(found).toBe(['a', 'b', 'c', 'd'].map((name) => path(name, 'new')).join(' '))
    },
    30_000,
  )

  it('hands paths that were put back to the next batch', async () => {
    watcher = await createWatcher({ rules: [rule()], files: [], warn: () => {} })
    watcher.add([path('a'), path('node_modules/b')])
    expect((await watcher.next(never))?.paths).toEqual([path('a')])
  })
})

describe('tree memory', () => {
  it('finds everything that happened since, and nothing that was noted', () => {
    for (const name of ['kept', 'changed', 'gone']) writeFileSync(path(name), '1')
    // Files as young as the clock's step count as changed.
    for (const name of ['kept', 'changed', 'gone']) utimesSync(path(name), 1, 1)
    const memory = createTreeMemory([rule()])
    expect(memory.rescan()).toEqual([])
    writeFileSync(path('changed'), 'longer')
    writeFileSync(path('new'), '1')
    writeFileSync(path('noted'), '1')
    rmSync(path('gone'))
    utimesSync(path('noted'), 1, 1)
    expect(memory.settle([path('noted')])).toEqual([path('noted')])
    expect(memory.settle([path('noted'), path('never')])).toEqual([])
    expect([...memory.rescan()].sort()).toEqual([path('changed'), path('gone'), path('new')])
  })
})
