import { renderError } from '../../render-error.ts'
import type { Verb } from '../../verb.ts'

export const verb: Verb = {
  unplanned: true,
  configure: (command) => {
    command
      .usage('[OPTIONS] IMAGE [IMAGE...]')
      .argument('<images...>')
      .option('-f, --force', 'Remove it though containers were made from it')
  },
  run: async ({ args, flags, connect, signal, terminal }) => {
    const engine = await connect()
    let code = 0
    for (const image of args) {
      try {
        const lines = await engine.images.remove({ image, force: flags.force === true }, { signal })
        terminal.stdout.write(lines.map((line) => `${line}\n`).join(''))
      } catch (error) {
        // The others may still go; docker tries every one of them too.
        terminal.stderr.write(renderError(error, { color: false, json: false }))
        code = 1
      }
    }
    return code
  },
}
