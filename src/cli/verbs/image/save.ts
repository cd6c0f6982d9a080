import { text } from '../../compose/flags.ts'
import { withOutputFile } from '../../output-file.ts'
import type { Verb } from '../../verb.ts'

export const verb: Verb = {
  unplanned: true,
  configure: (command) => {
    command.usage('[OPTIONS] IMAGE [IMAGE...]').argument('<images...>').option('-o, --output <file>', 'Write to a file, instead of STDOUT')
  },
  run: async ({ args, flags, connect, reporter, signal, terminal }) => {
    const engine = await connect()
    await withOutputFile(terminal, text(flags, 'output'), async (path) => {
      const { sink, end } = reporter()
      await engine.images.save({ references: args, path }, { sink, signal })
      end()
    })
    return 0
  },
}
