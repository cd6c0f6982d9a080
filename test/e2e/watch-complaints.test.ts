import { chmodSync, chownSync, existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { busyboxImage } from '../support/busybox.ts'
import { createCli } from '../support/cli.ts'
import { createProject, importBusybox, type TestProject } from '../support/project.ts'
import { requireSandbox } from '../support/sandboxed.ts'
import { type RunningWatch, startWatch, until } from '../support/watch.ts'

/* What users of docker compose watch complain about, by issue number there: each has to hold here. */

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

const command = `["sh", "-c", "trap 'exit 0' TERM; while true; do sleep 0.1; done"]`

function open(name: string, compose: string): void {
  project = createProject(name, compose)
}
async function inside(script: string, service = 'app'): Promise<string> {
  return (await project.run(['exec', '-T', service, 'sh', '-c', script])).stdout
}
const becomes = (script: string, expected: string): Promise<void> =>
  until(
    async () => (await inside(script)) === expected,
    () => `\`${script}\` never gave ${expected}; watch said:\n${watch?.output() ?? ''}`,
  )

describe('complaints about watch', () => {
  it.each(['sync', 'sync+restart', 'sync+exec'])(
    '#11102 #12254 #12592 #13725: initial_sync brings what differs before the first change, for %s too, and nothing else',
    async (action) => {
      open(
        `initial-${action.replace('+', '-')}`,
        `services:
  app:
    build:
      dockerfile_inline: |
        FROM ${busyboxImage}
        RUN mkdir /srv && printf same >/srv/same && printf stale >/srv/stale && printf own >/srv/own && chmod 644 /srv/*
        CMD ${command}
      context: .
    develop:
      watch:
        - { path: ./src, action: ${action}, target: /srv, initial_sync: true, ignore: [skip/], exec: { command: [touch, /ran] } }
`,
      )
      for (const [name, content] of Object.entries({ same: 'same', stale: 'fresh', 'deep/new': 'new', 'skip/x': 'x' }))
        project.write(`src/${name}`, content)
      watch = await startWatch(project)
      expect(await inside('cd /srv && find . -type f | sort | xargs grep -H ""')).toBe(
        './deep/new:new\n./own:own\n./same:same\n./stale:fresh\n',
      )
      expect(watch.output()).toMatch(/app: [23] of \d+ files differed/)
      if (action === 'sync+exec') expect(await inside('ls /ran')).toBe('/ran\n')
      if (action === 'sync+restart') expect(watch.output()).toContain('service(s) app restarted')
    },
  )

  it('#10863 #11079 #12087: a storm of changes rebuilds once, also while a build runs', async () => {
    open(
      'storm',
      `services:
  app:
    build:
      context: .
      dockerfile_inline: |
        FROM ${busyboxImage}
        COPY src /src
        RUN sleep 0.5
        CMD ${command}
    develop: { watch: [{ path: ./src, action: rebuild }] }
`,
    )
    project.write('src/f0', '0')
    watch = await startWatch(project)
    watch.mark()
    for (let index = 0; index < 40; index++) {
      project.write(`src/f${index % 5}`, String(index))
      await sleep(10)
    }
    await watch.says('successfully built')
    expect(await inside('cat /src/f4')).toBe('39')
    for (let index = 40; index < 80; index++) project.write(`src/f${index % 5}`, String(index))
    await watch.says('Rebuilding')
    await becomes('cat /src/f4', '79')
    expect(watch.output().match(/Rebuilding/g)).toHaveLength(2)
  })

  it('#11304 #12569: files belong to the user of the container, in directories of root too', async () => {
    open(
      'owner',
      `services:\n  app:\n    image: ${busyboxImage}\n    user: nobody\n    command: ${command}\n    develop: { watch: [{ path: ./src, action: sync, target: /root/app }] }\n`,
    )
    project.write('src/keep', '')
    watch = await startWatch(project)
    project.write('src/d/f', '1')
    await becomes('stat -c %U /root/app/d/f; echo more >>/root/app/d/f && tail -1 /root/app/d/f', 'nobody\n1more\n')
  })

  it('#13750: ignored directories are not watched', async () => {
    open(
      'ignored',
      `services:\n  app:\n    image: ${busyboxImage}\n    command: ${command}\n    develop: { watch: [{ path: ., action: sync, target: /srv, ignore: [node_modules/] }] }\n`,
    )
    for (const name of ['node_modules/a/b/c', 'packages/x/keep', 'packages/x/node_modules/y']) project.write(name, '1')
    watch = await startWatch(project)
    const watched = inotifyInodes(watch.child.pid ?? 0)
    const inode = (path: string): number => statSync(join(project.directory, path)).ino
    expect(watched).toContain(inode('packages/x'))
    for (const path of ['node_modules', 'node_modules/a', 'node_modules/a/b']) expect(watched).not.toContain(inode(path))
  })

  it('#13057: deletions and changes reach containers that have exited', async () => {
    open(
      'exited',
      `services:\n  app:\n    image: ${busyboxImage}\n    command: [cat, /srv/a, /srv/b]\n    develop: { watch: [{ path: ./src, action: sync, target: /srv }] }\n`,
    )
    project.write('src/keep', '')
    watch = await startWatch(project)
    project.write('src/a', 'A')
    project.write('src/b', 'B')
    await watch.says(/Syncing/)
    await sleep(500)
    await project.ok(['start', 'app'])
    await until(async () => (await project.ok(['logs', '--no-log-prefix', 'app'])).includes('AB'))
    rmSync(join(project.directory, 'src/a'))
    await sleep(500)
    await project.ok(['start', 'app'])
    await until(async () => (await project.ok(['logs', '--no-log-prefix', 'app'])).includes("can't open '/srv/a'"))
    expect(watch.output()).not.toContain('cannot')
  })

  it('#12544: globs choose files by include', async () => {
    open(
      'globs',
      `services:\n  app:\n    image: ${busyboxImage}\n    command: ${command}\n    develop: { watch: [{ path: ., action: sync, target: /srv, include: ["**/*.py", "conf/*.toml"] }] }\n`,
    )
    watch = await startWatch(project)
    for (const name of ['a.py', 'deep/b.py', 'deep/c.txt', 'conf/d.toml', 'conf/deep/e.toml']) project.write(name, '1')
    await becomes('cd /srv && find . -type f | sort', './a.py\n./conf/d.toml\n./deep/b.py\n')
  })

  it('#12544: tells where a path that is not there is written, what is meant perhaps, and that it is no pattern', async () => {
    open(
      'paths',
      `services:
  app:
    image: ${busyboxImage}
    command: ${command}
    develop:
      watch:
        - { path: ./scr, action: sync, target: /a }
        - { path: "./conf/*.toml", action: sync, target: /b }
        - { path: "./pages/[id]", action: sync, target: /b }
`,
    )
    project.write('src/f', '')
    project.write('conf/a.toml', '')
    project.write('pages/[id]/x', '')
    watch = await startWatch(project)
    await watch.says(
      /compose\.yaml:7:19: warning: \.\/scr does not exist: [^\n]*\n {2}7 \|[^\n]*\n[^\n]*\^+\n {2}hint: did you mean `\.\/src`\?/,
    )
    await watch.says(/compose\.yaml:8:19: warning: \.\/conf\/\*\.toml does not exist: [^\n]* no pattern/)
    await watch.says('hint: write path: ./conf and include: ["*.toml"]')
    expect(watch.output().match(/warning:/g)).toHaveLength(2)
    // A path may come later, and a name may look like a pattern.
    project.write('scr/late', 'late')
    project.write('pages/[id]/y', 'y')
    await becomes('cat /a/late /b/y', 'latey')
  })

  it('#11003: compose.yaml, .env and env_file are read again; a broken edit is shown and changes nothing', async () => {
    const compose = (greeting: string): string =>
      `services:\n  app:\n    image: ${busyboxImage}\n    env_file: app.env\n    environment: { GREETING: ${greeting}, LEVEL: "\${LEVEL:-}" }\n    command: ${command}\n    develop: { watch: [{ path: ./src, action: sync, target: /srv }] }\n`
    open('reload', compose('hello'))
    project.write('app.env', 'FROM_FILE=1\n')
    project.write('src/keep', '')
    watch = await startWatch(project)
    const environment = 'echo $GREETING $LEVEL $FROM_FILE'
    await becomes(environment, 'hello 1\n')
    project.write('.env', 'LEVEL=high\n')
    await becomes(environment, 'hello high 1\n')
    project.write('app.env', 'FROM_FILE=2\n')
    await becomes(environment, 'hello high 2\n')
    project.write('compose.yaml', 'services:\n  app:\n    imagee: x\n')
    await watch.says(/compose\.yaml:3/)
    project.write('src/still', 'works')
    // The command line needs the file that is broken now, so the container's files are looked at from outside.
    const pid = (await project.ok(['inspect', '--format', '{{.State.Pid}}', 'reload-app-1'])).trim()
    await until(() => existsSync(`/proc/${pid}/root/srv/still`))
    project.write('compose.yaml', compose('bye').replace('/srv }', '/moved }'))
    await becomes(environment, 'bye high 2\n')
    project.write('src/there', '!')
    await becomes('cat /moved/there', '!')
  })

  it('#11658 #13077: x-sync-back brings generated files to the host; the host wins, nothing is deleted and nothing goes in circles', async () => {
    open(
      'back',
      `services:
  app:
    image: ${busyboxImage}
    command: ${command}
    scale: 2
    develop:
      watch:
        - { path: ./src, action: sync+exec, target: /srv, x-sync-back: [sub/lock, kept], exec: { command: [sh, -c, "echo run >>/ran; date +%N >>/srv/sub/lock"] } }
`,
    )
    project.write('src/sub/code', '1')
    project.write('src/kept', 'of the host')
    chmodSync(join(project.directory, 'src/sub'), 0o755)
    chownSync(join(project.directory, 'src/sub'), 1234, 1234)
    const host = (file: string): string => {
      try {
        return readFileSync(join(project.directory, 'src', file), 'utf8')
      } catch {
        return ''
      }
    }
    const first = async (script: string): Promise<string> =>
      (await project.run(['exec', '-T', '--index', '1', 'app', 'sh', '-c', script])).stdout
    const second = async (script: string): Promise<string> =>
      (await project.run(['exec', '-T', '--index', '2', 'app', 'sh', '-c', script])).stdout
    watch = await startWatch(project)
    await first('mkdir -p /srv/sub; echo one >/srv/sub/lock; echo of the container >/srv/kept')
    await until(() => host('sub/lock') === 'one\n')
    expect(statSync(join(project.directory, 'src/sub/lock')).uid).toBe(1234)
    await until(async () => (await second('cat /srv/sub/lock')) === 'one\n')
    // At the start the host's stays; what came from the container started nothing there.
    expect(host('kept')).toBe('of the host')
    await sleep(2500)
    expect(await first('cat /ran; cat /srv/sub/lock')).toBe('one\n')
    // A change of the host runs the command, whose change comes back, once.
    project.write('src/sub/code', '2')
    await until(() => host('sub/lock').startsWith('one\n') && host('sub/lock').length > 6)
    await sleep(2500)
    expect(await first('cat /ran')).toBe('run\n')
    // Both sides within one look.
    await first('rm /ran; echo theirs >/srv/sub/lock.new && mv /srv/sub/lock.new /srv/sub/lock')
    project.write('src/sub/lock', 'ours\n')
    await until(async () => (await first('head -1 /srv/sub/lock')) === 'ours\n')
    await sleep(1500)
    expect(host('sub/lock').split('\n')[0]).toBe('ours')
    await first('rm /srv/sub/lock')
    await sleep(1500)
    expect(host('sub/lock').split('\n')[0]).toBe('ours')
  })

  it('#13161: a watch outlives failures, containers that are removed, and an engine that is killed', async () => {
    open(
      'alive',
      `services:\n  app:\n    image: ${busyboxImage}\n    command: ${command}\n    develop: { watch: [{ path: ./src, action: sync, target: /srv }] }\n`,
    )
    project.write('src/keep', '')
    watch = await startWatch(project)
    await project.ok(['rm', '-fs', 'app'])
    project.write('src/a', '1')
    await watch.says('Syncing')
    await project.ok(['up', '-d'])
    project.write('src/b', '2')
    await becomes('cat /srv/b', '2')
    await project.ok(['engine', 'stop'])
    await project.ok(['ps'])
    project.write('src/c', '3')
    await becomes('cat /srv/c', '3')
    expect(watch.child.exitCode).toBe(null)
  })
})

/** Inode numbers a process watches, from the kernel. */
function inotifyInodes(pid: number): readonly number[] {
  const pids = [pid, ...children(pid)]
  return pids.flatMap((each) =>
    readdirSync(`/proc/${each}/fdinfo`).flatMap((fd) => {
      const text = readFileSync(`/proc/${each}/fdinfo/${fd}`, 'utf8')
      return [...text.matchAll(/^inotify wd:\S+ ino:([0-9a-f]+)/gm)].map(([, ino]) => Number.parseInt(ino ?? '', 16))
    }),
  )
}

function children(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return text === '' ? [] : text.split(' ').map(Number)
}
