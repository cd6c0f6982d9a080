import { resolve } from 'node:path'
import { generate } from '../../commands/generate.ts'
import { text } from '../compose/flags.ts'
import { oneOf } from '../flags.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = {
  configure: (command) => {
    command
      .usage('[OPTIONS] [CONTAINERS...]')
      .argument('[CONTAINERS...]')
      .option('--format <format>', 'Format the output. Values: [yaml | json]', oneOf(['yaml', 'json']), 'yaml')
      .option('--name <name>', 'Project name to set in the Compose file')
      .option('--project-dir <directory>', 'Directory of the project; gives it its name')
  },
  run: async (invocation) => {
    const { args, flags, terminal, signal } = invocation
    const name = text(flags, 'name')
    const output = await generate(
      { engine: await invocation.connect(), signal },
      {
        containers: args,
        format: text(flags, 'format') === 'json' ? 'json' : 'yaml',
        ...(name === undefined ? {} : { name }),
        directory: resolve(terminal.cwd, text(flags, 'projectDir') ?? '.'),
      },
    )
    terminal.stdout.write(output)
    return 0
  },
}
