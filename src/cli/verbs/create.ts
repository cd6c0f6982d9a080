import { up } from '../../commands/up.ts'
import { confirm } from '../compose/confirm.ts'
import { exclusive, isSet, list, parseScales } from '../compose/flags.ts'
import { ownFlag } from '../compose/own-flag.ts'
import { quieted } from '../compose/quiet.ts'
import { upRules } from '../compose/rules.ts'
import { projectScope } from '../compose/scope.ts'
import { collect } from '../flags.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = {
  title: 'Creating',
  configure: (command) => {
    command
      .usage('[OPTIONS] [SERVICE...]')
      .argument('[SERVICE...]')
      .option('--build', 'Build images before starting containers')
      .addOption(ownFlag('--no-build', "Don't build an image, even if it's policy"))
      .option('--force-recreate', "Recreate containers even if their configuration and image haven't changed")
      .option('--no-recreate', "If containers already exist, don't recreate them")
      .option('--pull <policy>', 'Pull image before running ("always"|"missing"|"never"|"build")')
      .option('--quiet-pull', 'Pull without printing progress information')
      .option('--remove-orphans', 'Remove containers for services not defined in the Compose file')
      .option('--scale <service=num>', 'Scale SERVICE to NUM instances', collect, [])
      .option('-y, --yes', 'Assume "yes" as answer to all prompts and run non-interactively')
  },
  run: async (invocation) => {
    const { flags, args, terminal } = invocation
    exclusive(isSet(flags, 'build') && isSet(flags, 'noBuild'), '--build and --no-build are incompatible')
    exclusive(isSet(flags, 'forceRecreate') && flags.recreate === false, '--force-recreate and --no-recreate are incompatible')
    const scope = quieted(await projectScope(invocation, { services: args }), flags)
    await up(scope, {
      rules: { ...upRules(invocation, args), start: false },
      scale: parseScales(list(flags, 'scale')),
      warn: scope.warn,
      ...(terminal.stdinIsTty ? { confirm: (question) => confirm(invocation, question) } : {}),
    })
    return 0
  },
}
