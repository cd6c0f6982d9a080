import { collect } from '../../flags.ts'
import type { Verb } from '../../verb.ts'

export const verb: Verb = {
  unplanned: true,
  configure: (command) => {
    command
      .usage('[OPTIONS] NAME[:TAG]')
      .argument('<reference>')
      .option('--package <name>', 'Install one more package (may be repeated)', collect, [])
      .option('--suite <name>', "Suite of the distribution; the tag's first word by default")
  },
  run: async ({ args, flags, connect, reporter, signal, terminal }) => {
    const [reference = ''] = args
    const suite = flags.suite
    const packages = flags.package as readonly string[]
    const { sink, end } = reporter()
    const engine = await connect()
    const image = await engine.images.bootstrap({ reference, packages, ...(typeof suite === 'string' ? { suite } : {}) }, { sink, signal })
    end()
    terminal.stdout.write(`${image.id}\n`)
    return 0
  },
}
