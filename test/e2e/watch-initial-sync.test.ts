import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { busyboxImage } from '../support/busybox.ts'
import { createCli } from '../support/cli.ts'
import { createProject, importBusybox, type TestProject } from '../support/project.ts'
import { requireSandbox } from '../support/sandboxed.ts'
import { type RunningWatch, startWatch, until } from '../support/watch.ts'

/* Containers that come after the watch began get what initial_sync asks for, whoever made them. */

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
const ran = 'exec: { command: ["sh", "-c", "echo run >>/ran"] }'
const compose = (rule: string, level = '1'): string =>
  `services:\n  app:\n    image: ${busyboxImage}\n    command: ${command}\n    environment: { LEVEL: "${level}" }\n    develop: { watch: [${rule}] }\n`

async function inside(script: string, index: number): Promise<string> {
  return (await project.run(['exec', '-T', '--index', String(index), 'app', 'sh', '-c', script])).stdout
}
const holds = (script: string, index: number, expected: string): Promise<void> =>
  until(
    async () => (await inside(script, index)) === expected,
    () => `replica ${index}: \`${script}\` never gave ${expected}; watch said:\n${watch?.output() ?? ''}`,
  )

describe('initial_sync of containers that come later', () => {
  it('fills replicas that another command adds or replaces, once each, and leaves the others alone', async () => {
    project = createProject('joining', compose(`{ path: ./src, action: sync+exec, target: /srv, initial_sync: true, ${ran} }`))
    project.write('src/deep/file', 'of the host')
    watch = await startWatch(project)
    expect(await inside('cat /srv/deep/file /ran', 1)).toBe('of the hostrun\n')
    await project.ok(['up', '-d', '--scale', 'app=3'])
    for (const index of [2, 3]) await holds('cat /srv/deep/file /ran', index, 'of the hostrun\n')
    expect(await inside('cat /ran', 1)).toBe('run\n')
    await project.ok(['up', '-d', '--scale', 'app=3', '--force-recreate', '-t', '0'])
    for (const index of [1, 2, 3]) await holds('cat /srv/deep/file /ran', index, 'of the hostrun\n')
    await project.ok(['restart', '-t', '0'])
    // What the container changed since is its own: a restart makes no new container.
    await inside('echo own >/srv/deep/file', 2)
    await project.ok(['restart', '-t', '0'])
    project.write('src/other', '!')
    await holds('cat /srv/other', 2, '!')
    expect(await inside('cat /srv/deep/file', 2)).toBe('own\n')
    expect(watch.output()).not.toContain('cannot')
  })

  it('fills what a changed compose.yaml recreates, by the rules that are there then', async () => {
    project = createProject('changed', compose('{ path: ./src, action: sync, target: /srv, initial_sync: true }'))
    project.write('src/file', 'of the host')
    watch = await startWatch(project)
    project.write('compose.yaml', compose('{ path: ./src, action: sync, target: /srv, initial_sync: true }', '2'))
    await holds('echo $LEVEL; cat /srv/file', 1, '2\nof the host')
    project.write('compose.yaml', compose('{ path: ./src, action: sync, target: /moved, initial_sync: true }', '2'))
    await holds('cat /moved/file', 1, 'of the host')
  })

  it('fills containers that came while the engine was another one', async () => {
    project = createProject('missed', compose('{ path: ./src, action: sync, target: /srv, initial_sync: true }'))
    project.write('src/file', 'of the host')
    watch = await startWatch(project)
    await project.ok(['engine', 'stop'])
    await project.ok(['up', '-d', '--scale', 'app=2'])
    project.write('src/next', '!')
    await holds('cat /srv/file /srv/next', 2, 'of the host!')
    await project.ok(['up', '-d', '--scale', 'app=3'])
    await holds('cat /srv/file', 3, 'of the host')
  })

  it('sync+restart: only the new replica is restarted', async () => {
    project = createProject('again', compose('{ path: ./src, action: sync+restart, target: /srv, initial_sync: true }'))
    project.write('src/file', 'of the host')
    watch = await startWatch(project)
    const startedAt = (index: number): Promise<string> => project.ok(['inspect', '--format', '{{.State.StartedAt}}', `again-app-${index}`])
    const first = await startedAt(1)
    watch.mark()
    await project.ok(['up', '-d', '--scale', 'app=2'])
    await watch.says('service(s) app restarted')
    await holds('cat /srv/file', 2, 'of the host')
    expect(await startedAt(1)).toBe(first)
  })
})
