import { buildInfo } from '../../daemon/build-info.ts'
import { oneOf } from '../flags.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = {
  configure: (command) => {
    command
      .usage('[OPTIONS]')
      .option('-f, --format <format>', 'Format the output. Values: (pretty | json)', oneOf(['pretty', 'json']))
      .option('--short', 'Show only the version number')
  },
  run: async ({ flags, terminal }) => {
    const { version } = buildInfo()
    if (flags.short === true) terminal.stdout.write(`${version}\n`)
    else if (flags.format === 'json') terminal.stdout.write(`${JSON.stringify({ version })}\n`)
    else terminal.stdout.write(`tscompose version ${version}\n`)
    return 0
  },
}
