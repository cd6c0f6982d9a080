import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { busyboxImage } from '../support/busybox.ts'
import { createCli, launcher } from '../support/cli.ts'
import { createProject, importBusybox, type TestProject } from '../support/project.ts'
import { requireSandbox } from '../support/sandboxed.ts'

const compose = `
services:
  app:
    image: ${busyboxImage}
    command: ["sh", "-c", "trap 'exit 0' TERM; while true; do sleep 0.1; done"]
    develop:
      watch:
        - { path: ./src, action: sync, target: /srv, ignore: ["*.tmp"] }
        - { path: ./settings, action: restart }
`

let project: TestProject
let watching: ChildProcess | undefined
let output = ''

beforeAll(async () => {
  requireSandbox()
  await importBusybox()
})

afterEach(async () => {
  watching?.kill('SIGKILL')
  await project.close()
})
afterAll(async () => {
  await createCli('/').run(['engine', 'stop'])
})

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await condition()) return
    await sleep(100)
  }
  throw new Error(`it never came; watch said:\n${output}`)
}

const inside = async (script: string): Promise<string> => (await project.run(['exec', '-T', 'app', 'sh', '-c', script])).stdout

it('brings written and removed files into the container, restarts it on its settings, and ends on Ctrl-C', async () => {
  project = createProject('watching', compose)
  mkdirSync(`${project.directory}/src`)
  project.write('settings', '1')
  const child = spawn(launcher, ['watch'], { cwd: project.directory, stdio: ['ignore', 'pipe', 'pipe'] })
  watching = child
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  await until(() => output.includes('Watch enabled'))
  await sleep(300)
  project.write('src/a/b.txt', 'hello')
  project.write('src/c.tmp', 'no')
  await until(async () => (await inside('cat /srv/a/b.txt')) === 'hello')
  expect(await inside('ls /srv')).toBe('a\n')
  rmSync(`${project.directory}/src/a`, { recursive: true })
  await until(async () => (await inside('ls /srv')) === '')
  project.write('settings', '2')
  await until(() => output.includes('service(s) app restarted'))
  const ended = new Promise((resolve) => child.once('close', resolve))
  child.kill('SIGINT')
  expect(await ended).toBe(130)
})
