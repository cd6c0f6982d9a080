import { TscomposeError } from '../../base/errors.ts'
import { events, type ProjectEvent } from '../../commands/events.ts'
import { parseTimestamp } from '../compose/durations.ts'
import { isSet, services, text } from '../compose/flags.ts'
import { nameScope } from '../compose/scope.ts'
import { goJson } from '../compose/template.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = {
  configure: (command) => {
    command
      .usage('[OPTIONS] [SERVICE...]')
      .argument('[SERVICE...]')
      .option('--json', 'Output events as a stream of json objects')
      .option('--since <time>', 'Show all events created since timestamp')
      .option('--until <time>', 'Stream events until this timestamp')
  },
  run: async (invocation) => {
    const { flags, args, terminal } = invocation
    const [since, until] = [time(text(flags, 'since')), time(text(flags, 'until'))]
    const options = { ...services(args), ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) }
    for await (const event of events(await nameScope(invocation), options)) {
      terminal.stdout.write(`${isSet(flags, 'json') ? jsonLine(event) : textLine(event)}\n`)
    }
    return 0
  },
}

function time(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const parsed = parseTimestamp(value, Date.now())
  if (parsed === undefined)
    throw new TscomposeError('invalid', 'USAGE', `invalid time "${value}"`, { hint: 'use 10m or 2026-01-02T15:04:05Z' })
  return parsed
}

function jsonLine({ action, attributes, id, service, time: when, type }: ProjectEvent): string {
  return goJson({ action, attributes, id, service, time: when, type })
}

/** `2026-01-02 15:04:05.000000 container start <id> (name=…)` and, as docker compose has it, an empty line. */
function textLine({ action, attributes, id, time: when, type }: ProjectEvent): string {
  const stamp = when.replace('T', ' ').slice(0, 26)
  const pairs = Object.entries(attributes).map(([key, value]) => `${key}=${value}`)
  return `${stamp} ${type} ${action} ${id} (${pairs.join(', ')})\n`
}
