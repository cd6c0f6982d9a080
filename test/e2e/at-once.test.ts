import { globSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { busyboxImage } from '../support/busybox.ts'
import { createCli } from '../support/cli.ts'
import { createProject, importBusybox, type TestProject } from '../support/project.ts'
import { requireSandbox } from '../support/sandboxed.ts'

/* Two commands of one project at the same time: one of them may lose, and nothing that the other made. */

const names = ['a', 'b', 'c', 'd']
const service = (name: string): string =>
  `  ${name}: { image: ${busyboxImage}, command: sleep 1000, init: true, volumes: [data:/data], stop_grace_period: 1s }\n`

let project: TestProject

beforeAll(async () => {
  requireSandbox()
  await importBusybox()
  project = createProject('at-once', `services:\n${names.map(service).join('')}volumes: { data: }\n`)
})

afterAll(async () => {
  await project.run(['down', '-v', '-t', '0'])
  await createCli('/').run(['engine', 'stop'])
})

const left = (): readonly string[] => globSync('/var/lib/tscompose/{containers,networks,volumes}/*')

describe('two commands of a project at once', () => {
  it('up and up: the next one finds what is its own and makes the rest', async () => {
    for (let round = 0; round < 4; round++) {
      await Promise.all([project.run(['up', '-d']), project.run(['up', '-d'])])
      // Each may have been quicker with some of the containers, and have failed for the others.
      const last = await project.run(['up', '-d'])
      expect([last.exitCode, last.stderr]).toEqual([0, expect.not.stringContaining('warning')])
      expect((await project.ok(['ps', '-q'])).trim().split('\n')).toHaveLength(names.length)
      await project.ok(['down', '-v', '-t', '0'])
      expect(left()).toEqual([])
    }
  })

  it('down while up goes on: neither fails over what the other did, and another down leaves nothing', async () => {
    for (const ms of [120, 200, 280]) {
      const up = project.run(['up', '-d'])
      await sleep(ms)
      const down = await project.run(['down', '-v', '-t', '0'])
      expect(down.stderr).not.toContain('is running')
      await up
      await project.ok(['down', '-v', '-t', '0'])
      expect(left()).toEqual([])
    }
  })
})
