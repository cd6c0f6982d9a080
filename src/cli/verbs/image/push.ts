import type { Verb } from '../../verb.ts'

export const verb: Verb = {
  unplanned: true,
  configure: (command) => {
    command.usage('[OPTIONS] NAME[:TAG]').argument('<reference>').option('-q, --quiet', 'Print only the digest')
  },
  run: async ({ args, flags, connect, reporter, signal, terminal }) => {
    const [reference = ''] = args
    const progress = flags.quiet === true ? undefined : reporter()
    const engine = await connect()
    const { digest } = await engine.images.push({ reference }, { signal, ...(progress === undefined ? {} : { sink: progress.sink }) })
    progress?.end()
    terminal.stdout.write(`${digest}\n`)
    return 0
  },
}
