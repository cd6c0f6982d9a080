import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { busyboxImage } from '../support/busybox.ts'
import { createCli } from '../support/cli.ts'
import { compareHostSnapshots, type HostSnapshot, takeHostSnapshot } from '../support/host-snapshot.ts'
import { createProject, importBusybox, type TestProject } from '../support/project.ts'
import { requireSandbox } from '../support/sandboxed.ts'

/* The engine ends at whatever step it happens to be at; what it was doing is finished or undone by the next one. */

const service = (index: number): string => `
  s${index}:
    image: ${busyboxImage}
    command: sleep 1000
    networks: [front, back]
    ports: ["${18200 + index}:80"]
    volumes: [data:/data, /scratch]
`
const count = 6
const compose = `
services:${Array.from({ length: count }, (_, index) => service(index)).join('')}
networks: { front: , back: { internal: true } }
volumes: { data: }
`

const options = {
  // The network helper stays some seconds after the last container.
  ignoreProcesses: /^tscompose-netd/,
  directories: ['/run/tscompose', '/var/lib/tscompose/containers', '/var/lib/tscompose/networks', '/var/lib/tscompose/volumes'],
}

let project: TestProject
let before: HostSnapshot

/** The host when nothing changes any more: links, rules and helpers of what ended go a moment later. */
async function settled(): Promise<HostSnapshot> {
  // A command starts the engine where it is dead.
  await project.ok(['ls'])
  let last = takeHostSnapshot(options)
  for (let attempt = 0, same = 0; attempt < 30 && same < 2; attempt++) {
    await sleep(400)
    const now = takeHostSnapshot(options)
    same = compareHostSnapshots(last, now).length === 0 ? same + 1 : 0
    last = now
  }
  return last
}

/** What the host has more or less than at first, but for the helper and the default policy, which go with it a moment later. */
async function changes(): Promise<readonly string[]> {
  return compareHostSnapshots(before, await settled()).filter((line) => !/netd\.sock|:FORWARD (ACCEPT|DROP)$/.test(line))
}

async function enginePid(): Promise<number> {
  await project.ok(['engine', 'start'])
  const { pid } = JSON.parse(await project.ok(['engine', 'status', '--format', 'json'])) as { readonly pid: number }
  expect(pid).toBeGreaterThan(1)
  return pid
}

beforeAll(async () => {
  requireSandbox()
  await importBusybox()
  project = createProject('midway', compose)
  await project.ok(['up', '-d'])
  await project.ok(['down', '-v', '-t', '0'])
  before = await settled()
})

afterAll(async () => {
  await project.close()
  await createCli('/').run(['engine', 'stop'])
})

const delays = [80, 150, 210, 280, 400]

describe.each(['SIGKILL', 'SIGTERM'] as const)('%s to the engine', (signal) => {
  it('in the middle of up: the next up completes it, and down leaves nothing', async () => {
    for (const delay of delays) {
      const pid = await enginePid()
      const up = project.run(['up', '-d'])
      await sleep(delay)
      process.kill(pid, signal)
      const first = await up
      // A clean failure: a sentence, never a stack.
      expect(`${first.stdout}${first.stderr}`).not.toMatch(/\n\s+at /)
      // An engine that is asked to end cancels what it does.
      expect([0, 1, 130]).toContain(first.exitCode)
      await project.ok(['up', '-d'])
      const running = (await project.ok(['ps', '--format', '{{.Service}} {{.State}}'])).trim().split('\n')
      expect(running.toSorted()).toEqual(Array.from({ length: count }, (_, index) => `s${index} running`))
      await project.ok(['down', '-v', '-t', '0'])
    }
    expect(await changes()).toEqual([])
  })

  it('in the middle of down: the next down completes it', async () => {
    for (const delay of delays) {
      await project.ok(['up', '-d'])
      const pid = await enginePid()
      const down = project.run(['down', '-v', '-t', '0'])
      await sleep(delay)
      process.kill(pid, signal)
      const first = await down
      expect(`${first.stdout}${first.stderr}`).not.toMatch(/\n\s+at /)
      await project.ok(['down', '-v', '-t', '0'])
    }
    expect(await changes()).toEqual([])
  })
})
