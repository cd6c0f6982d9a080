import { push } from '../../commands/push.ts'
import { isSet } from '../compose/flags.ts'
import { projectScope } from '../compose/scope.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = {
  title: 'Pushing',
  configure: (command) => {
    command
      .usage('[OPTIONS] [SERVICE...]')
      .argument('[SERVICE...]')
      .option('--ignore-push-failures', 'Push what it can and ignores images with push failures')
      .option('--include-deps', 'Also push images of services declared as dependencies')
      .option('-q, --quiet', 'Push without printing progress information')
  },
  run: async (invocation) => {
    const { flags, args } = invocation
    const scope = await projectScope(invocation, { services: args, dependencies: isSet(flags, 'includeDeps') })
    const quiet = isSet(flags, 'quiet') ? { sink: () => {} } : {}
    await push({ ...scope, ...quiet }, { ignoreFailures: isSet(flags, 'ignorePushFailures') })
    return 0
  },
}
