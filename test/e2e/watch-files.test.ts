import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { busyboxImage } from '../support/busybox.ts'
import { createCli } from '../support/cli.ts'
import { createProject, importBusybox, type TestProject } from '../support/project.ts'
import { requireSandbox } from '../support/sandboxed.ts'
import { type RunningWatch, startWatch, until } from '../support/watch.ts'

/* What editors, shells and full disks do to files under watch. */

let project: TestProject
let watch: RunningWatch

beforeAll(async () => {
  requireSandbox()
  await importBusybox()
})
afterEach(async () => {
  watch.child.kill('SIGKILL')
  await project.close()
})
afterAll(async () => {
  await createCli('/').run(['engine', 'stop'])
})

const command = `["sh", "-c", "trap 'exit 0' TERM; while true; do sleep 0.1; done"]`

async function open(name: string, rules: string, more = ''): Promise<void> {
  const service = `    image: ${busyboxImage}\n    command: ${command}\n${more}`
  project = createProject(name, `services:\n  app:\n${service}    develop:\n      watch: ${rules}\n`)
  project.write('src/keep', '')
  watch = await startWatch(project)
}
const path = (file: string): string => join(project.directory, 'src', file)

/** The container's files as the kernel shows them from outside. */
async function rootOf(): Promise<string> {
  const pid = (await project.ok(['inspect', '--format', '{{.State.Pid}}', `${project.name}-app-1`])).trim()
  return `/proc/${pid}/root`
}
const find = (root: string): string =>
  spawnSync('sh', ['-c', 'cd "$0" && find . | sort | tr "\\n" " "', `${root}/srv`], { encoding: 'utf8' }).stdout.trim()

describe('files under watch', () => {
  it('follows how editors save: in place, by backup and rename, by a file beside it', async () => {
    await open('editors', '[{ path: ./src, action: sync, target: /srv }]')
    const root = await rootOf()
    const holds = (content: string): Promise<void> =>
      until(() => find(root) === '. ./code ./keep' && readFileSync(`${root}/srv/code`, 'utf8') === content)
    writeFileSync(path('code'), '1')
    await until(() => find(root) === '. ./code')
    writeFileSync(path('keep'), '')
    await holds('1')
    // vim: a test file, the old one as backup, a new one in its place, the backup gone.
    writeFileSync(path('4913'), '')
    unlinkSync(path('4913'))
    renameSync(path('code'), path('code~'))
    writeFileSync(path('code'), 'vim')
    unlinkSync(path('code~'))
    await holds('vim')
    // JetBrains
    writeFileSync(path('code___jb_tmp___'), 'jetbrains')
    renameSync(path('code'), path('code___jb_old___'))
    renameSync(path('code___jb_tmp___'), path('code'))
    unlinkSync(path('code___jb_old___'))
    await holds('jetbrains')
    // VS Code and most others: a file beside it, renamed over it.
    writeFileSync(path('code.tmp'), 'atomic')
    renameSync(path('code.tmp'), path('code'))
    await holds('atomic')
    chmodSync(path('code'), 0o751)
    await until(() => (statSync(`${root}/srv/code`).mode & 0o777) === 0o751)
  })

  it('follows directories that are renamed, moved away and replaced by files, and links that change', async () => {
    await open('trees', '[{ path: ./src, action: sync, target: /srv }]')
    const root = await rootOf()
    const shows = (expected: string): Promise<void> =>
      until(
        () => find(root) === expected,
        () => `not ${expected} but ${find(root)}; watch said:\n${watch.output()}`,
      )
    for (const name of ['a/one', 'a/deep/two', 'b/three']) project.write(`src/${name}`, name)
    await shows('. ./a ./a/deep ./a/deep/two ./a/one ./b ./b/three')
    renameSync(path('a'), path('c'))
    await shows('. ./b ./b/three ./c ./c/deep ./c/deep/two ./c/one')
    renameSync(path('c'), join(project.directory, 'elsewhere'))
    await shows('. ./b ./b/three')
    renameSync(join(project.directory, 'elsewhere'), path('back'))
    await shows('. ./b ./b/three ./back ./back/deep ./back/deep/two ./back/one')
    rmSync(path('back'), { recursive: true })
    writeFileSync(path('back'), 'a file now')
    rmSync(path('b'), { recursive: true })
    symlinkSync('back', path('b'))
    await shows('. ./b ./back')
    // For a moment it is a directory still.
    await until(() => !statSync(`${root}/srv/b`).isDirectory() && readFileSync(`${root}/srv/b`, 'utf8') === 'a file now')
    unlinkSync(path('back'))
    project.write('src/back/again', '1')
    await shows('. ./b ./back ./back/again')
    // New directories are watched as the old ones were.
    project.write('src/back/later', '2')
    await shows('. ./b ./back ./back/again ./back/later')
  })

  it('syncs a rule of one file, though it is replaced, removed and made again', async () => {
    await open('single', '[{ path: ./src/settings.json, action: sync, target: /etc/app.json }]')
    const root = await rootOf()
    const holds = (content: string): Promise<void> =>
      until(() => spawnSync('cat', [`${root}/etc/app.json`], { encoding: 'utf8' }).stdout === content)
    writeFileSync(path('settings.json'), '1')
    await holds('1')
    writeFileSync(path('new'), '2')
    renameSync(path('new'), path('settings.json'))
    await holds('2')
    unlinkSync(path('settings.json'))
    await until(() => spawnSync('test', ['-e', `${root}/etc/app.json`]).status !== 0)
    writeFileSync(path('settings.json'), '3')
    await holds('3')
  })

  it('tells of a full disk and goes on when there is room, and takes files that vanish on the way as gone', async () => {
    await open(
      'full',
      '[{ path: ./src, action: sync, target: /srv }]',
      '    volumes: [{ type: tmpfs, target: /srv, tmpfs: { size: 1m } }]\n',
    )
    const root = await rootOf()
    writeFileSync(path('large'), Buffer.alloc(3_000_000))
    await watch.says('no space left on device')
    unlinkSync(path('large'))
    writeFileSync(path('small'), '1')
    await until(() => find(root) === '. ./small')
    const failures = (): number => watch.output().match(/cannot sync/g)?.length ?? 0
    const before = failures()
    for (let index = 0; index < 300; index++) {
      writeFileSync(path(`brief${index}`), '1')
      if (index % 3 !== 0) unlinkSync(path(`brief${index}`))
    }
    await until(() => find(root).split(' ').length === 102)
    expect(failures()).toBe(before)
  })

  it('copies a file of 200 MB without growing with it', async () => {
    await open('big', '[{ path: ./src, action: sync, target: /srv }]')
    const root = await rootOf()
    mkdirSync(path('d'))
    const engine = spawnSync('sh', ['-c', 'grep -lz daemon /proc/[0-9]*/cmdline | cut -d/ -f3 | tr "\\n" " "'], { encoding: 'utf8' })
    const peak = (): number =>
      [String(watch.child.pid), ...engine.stdout.trim().split(' ')].reduce((sum, pid) => {
        const status = spawnSync('cat', [`/proc/${pid}/status`], { encoding: 'utf8' }).stdout
        return sum + Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
      }, 0)
    const before = peak()
    expect(before).toBeGreaterThan(50)
    writeFileSync(path('d/big'), '')
    truncateSync(path('d/big'), 200_000_000)
    await until(() => spawnSync('cmp', [path('d/big'), `${root}/srv/d/big`]).status === 0)
    expect(peak() - before).toBeLessThan(60)
    await sleep(100)
    expect(find(root)).toBe('. ./d ./d/big')
  })
})
