import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { busyboxImage } from '../support/busybox.ts'
import { createCli } from '../support/cli.ts'
import { createProject, importBusybox, type TestProject } from '../support/project.ts'
import { requireSandbox } from '../support/sandboxed.ts'
import { type RunningWatch, startWatch, until } from '../support/watch.ts'

let project: TestProject
let watch: RunningWatch | undefined

beforeAll(async () => {
  requireSandbox()
  await importBusybox()
})
afterEach(async () => {
  watch?.child.kill('SIGKILL')
  watch = undefined
  await project.close()
})
afterAll(async () => {
  await createCli('/').run(['engine', 'stop'])
})

const idle = `image: ${busyboxImage}
    command: ["sh", "-c", "trap 'exit 0' TERM; while true; do sleep 0.1; done"]`

/** One service `app` with these rules. */
function open(name: string, rules: string, service = idle): void {
  project = createProject(name, `services:\n  app:\n    ${service}\n    develop:\n      watch: ${rules}\n`)
  mkdirSync(join(project.directory, 'src'))
}

async function inside(script: string, { service = 'app', index = 1 } = {}): Promise<string> {
  return (await project.run(['exec', '-T', '--index', String(index), service, 'sh', '-c', script])).stdout
}
const holds = (file: string, content: string): Promise<void> =>
  until(
    async () => (await inside(`cat ${file}`)) === content,
    () => `${file} never became ${content}; watch said:\n${watch?.output() ?? ''}`,
  )
const startedAt = async (): Promise<string> => await project.ok(['inspect', '--format', '{{.State.StartedAt}}', `${project.name}-app-1`])
const idOf = async (): Promise<string> => await project.ok(['ps', '-aq', 'app'])

