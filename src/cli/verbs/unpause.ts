import { unpause } from '../../commands/lifecycle.ts'
import { services } from '../compose/flags.ts'
import { nameScope } from '../compose/scope.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = {
  configure: (command) => {
    command.usage('[SERVICE...]').argument('[SERVICE...]')
  },
  run: async (invocation) => {
    await unpause(await nameScope(invocation), services(invocation.args))
    return 0
  },
}
