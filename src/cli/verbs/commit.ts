import { commit } from '../../commands/contents.ts'
import { commitOptions, declareCommitFlags } from '../compose/commit-flags.ts'
import { number } from '../compose/flags.ts'
import { nameScope } from '../compose/scope.ts'
import { wholeNumber } from '../flags.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = {
  configure: (command) => {
    declareCommitFlags(command)
      .usage('[OPTIONS] SERVICE [REPOSITORY[:TAG]]')
      .argument('<SERVICE>')
      .argument('[REFERENCE]')
      .option('--index <number>', 'index of the container if service has multiple replicas', wholeNumber)
  },
  run: async (invocation) => {
    const { args, flags } = invocation
    const [service = '', reference] = args
    const index = number(flags, 'index')
    await commit(
      await nameScope(invocation),
      { service, ...(index === undefined ? {} : { index }) },
      { ...commitOptions(flags), ...(reference === undefined ? {} : { reference }) },
    )
    return 0
  },
}
