import { text } from '../../compose/flags.ts'
import { withInputFile } from '../../output-file.ts'
import type { Verb } from '../../verb.ts'

export const verb: Verb = {
  unplanned: true,
  configure: (command) => {
    command
      .usage('[OPTIONS]')
      .option('-i, --input <file>', 'Read from a tar archive file, instead of STDIN')
      .option('-q, --quiet', 'Print nothing but the names')
  },
  run: async ({ flags, connect, reporter, signal, terminal }) => {
    const progress = flags.quiet === true ? undefined : reporter()
    const engine = await connect()
    const images = await withInputFile(terminal, text(flags, 'input'), (path) =>
      engine.images.load({ path }, { signal, ...(progress === undefined ? {} : { sink: progress.sink }) }),
    )
    progress?.end()
    const lines = images.flatMap((image) =>
      image.tags.length === 0 ? [`Loaded image ID: ${image.id}`] : image.tags.map((tag) => `Loaded image: ${tag}`),
    )
    terminal.stdout.write(lines.map((line) => `${line}\n`).join(''))
    return 0
  },
}
