import { down } from '../../commands/down.ts'
import { isSet, seconds, services, text } from '../compose/flags.ts'
import { isTrue } from '../compose/rules.ts'
import { nameScope } from '../compose/scope.ts'
import { oneOf, wholeNumber } from '../flags.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = {
  configure: (command) => {
    command
      .usage('[OPTIONS] [SERVICES]')
      .argument('[SERVICES...]')
      .option('--remove-orphans', 'Remove containers for services not defined in the Compose file')
      .option(
        '--rmi <which>',
        'Remove images used by services: "local" only those without a custom tag ("local"|"all")',
        oneOf(['local', 'all']),
      )
      .option('-t, --timeout <seconds>', 'Specify a shutdown timeout in seconds', wholeNumber)
      .option('-v, --volumes', 'Remove named volumes of the "volumes" section and anonymous volumes')
  },
  run: async (invocation) => {
    const { flags, args, terminal } = invocation
    const scope = await nameScope(invocation)
    const rmi = text(flags, 'rmi')
    const { found } = await down(scope, {
      ...services(args),
      removeOrphans: isSet(flags, 'removeOrphans') || isTrue(terminal.env.COMPOSE_REMOVE_ORPHANS),
      volumes: isSet(flags, 'volumes'),
      ...(rmi === 'all' || rmi === 'local' ? { removeImages: rmi } : {}),
      ...seconds(flags, 'timeout'),
    })
    if (!found && scope.project === undefined) scope.warn(`no resource found to remove for project "${scope.projectName}"`)
    return 0
  },
}
