import { start } from '../../commands/lifecycle.ts'
import { isSet, number, services } from '../compose/flags.ts'
import { nameScope } from '../compose/scope.ts'
import { wholeNumber } from '../flags.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = {
  configure: (command) => {
    command
      .usage('[OPTIONS] [SERVICE...]')
      .argument('[SERVICE...]')
      .option('--wait', 'Wait for services to be running|healthy')
      .option('--wait-timeout <seconds>', 'Maximum duration in seconds to wait for the project to be running|healthy', wholeNumber)
  },
  run: async (invocation) => {
    const { flags, args } = invocation
    const timeout = number(flags, 'waitTimeout')
    await start(await nameScope(invocation), {
      ...services(args),
      wait: isSet(flags, 'wait'),
      ...(timeout === undefined ? {} : { waitTimeoutMs: timeout * 1000 }),
    })
    return 0
  },
}