describe('watch', () => {
  it('sync: brings written, renamed and removed files, empty directories and links into the container, and ends on Ctrl-C', async () => {
    open('syncing', '[{ path: ./src, action: sync, target: /srv, ignore: ["*.tmp"] }]')
    watch = await startWatch(project)
    project.write('src/a/b.txt', 'hello')
    project.write('src/c.tmp', 'no')
    mkdirSync(join(project.directory, 'src/empty'))
    symlinkSync('a/b.txt', join(project.directory, 'src/link'))
    await holds('/srv/link', 'hello')
    await until(async () => (await inside('ls /srv')) === 'a\nempty\nlink\n')
    renameSync(join(project.directory, 'src/a/b.txt'), join(project.directory, 'src/a/d.txt'))
    await until(async () => (await inside('ls /srv/a')) === 'd.txt\n')
    rmSync(join(project.directory, 'src/a'), { recursive: true })
    await until(async () => (await inside('ls /srv')) === 'empty\nlink\n')
    expect(await watch.end()).toBe(130)
  })

  it('watches a project from standard input, which can be read only once', async () => {
    open('from-stdin', '[{ path: ./src, action: sync, target: /srv }]')
    const input = readFileSync(join(project.directory, 'compose.yaml'), 'utf8')
    watch = await startWatch(project, ['-p', 'from-stdin', '-f', '-', 'watch'], input)
    project.write('src/a', 'hello')
    await holds('/srv/a', 'hello')
    expect(await watch.end()).toBe(130)
  })

  it('#12243: restart and sync+restart restart the service, after the files are there', async () => {
    open(
      'restarting',
      '[{ path: ./settings, action: restart }, { path: ./src, action: sync+restart, target: /srv }]',
      `image: ${busyboxImage}\n    command: ["sh", "-c", "cat /srv/conf; trap 'exit 0' TERM; while true; do sleep 0.1; done"]`,
    )
    project.write('settings', '1')
    watch = await startWatch(project)
    const first = await startedAt()
    project.write('settings', '2')
    await watch.says('service(s) app restarted')
    expect(await startedAt()).not.toBe(first)
    watch.mark()
    project.write('src/conf', 'fresh')
    await watch.says('service(s) app restarted')
    await until(async () => (await project.ok(['logs', '--no-log-prefix', 'app'])).trimEnd().endsWith('fresh'))
  })

  it('sync+exec: runs the command once in every replica, after the files are there, and shows what fails', async () => {
    open(
      'executing',
      '[{ path: ./src, action: sync+exec, target: /srv, exec: { command: ["sh", "-c", "cat /srv/* >>/ran; test ! -e /srv/bad"] } }]',
      `${idle}\n    scale: 2`,
    )
    watch = await startWatch(project)
    project.write('src/one', '1')
    project.write('src/two', '2')
    for (const index of [1, 2]) await until(async () => (await inside('cat /ran', { index })) === '12')
    project.write('src/bad', '!')
    await watch.says('failed (executing-app-1: exit code 1, executing-app-2: exit code 1)')
    project.write('src/one', '3')
    for (const index of [1, 2]) await until(async () => (await inside('cat /ran', { index })).endsWith('!32'))
  })

  it('rebuild: builds and recreates, comes before a sync of the same change, survives a broken build, and leaves no image behind', async () => {
    open(
      'rebuilding',
      '[{ path: ./Dockerfile, action: rebuild }, { path: ., action: sync, target: /all, include: [Dockerfile, "src/**"] }]',
      'build: .',
    )
    const dockerfile = (text: string): string =>
      `FROM ${busyboxImage}\nRUN ${text}\nCMD ["sh", "-c", "trap 'exit 0' TERM; while true; do sleep 0.1; done"]\n`
    project.write('Dockerfile', dockerfile('echo one >/built'))
    watch = await startWatch(project)
    const first = await idOf()
    project.write('Dockerfile', dockerfile('echo two >/built'))
    await watch.says('successfully built')
    await holds('/built', 'two\n')
    await holds('/all/Dockerfile', dockerfile('echo two >/built'))
    const second = await idOf()
    expect(second).not.toBe(first)
    expect((await project.ok(['image', 'ls', '-q'])).trim().split('\n')).toHaveLength(2)
    project.write('Dockerfile', dockerfile('false'))
    await watch.says(/exit code:? 1|did not complete|failed/)
    expect(await idOf()).toBe(second)
    project.write('Dockerfile', dockerfile('echo three >/built'))
    await holds('/built', 'three\n')
  })

  it('rebuild: the container it makes gets what was synced with the same change', async () => {
    open('together', '[{ path: ./Dockerfile, action: rebuild }, { path: ./src, action: sync, target: /srv }]', 'build: .')
    const dockerfile = (text: string): string =>
      `FROM ${busyboxImage}\nRUN echo ${text} >/built\nCMD ["sh", "-c", "trap 'exit 0' TERM; while true; do sleep 0.1; done"]\n`
    project.write('Dockerfile', dockerfile('one'))
    watch = await startWatch(project)
    project.write('src/with', 'it')
    project.write('Dockerfile', dockerfile('two'))
    await holds('/built', 'two\n')
    await holds('/srv/with', 'it')
  })

  it('#11438: tells of no rules, leaves bind mounts alone, and starts and watches only the services it is given', async () => {
    project = createProject(
      'chosen',
      `services:
  a:
    ${idle}
    volumes: ["./src:/mounted"]
    develop: { watch: [{ path: ./src, action: sync, target: /srv }, { path: ./other, action: sync, target: /o }] }
  b:
    ${idle}
    develop: { watch: [{ path: ./other, action: sync, target: /o }] }
  c:
    ${idle}
`,
    )
    mkdirSync(join(project.directory, 'src'))
    mkdirSync(join(project.directory, 'other'))
    const none = await project.run(['watch', 'c'])
    expect([none.exitCode, none.stderr]).toEqual([1, expect.stringContaining('none of the selected services is configured for watch')])
    expect(await project.ok(['ps', '-q'])).toBe('')
    watch = await startWatch(project, ['watch', 'a'])
    expect(watch.output()).toContain('mounted into a already')
    expect((await project.ok(['ps', '--services'])).trim()).toBe('a')
    project.write('other/f', '1')
    await until(async () => (await inside('cat /o/f', { service: 'a' })) === '1')
  })

  it('#11344 #12093: up -d --watch goes on without a terminal until the project is gone, and --no-up attaches to what runs', async () => {
    open('lasting', '[{ path: ./src, action: sync, target: /srv }]')
    await project.ok(['up', '-d', '--watch'])
    project.write('src/a', '1')
    await holds('/srv/a', '1')
    // It tells of itself a few times a second at most.
    await until(async () => !(await project.ok(['watch', '--status'])).includes('batches: 0'))
    const status = await project.ok(['watch', '--status'])
    expect(status).toMatch(/background, log .*lasting\.log[\s\S]*app {2}sync {2}.*src -> \/srv\nbatches: [1-9].* p50 [\d.]+ ms/)
    const { background, rules, batches, latency } = JSON.parse(await project.ok(['watch', '--status', '--format', 'json']))
    expect({ background, rules }).toMatchObject({ background: true, rules: [{ service: 'app', action: 'sync', target: '/srv' }] })
    expect([batches.at(-1).failures, latency.count > 0 && latency.p99 >= latency.p50]).toEqual([[], true])
    watch = await startWatch(project, ['watch', '--no-up'])
    expect(await project.ok(['watch', '--status'])).toContain('foreground')
    project.write('src/a', '2')
    await holds('/srv/a', '2')
    await watch.end()
    expect((await project.run(['watch', '--status'])).exitCode).toBe(1)
    await project.ok(['up', '-d', '--watch'])
    await project.ok(['down', '-t', '0'])
    await until(async () => (await project.run(['watch', '--status'])).exitCode === 1)
  })

  it('up --watch: watches beside the output, shows it again after a restart, and stops the containers on Ctrl-C', async () => {
    open(
      'beside',
      '[{ path: ./src, action: sync+restart, target: /srv }]',
      `image: ${busyboxImage}\n    command: ["sh", "-c", "echo run $$(cat /srv/n); trap 'exit 0' TERM; while true; do sleep 0.1; done"]`,
    )
    watch = await startWatch(project, ['up', '--watch'])
    await watch.says(/app-1 +\| run/)
    project.write('src/n', 'two')
    await watch.says(/app-1 +\| run two/)
    expect(await watch.end()).toBe(130)
    expect(await project.ok(['ps', '-q'])).toBe('')
    await project.ok(['down'])
    project.write('compose.yaml', `services:\n  app:\n    ${idle}\n`)
    const none = await project.run(['up', '--watch'])
    expect([none.exitCode, none.stderr]).toEqual([1, expect.stringContaining('none of the selected services')])
    expect(await project.ok(['ps', '-aq'])).toBe('')
  })

  it('brings 10,000 files over in few batches', async () => {
    open('burst', '[{ path: ./src, action: sync, target: /srv }]')
    watch = await startWatch(project)
    for (let index = 0; index < 10_000; index++) writeFileSync(join(project.directory, 'src', `f${index}`), String(index))
    const count = async (): Promise<string> => (await inside('ls /srv | wc -l')).trim()
    await until(async () => (await count()) === '10000', undefined, 60_000)
    expect(await inside('cat /srv/f9999')).toBe('9999')
    expect(watch.output().match(/Syncing/g)?.length).toBeLessThan(100)
  })

  it('keeps the mode of files and gives them to the user of the container', async () => {
    open('owned', '[{ path: ./src, action: sync, target: /srv }]', `${idle}\n    user: nobody`)
    watch = await startWatch(project)
    project.write('src/run.sh', '#!/bin/sh')
    chmodSync(join(project.directory, 'src/run.sh'), 0o755)
    await until(async () => (await inside('stat -c "%u %a" /srv/run.sh')) === '65534 755\n')
  })
})
