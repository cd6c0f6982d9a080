import { kill } from '../../commands/lifecycle.ts'
import { isSet, services, text } from '../compose/flags.ts'
import { nameScope } from '../compose/scope.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = {
  title: 'Killing',
  configure: (command) => {
    command
      .usage('[OPTIONS] [SERVICE...]')
      .argument('[SERVICE...]')
      .option('--remove-orphans', 'Remove containers for services not defined in the Compose file')
      .option('-s, --signal <signal>', 'SIGNAL to send to the container', 'SIGKILL')
  },
  run: async (invocation) => {
    const { flags, args, terminal } = invocation
    const { killed } = await kill(await nameScope(invocation), {
      ...services(args),
      signal: text(flags, 'signal') ?? 'SIGKILL',
      removeOrphans: isSet(flags, 'removeOrphans'),
    })
    if (killed === 0) terminal.stderr.write('no container to kill\n')
    return 0
  },
}
