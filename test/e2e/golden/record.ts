import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { busyboxImage, busyboxTar } from '../../support/busybox.ts'
import { sh } from '../../support/command.ts'
import { goldenRoot, readSteps, runScenario, scenarioNames } from '../../support/golden.ts'
import { importBusybox } from '../../support/project.ts'
import { requireSandbox } from '../../support/sandboxed.ts'

/*
 * node test/e2e/golden/record.ts docker|ours [SCENARIO…]
 * docker: records the scenarios from the real docker compose, beside a daemon that answers.
 * ours:   records the steps marked [differs …] from our own, in the namespaces of a test. To be read before it is committed.
 */

const [whose, ...chosen] = process.argv.slice(2)
const names = chosen.length > 0 ? chosen : scenarioNames()

if (whose === 'docker') {
  if (spawnSync('docker', ['image', 'inspect', busyboxImage]).status !== 0) {
    const directory = mkdtempSync(join(tmpdir(), 'golden-image-'))
    sh(`docker import -c 'CMD ["sh"]' ${busyboxTar(directory)} ${busyboxImage}`)
    rmSync(directory, { recursive: true, force: true })
  }
  for (const name of names) {
    const outcomes = await runScenario(name, 'docker compose')
    const compared = outcomes.filter(({ step }) => !step.isSetup)
    writeFileSync(join(goldenRoot, name, 'docker'), compared.map(({ text }) => text).join(''))
  }
} else if (whose === 'ours') {
  requireSandbox()
  await importBusybox()
  for (const name of names.filter((one) => readSteps(one).some(({ difference }) => difference !== undefined))) {
    const outcomes = await runScenario(name, 'bin/tscompose')
    const differing = outcomes.filter(({ step }) => step.difference !== undefined)
    writeFileSync(join(goldenRoot, name, 'ours'), differing.map(({ text }) => text).join(''))
  }
} else {
  console.error('usage: record.ts docker|ours [SCENARIO…]')
  process.exitCode = 1
}
