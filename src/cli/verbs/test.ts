import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { shortName } from '../../commands/scope.ts'
import { test } from '../../commands/test.ts'
import { isSet, number, text } from '../compose/flags.ts'
import { formatJunit } from '../compose/junit.ts'
import { createLogPrinter } from '../compose/log-printer.ts'
import { upRules } from '../compose/rules.ts'
import { projectScope } from '../compose/scope.ts'
import { wholeNumber } from '../flags.ts'
import { usesColor } from '../report/create.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = {
  title: 'Testing',
  unplanned: true,
  configure: (command) => {
    command
      .usage('[OPTIONS] SERVICE...')
      .argument('<SERVICE...>')
      .option('--build', 'Build images before starting containers')
      .option('--junit <file>', 'Write the results as JUnit XML to this file')
      .option('--keep', 'Leave containers, networks and volumes there afterwards')
      .option('--timeout <seconds>', 'Fail when the services are not ready after this time', wholeNumber)
  },
  run: async (invocation) => {
    const { flags, args, terminal, root, reporter } = invocation
    const scope = await projectScope(invocation, { services: args, dependencies: true })
    const color = usesColor(root, terminal, 'stdout')
    const printer = createLogPrinter({ stdout: terminal.stdout, stderr: terminal.stdout, prefix: true, color, timestamps: false })
    const limit = number(flags, 'timeout')
    const rules = upRules({ flags: { ...flags, timeout: undefined }, terminal }, args)
    const result = await test(scope, {
      jobs: args,
      keep: isSet(flags, 'keep'),
      up: { rules: { ...rules, recreate: 'force', ...(limit === undefined ? {} : { waitTimeoutMs: limit * 1000 }) }, warn: scope.warn },
      onOutput: ({ name, entry }) => {
        reporter().pause()
        printer.print(shortName({ name, labels: {} }, scope.projectName), [entry])
      },
    })
    const failed = result.jobs.filter(({ exitCode }) => exitCode !== 0)
    for (const [service, lines] of Object.entries(result.logs)) for (const line of lines) terminal.stderr.write(`${service} | ${line}\n`)
    for (const { service, exitCode, failure } of failed) {
      terminal.stderr.write(`${service} failed: ${failure ?? `it exited with code ${exitCode}`}\n`)
    }
    const junit = text(flags, 'junit')
    if (junit !== undefined) writeFileSync(resolve(terminal.cwd, junit), formatJunit(scope.projectName, result))
    return failed[0]?.exitCode ?? 0
  },
}
