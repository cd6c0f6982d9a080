import { stop } from '../../commands/lifecycle.ts'
import { seconds, services } from '../compose/flags.ts'
import { nameScope } from '../compose/scope.ts'
import { wholeNumber } from '../flags.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = {
  title: 'Stopping',
  configure: (command) => {
    command
      .usage('[OPTIONS] [SERVICE...]')
      .argument('[SERVICE...]')
      .option('-t, --timeout <seconds>', 'Specify a shutdown timeout in seconds', wholeNumber)
  },
  run: async (invocation) => {
    await stop(await nameScope(invocation), { ...services(invocation.args), ...seconds(invocation.flags, 'timeout') })
    return 0
  },
}
