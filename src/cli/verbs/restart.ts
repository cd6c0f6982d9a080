import { restart } from '../../commands/lifecycle.ts'
import { seconds, services } from '../compose/flags.ts'
import { nameScope } from '../compose/scope.ts'
import { wholeNumber } from '../flags.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = {
  title: 'Restarting',
  configure: (command) => {
    command
      .usage('[OPTIONS] [SERVICE...]')
      .argument('[SERVICE...]')
      .option('--no-deps', "Don't restart dependent services")
      .option('-t, --timeout <seconds>', 'Specify a shutdown timeout in seconds', wholeNumber)
  },
  run: async (invocation) => {
    const { flags, args } = invocation
    await restart(await nameScope(invocation), { ...services(args), noDeps: flags.deps === false, ...seconds(flags, 'timeout') })
    return 0
  },
}
