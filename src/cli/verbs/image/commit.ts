import { commitOptions, declareCommitFlags } from '../../compose/commit-flags.ts'
import type { Verb } from '../../verb.ts'

export const verb: Verb = {
  configure: (command) => {
    declareCommitFlags(command).usage('[OPTIONS] CONTAINER [REPOSITORY[:TAG]]').argument('<container>').argument('[reference]')
  },
  run: async ({ args, flags, connect, signal, terminal }) => {
    const [container = '', reference] = args
    const named = reference === undefined ? {} : { reference }
    const { id } = await (await connect()).images.commit({ container, ...named, ...commitOptions(flags) }, { signal })
    terminal.stdout.write(`${id}\n`)
    return 0
  },
}
