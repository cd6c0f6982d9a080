import { top } from '../../commands/top.ts'
import { services } from '../compose/flags.ts'
import { nameScope } from '../compose/scope.ts'
import { formatTable } from '../compose/table.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = {
  configure: (command) => {
    command.usage('[SERVICES...]').argument('[SERVICES...]')
  },
  run: async (invocation) => {
    const { titles, rows } = await top(await nameScope(invocation), services(invocation.args))
    if (rows.length > 0) invocation.terminal.stdout.write(formatTable(titles, rows, { minimum: 4, padding: 2 }))
    return 0
  },
}
