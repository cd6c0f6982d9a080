import type { Verb } from '../../verb.ts'

export const verb: Verb = {
  unplanned: true,
  configure: (command) => {
    command
      .usage('[OPTIONS] NAME[:TAG|@DIGEST]')
      .argument('<reference>')
      .option('--platform <platform>', 'Platform of the image, such as linux/arm64')
      .option('-q, --quiet', 'Print only the image ID')
  },
  run: async ({ args, flags, connect, reporter, signal, terminal }) => {
    const [reference = ''] = args
    const platform = flags.platform
    const progress = flags.quiet === true ? undefined : reporter()
    const engine = await connect()
    const image = await engine.images.pull(
      { reference, ...(typeof platform === 'string' ? { platform } : {}) },
      { signal, ...(progress === undefined ? {} : { sink: progress.sink }) },
    )
    progress?.end()
    terminal.stdout.write(`${image.tags[0] ?? image.id}\n`)
    return 0
  },
}
