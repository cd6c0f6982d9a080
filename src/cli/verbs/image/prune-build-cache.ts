import { TscomposeError } from '../../../base/errors.ts'
import { humanSize } from '../../compose/sizes.ts'
import type { Verb } from '../../verb.ts'

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

export const verb: Verb = {
  configure: (command) => {
    command.usage('[OPTIONS]').option('--unused-for <duration>', 'Only what no build has used for so long: 24h, 7d')
  },
  run: async ({ flags, connect, signal, terminal }) => {
    const age = flags.unusedFor as string | undefined
    const engine = await connect()
    const result = await engine.images.pruneBuildCache(age === undefined ? {} : { unusedFor: parseAge(age) }, { signal })
    terminal.stdout.write(`Deleted ${result.removed} entries of the build cache\nTotal reclaimed space: ${humanSize(result.bytes)}\n`)
    return 0
  },
}

function parseAge(text: string): number {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  if (count === undefined) throw new TscomposeError('invalid', 'USAGE', `--unused-for takes a duration such as 24h or 7d, not "${text}"`)
  return Number(count) * (unitMs[unit] ?? 0)
}
