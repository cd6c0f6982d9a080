import { planUp } from '../../commands/up.ts'
import { formatPlan, planToJson } from '../../converge/plan.ts'
import { isSet, list, parseScales, text } from '../compose/flags.ts'
import { upRules } from '../compose/rules.ts'
import { projectScope } from '../compose/scope.ts'
import { collect, oneOf } from '../flags.ts'
import type { Verb } from '../verb.ts'

/** Exit code of `--detailed-exitcode` when something would change. */
const changesExitCode = 2

export const verb: Verb = {
  configure: (command) => {
    command
      .usage('[OPTIONS] [SERVICE...]')
      .argument('[SERVICE...]')
      .option('--build', 'Plan with images built first')
      .option('--detailed-exitcode', 'Exit with 2 when something would change')
      .option('--force-recreate', "Recreate containers even if their configuration and image haven't changed")
      .option('--format <format>', 'Format the output. Values: (text | json)', oneOf(['text', 'json']))
      .option('--no-deps', "Don't plan for linked services")
      .option('--no-recreate', "If containers already exist, don't recreate them")
      .option('--pull <policy>', 'Pull image before running ("always"|"missing"|"never")')
      .option('--remove-orphans', 'Remove containers for services not defined in the Compose file')
      .option('--scale <service=num>', 'Scale SERVICE to NUM instances', collect, [])
      .option('-y, --yes', 'Recreate volumes whose definition changed')
  },
  run: async (invocation) => {
    const { flags, args, terminal } = invocation
    const scope = await projectScope(invocation, { services: args, dependencies: flags.deps !== false })
    const plan = await planUp(scope, { rules: upRules(invocation, args), scale: parseScales(list(flags, 'scale')) })
    for (const warning of plan.warnings) scope.warn(warning)
    terminal.stdout.write(
      text(flags, 'format') === 'json' ? `${JSON.stringify(planToJson(plan))}\n` : `${formatPlan(plan) || 'nothing to do'}\n`,
    )
    return isSet(flags, 'detailedExitcode') && plan.nodes.length > 0 ? changesExitCode : 0
  },
}
