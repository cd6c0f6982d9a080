import { up } from '../../commands/up.ts'
import { parseScales } from '../compose/flags.ts'
import { upRules } from '../compose/rules.ts'
import { projectScope } from '../compose/scope.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = {
  configure: (command) => {
    command.usage('[SERVICE=REPLICAS...]').argument('<SERVICE=REPLICAS...>').option('--no-deps', "Don't start linked services")
  },
  run: async (invocation) => {
    const { flags, args } = invocation
    const scale = parseScales(args)
    const names = Object.keys(scale)
    const scope = await projectScope(invocation, { services: names, dependencies: flags.deps !== false })
    await up(scope, { rules: upRules(invocation, names), scale, warn: scope.warn })
    return 0
  },
}
