import { TscomposeError } from '../../base/errors.ts'
import { createFollower } from '../../commands/follow.ts'
import { type LogsOptions, logSources, mergedLogs } from '../../commands/logs.ts'
import { shortName } from '../../commands/scope.ts'
import { parseTimestamp } from '../compose/durations.ts'
import { isSet, number, services, text } from '../compose/flags.ts'
import { createLogPrinter } from '../compose/log-printer.ts'
import { type NamedScope, nameScope } from '../compose/scope.ts'
import { wholeNumber } from '../flags.ts'
import { usesColor } from '../report/create.ts'
import type { Invocation, Verb } from '../verb.ts'

export const verb: Verb = {
  configure: (command) => {
    command
      .usage('[OPTIONS] [SERVICE...]')
      .argument('[SERVICE...]')
      .option('-f, --follow', 'Follow log output')
      .option('--index <n>', 'Index of the container if service has multiple replicas', wholeNumber)
      .option('--no-color', 'Produce monochrome output')
      .option('--no-log-prefix', "Don't print prefix in logs")
      .option('--since <time>', 'Show logs since timestamp or relative (e.g. 42m for 42 minutes)')
      .option('-n, --tail <lines>', 'Number of lines to show from the end of the logs for each container', 'all')
      .option('-t, --timestamps', 'Show timestamps')
      .option('--until <time>', 'Show logs before a timestamp or relative')
  },
  run: async (invocation) => {
    const options = logsOptions(invocation)
    const scope = await nameScope(invocation)
    const { flags, terminal, root } = invocation
    const printer = createLogPrinter({
      // `logs` shows both streams on stdout, as docker compose does.
      stdout: terminal.stdout,
      stderr: terminal.stdout,
      prefix: flags.logPrefix !== false,
      color: flags.color !== false && usesColor(root, terminal, 'stdout'),
      timestamps: isSet(flags, 'timestamps'),
    })
    await printLogs(scope, options, { printer, signal: invocation.signal, unattached: unattached(scope, invocation.args) })
    return 0
  },
}

interface PrintOptions {
  readonly printer: ReturnType<typeof createLogPrinter>
  readonly signal: AbortSignal
  readonly unattached: ReadonlySet<string>
}

async function printLogs(scope: NamedScope, options: LogsOptions, { printer, signal, unattached }: PrintOptions): Promise<void> {
  const all = await logSources(scope, options)
  const sources = all.filter(({ labels }) => !unattached.has(labels['com.docker.compose.service'] ?? ''))
  const nameOf = (container: (typeof sources)[number]): string => shortName(container, scope.projectName)
  printer.register(sources.map(nameOf))
  const { follow = false, services: _services, index: _index, ...range } = options
  if (!follow) {
    for await (const batch of mergedLogs(scope, sources, range)) {
      printer.printMixed(batch.map((entry) => ({ ...entry, name: nameOf(entry.container) })))
    }
    return
  }
  const names = new Map(sources.map((container) => [container.id, nameOf(container)]))
  const follower = createFollower(
    scope.engine,
    { onEntries: (container, entries) => printer.print(names.get(container.id) ?? container.name, entries) },
    signal,
  )
  for (const container of sources) follower.add(container, range)
  await follower.done()
}

/** Services with `attach: false` are shown only when they are named. */
function unattached({ project }: NamedScope, named: readonly string[]): ReadonlySet<string> {
  if (project === undefined || named.length > 0) return new Set()
  return new Set(Object.values(project.services).flatMap(({ name, attach }) => (attach === false ? [name] : [])))
}

function logsOptions({ flags, args }: Invocation): LogsOptions {
  const index = number(flags, 'index')
  return {
    ...services(args),
    ...(index === undefined ? {} : { index }),
    follow: isSet(flags, 'follow'),
    ...tail(text(flags, 'tail')),
    ...time('since', text(flags, 'since')),
    ...time('until', text(flags, 'until')),
  }
}

function tail(lines: string | undefined): { readonly tail?: number } {
  if (lines === undefined || lines === 'all') return {}
  if (/^-?\d+$/.test(lines)) return Number(lines) < 0 ? {} : { tail: Number(lines) }
  throw new TscomposeError('invalid', 'USAGE', `invalid argument "${lines}" for "-n, --tail" flag: not a number`, {
    hint: 'use a number or all',
  })
}

function time<K extends 'since' | 'until'>(name: K, value: string | undefined): { readonly [key in K]?: number } {
  if (value === undefined) return {}
  const parsed = parseTimestamp(value, Date.now())
  if (parsed !== undefined) return { [name]: parsed } as { readonly [key in K]?: number }
  throw new TscomposeError('invalid', 'USAGE', `invalid value for "${name}": failed to parse "${value}"`, {
    hint: 'use 10m, 2026-01-02T15:04:05Z or seconds since the epoch',
  })
}
