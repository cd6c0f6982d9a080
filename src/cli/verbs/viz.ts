import { viz } from '../../commands/viz.ts'
import { isSet, number } from '../compose/flags.ts'
import { loadFor } from '../compose/scope.ts'
import { wholeNumber } from '../flags.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = {
  configure: (command) => {
    command
      .option('--image', 'Include service image name in output graph')
      .option('--indentation-size <n>', 'Number of tabs or spaces to use for indentation', wholeNumber, 1)
      .option('--networks', 'Include service network names in output graph')
      .option('--ports', 'Include service ports in output graph')
      .option('--spaces', 'If given, space character will be used to indent, otherwise tab character will be used')
  },
  run: async (invocation) => {
    const { flags, terminal } = invocation
    const indentation = (isSet(flags, 'spaces') ? ' ' : '\t').repeat(number(flags, 'indentationSize') ?? 1)
    const [images, networks, ports] = [isSet(flags, 'image'), isSet(flags, 'networks'), isSet(flags, 'ports')]
    terminal.stdout.write(viz(await loadFor(invocation, {}), { images, networks, ports, indentation }))
    return 0
  },
}
