import { exportFiles } from '../../commands/contents.ts'
import { number, text } from '../compose/flags.ts'
import { nameScope } from '../compose/scope.ts'
import { wholeNumber } from '../flags.ts'
import { withOutputFile } from '../output-file.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = {
  configure: (command) => {
    command
      .usage('[OPTIONS] SERVICE')
      .argument('<SERVICE>')
      .option('--index <number>', 'index of the container if service has multiple replicas', wholeNumber)
      .option('-o, --output <file>', 'Write to a file, instead of STDOUT')
  },
  run: async (invocation) => {
    const { args, flags, terminal } = invocation
    const [service = ''] = args
    const index = number(flags, 'index')
    const scope = await nameScope(invocation)
    await withOutputFile(terminal, text(flags, 'output'), (path) =>
      exportFiles(scope, { service, ...(index === undefined ? {} : { index }) }, path),
    )
    return 0
  },
}
