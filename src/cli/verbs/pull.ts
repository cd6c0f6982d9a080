import { pull } from '../../commands/pull.ts'
import { isSet, text } from '../compose/flags.ts'
import { projectScope } from '../compose/scope.ts'
import { oneOf } from '../flags.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = {
  title: 'Pulling',
  configure: (command) => {
    command
      .usage('[OPTIONS] [SERVICE...]')
      .argument('[SERVICE...]')
      .option('--ignore-buildable', 'Ignore images that can be built')
      .option('--ignore-pull-failures', 'Pull what it can and ignores images with pull failures')
      .option('--include-deps', 'Also pull services declared as dependencies')
      .option('--policy <policy>', 'Apply pull policy ("missing"|"always")', oneOf(['missing', 'always']))
      .option('-q, --quiet', 'Pull without printing progress information')
  },
  run: async (invocation) => {
    const { flags, args } = invocation
    const scope = await projectScope(invocation, { services: args, dependencies: isSet(flags, 'includeDeps') })
    await pull(
      { ...scope, ...(isSet(flags, 'quiet') ? { sink: () => {} } : {}) },
      {
        policy: text(flags, 'policy') === 'missing' ? 'missing' : 'always',
        ignoreFailures: isSet(flags, 'ignorePullFailures'),
        ignoreBuildable: isSet(flags, 'ignoreBuildable'),
      },
    )
    return 0
  },
}
