import { resolve } from 'node:path'
import type { Verb } from '../../verb.ts'

export const verb: Verb = {
  unplanned: true,
  configure: (command) => {
    command.usage('[OPTIONS] IMAGE [IMAGE...]').argument('<images...>').requiredOption('-o, --output <file>', 'Write to this file')
  },
  run: async ({ args, flags, connect, reporter, signal, terminal }) => {
    const { sink, end } = reporter()
    const engine = await connect()
    await engine.images.save({ references: args, path: resolve(terminal.cwd, String(flags.output)) }, { sink, signal })
    end()
    return 0
  },
}
