import { collect } from '../../flags.ts'
import { withInputFile } from '../../output-file.ts'
import type { Verb } from '../../verb.ts'

export const verb: Verb = {
  unplanned: true,
  configure: (command) => {
    command
      .usage('[OPTIONS] FILE|- [REPOSITORY[:TAG]]')
      .argument('<file>')
      .argument('[reference]')
      .option('-c, --change <line>', 'Apply a Dockerfile instruction to the image', collect, [])
      .option('-m, --message <text>', 'Set a message for the image')
      .option('--platform <platform>', 'Set the platform of the image')
  },
  run: async ({ args, flags, connect, signal, terminal }) => {
    const [file = '', reference] = args
    const message = flags.message
    const platform = flags.platform
    const engine = await connect()
    const options = {
      changes: flags.change as readonly string[],
      ...(reference === undefined ? {} : { reference }),
      ...(typeof message === 'string' ? { message } : {}),
      ...(typeof platform === 'string' ? { platform } : {}),
    }
    const image = await withInputFile(terminal, file, (path) => engine.images.import({ path, ...options }, { signal }))
    terminal.stdout.write(`${image.id}\n`)
    return 0
  },
}
