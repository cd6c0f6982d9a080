import { up } from '../../commands/up.ts'
import { watch } from '../../commands/watch.ts'
import { isSet, services } from '../compose/flags.ts'
import { upRules } from '../compose/rules.ts'
import { projectScope } from '../compose/scope.ts'
import type { Verb } from '../verb.ts'

/** Long enough for an editor to write all it writes on one save. */
const quietMs = 100

export const verb: Verb = {
  configure: (command) => {
    command
      .usage('[SERVICE...]')
      .argument('[SERVICE...]')
      .option('--no-up', 'Do not build & start services before watching')
      .option('--prune', 'Prune dangling images on rebuild', true)
      .option('--quiet', 'hide build output')
  },
  run: async (invocation) => {
    const { flags, args, terminal, signal, reporter } = invocation
    const scope = await projectScope(invocation, { services: args })
    const rules = upRules(invocation, args)
    if (flags.up !== false) {
      await up(scope, { rules: { ...rules, images: { ...rules.images, build: true } }, warn: scope.warn })
    }
    const report = (line: string): void => {
      reporter().pause()
      terminal.stderr.write(` ⦿ ${line}\n`)
    }
    const quiet = isSet(flags, 'quiet') ? { sink: () => {} } : {}
    await watch({ ...scope, ...quiet, signal }, { ...services(args), rules, pid: terminal.pid, quietMs, report })
    return 0
  },
}
