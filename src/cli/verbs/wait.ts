import { wait } from '../../commands/wait.ts'
import { isSet } from '../compose/flags.ts'
import { nameScope } from '../compose/scope.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = {
  unplanned: true,
  configure: (command) => {
    command
      .usage('SERVICE [SERVICE...] [OPTIONS]')
      .argument('<SERVICE...>')
      .option('--down-project', 'Drops project when the first container stops')
  },
  run: async (invocation) => {
    const { flags, args, terminal } = invocation
    return await wait(await nameScope(invocation), {
      services: args,
      downProject: isSet(flags, 'downProject'),
      onExit: ({ id, exitCode }) => terminal.stdout.write(`container "${id}" exited with status code ${exitCode}\n`),
    })
  },
}
