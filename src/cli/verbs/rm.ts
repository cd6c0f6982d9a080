import { rm } from '../../commands/rm.ts'
import { confirm } from '../compose/confirm.ts'
import { isSet, services } from '../compose/flags.ts'
import { nameScope } from '../compose/scope.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = {
  title: 'Removing',
  configure: (command) => {
    command
      .usage('[OPTIONS] [SERVICE...]')
      .argument('[SERVICE...]')
      .option('-f, --force', "Don't ask to confirm removal")
      .option('-s, --stop', 'Stop the containers, if required, before removing')
      .option('-v, --volumes', 'Remove any anonymous volumes attached to containers')
  },
  run: async (invocation) => {
    const { flags, args, terminal } = invocation
    let found = false
    await rm(await nameScope(invocation), {
      ...services(args),
      stop: isSet(flags, 'stop'),
      volumes: isSet(flags, 'volumes'),
      confirm: async (containers) => {
        found = true
        terminal.stdout.write(`Going to remove ${containers.map(({ name }) => name).join(', ')}\n`)
        return isSet(flags, 'force') || (await confirm(invocation, 'Are you sure?'))
      },
    })
    if (!found) terminal.stderr.write('No stopped containers\n')
    return 0
  },
}
