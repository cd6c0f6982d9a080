import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCli } from '../support/cli.ts'
import { goldenRoot, type Outcome, readRecording, readSteps, runScenario, type Step, scenarioNames } from '../support/golden.ts'
import { importBusybox } from '../support/project.ts'
import { requireSandbox } from '../support/sandboxed.ts'

/* What we print, and our exit codes, against docker compose 2.40.3: as recorded, and live where the real one is here. */

const isDockerHere =
  spawnSync('docker', ['compose', 'version', '--short']).stdout?.toString().startsWith('2.40.') === true &&
  spawnSync('docker', ['info']).status === 0
if (!isDockerHere) console.log('golden: the live comparison is skipped, docker compose 2.40 with a daemon is not here')

const differences = readFileSync(join(goldenRoot, 'DIFFERENCES.md'), 'utf8')
const programs = isDockerHere ? (['bin/tscompose', 'docker compose'] as const) : (['bin/tscompose'] as const)

beforeAll(async () => {
  requireSandbox()
  await importBusybox()
})

afterAll(async () => {
  await createCli('/').run(['engine', 'stop'])
})

describe.each(programs)('%s', (program) => {
  describe.each(scenarioNames())('%s', (scenario) => {
    const steps = readSteps(scenario).filter(({ isSetup }) => !isSetup)
    const recorded = readRecording(scenario, 'docker')
    const own = readRecording(scenario, 'ours')
    const ownSteps = steps.filter(({ difference }) => difference !== undefined)
    let outcomes: readonly Outcome[] = []

    beforeAll(async () => {
      outcomes = (await runScenario(scenario, program)).filter(({ step }) => !step.isSetup)
    })

    it('has a recording of each of its steps', () => {
      const commands = (texts: readonly string[]): readonly string[] => texts.map((text) => text.slice(2, text.indexOf('\n')))
      expect(commands(recorded)).toEqual(steps.map(({ command }) => command))
      expect(commands(own)).toEqual(ownSteps.map(({ command }) => command))
    })

    it.each(steps.map((step, index) => ({ ...step, index })))('$command', ({ index, difference }) => {
      const { text } = outcomes[index] as Outcome
      const step = steps[index] as Step
      if (difference === undefined || program === 'docker compose') return expect(text).toBe(recorded[index])
      expect(differences).toContain(`\n## ${difference}\n`)
      expect(text).toBe(own[ownSteps.indexOf(step)])
      expect(text).not.toBe(recorded[index])
    })
  })
})
