import { resolve } from 'node:path'
import { collect } from '../../flags.ts'
import type { Verb } from '../../verb.ts'

export const verb: Verb = {
  unplanned: true,
  configure: (command) => {
    command
      .usage('[OPTIONS] FILE [REPOSITORY[:TAG]]')
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
    const image = await engine.images.import(
      {
        path: resolve(terminal.cwd, file),
        changes: flags.change as readonly string[],
        ...(reference === undefined ? {} : { reference }),
        ...(typeof message === 'string' ? { message } : {}),
        ...(typeof platform === 'string' ? { platform } : {}),
      },
      { signal },
    )
    terminal.stdout.write(`${image.id}\n`)
    return 0
  },
}
