import type { Command } from 'commander'
import { TscomposeError } from '../../base/errors.ts'
import type { Explanation, Step } from '../../project/explain.ts'
import { text } from '../compose/flags.ts'
import { fetching, loadOptions } from '../compose/scope.ts'
import { oneOf } from '../flags.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = {
  configure,
  run: async (invocation) => {
    const { args, flags, terminal } = invocation
    const { explain } = await import('../../project/explain.ts')
    const result = await fetching(invocation, await loadOptions(invocation, {}), (options) => explain(options, args[0] ?? ''))
    if ('missing' in result) throw new TscomposeError('not-found', 'NO_SUCH_VALUE', result.missing, { hint: result.hint })
    const { explanations } = result
    terminal.stdout.write(
      text(flags, 'format') === 'json' ? `${JSON.stringify(explanations, null, 2)}\n` : explanations.map(describe).join('\n'),
    )
    return 0
  },
}

function configure(command: Command): void {
  command
    .usage('[OPTIONS] PATH')
    .argument('<PATH>', 'a value of `config`, such as services.web.environment.DEBUG')
    .option('--format <format>', 'Format the output. Values: (table | json)', oneOf(['table', 'json']))
}

function describe({ path, value, steps }: Explanation): string {
  return `${path}: ${JSON.stringify(value)}\n${steps.map(describeStep).join('')}`
}

/** What happened, then where, with the line as it is written. */
function describeStep({ kind, text: words, file, line, column, excerpt }: Step): string {
  if (file === undefined) return `  ${kind}: ${words}\n`
  const place = `${file}:${line}${column === undefined ? '' : `:${column}`}`
  return `  ${kind}: ${words}\n    ${place}\n      ${excerpt ?? ''}\n`
}
