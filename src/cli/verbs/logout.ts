import { logout, registryHost } from '../../remotes/login.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = {
  unplanned: true,
  configure: (command) => {
    command.usage('[SERVER]').argument('[server]')
  },
  run: async ({ args, terminal }) => {
    const host = registryHost(args[0])
    const had = await logout(host, terminal.env)
    terminal.stdout.write(had ? `Removing login credentials for ${host}\n` : `Not logged in to ${host}\n`)
    return 0
  },
}
