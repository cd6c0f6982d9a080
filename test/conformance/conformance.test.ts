import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { caseNames, findOracle, readExpected, readOptions, runOracle, runOurs } from './cases.ts'
import { composeFiles, runBoth } from './generated.ts'

/* Our canonical project against docker compose's: as recorded, and live where the real one is here. */

const accepts = (outcome: object): boolean => 'config' in outcome

describe('recorded outcomes of docker compose 2.40', () => {
  const names = caseNames()
  const differing = names.filter((name) => readOptions(name).difference !== undefined)
  const alike = names.filter((name) => !differing.includes(name))
  const differences = readFileSync(join(import.meta.dirname, 'DIFFERENCES.md'), 'utf8')

  test('there are at least 400 cases', () => {
    expect(names.length).toBeGreaterThanOrEqual(400)
  })

  test.each(differing)('%s differs as DIFFERENCES.md says', (name) => {
    expect(differences).toContain(`## ${readOptions(name).difference}\n`)
    expect(runOurs(name)).not.toEqual(readExpected(name))
  })

  test.each(alike)('%s gives the recorded outcome', (name) => {
    const expected = readExpected(name)
    const ours = runOurs(name)
    if (accepts(expected)) expect(ours).toEqual(expected)
    else expect(ours, 'docker compose refuses this file').toHaveProperty('error', expect.stringMatching(/./))
  })
})

const oracle = findOracle()
if (oracle === undefined)
  console.log('conformance: the live comparison is skipped, docker compose 2.40 is not on PATH nor in COMPOSE_ORACLE')

describe.skipIf(oracle === undefined)('docker compose 2.40 itself', () => {
  test.each(caseNames())('%s is what it says today', (name) => {
    const live = runOracle(oracle ?? '', name)
    const recorded = readExpected(name)
    expect(accepts(live)).toBe(accepts(recorded))
    if (accepts(live)) expect(live).toEqual(recorded)
  })

  test('files put together at random come to the same', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(composeFiles, (files) => {
        const { ours, theirs } = runBoth(files, oracle ?? '')
        if (accepts(theirs)) expect(ours).toEqual(theirs)
        else expect(accepts(ours), 'docker compose refuses these').toBe(false)
      }),
      { numRuns: 100 },
    )
  })
})
