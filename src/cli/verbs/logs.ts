import { TscomposeError } from '../../base/errors.ts'
import { createFollower } from '../../commands/follow.ts'
import { createPositions, createResume, type LogsOptions, logSources, mergedLogs } from '../../commands/logs.ts'
import { shortName } from '../../commands/scope.ts'
import { serviceOf } from '../../converge/labels.ts'
import { parseTimestamp } from '../compose/durations.ts'
import { isSet, number, services, text } from '../compose/flags.ts'
import { createJsonLogPrinter } from '../compose/json-log-printer.ts'
import { createLogPrinter, type LogPrinter, type LogPrinterOptions } from '../compose/log-printer.ts'
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
      .option('--grep <pattern>', 'Show only lines that match this regular expression')
      .option('--index <n>', 'Index of the container if service has multiple replicas', wholeNumber)
      .option('--json', 'Print each line as a JSON object with time, service, container, stream and text')
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
    const names = new Map<string, string>()
    const printer = createPrinter(invocation, names, {
      // `logs` shows both streams on stdout, as docker compose does.
      stdout: terminal.stdout,
      stderr: terminal.stdout,
      prefix: flags.logPrefix !== false,
      color: flags.color !== false && usesColor(root, terminal, 'stdout'),
      timestamps: isSet(flags, 'timestamps'),
    })
    await printLogs(scope, options, { printer, names, signal: invocation.signal, unattached: unattached(scope, invocation.args) })
    return 0
  },
}

/** Text for people or, with --json, lines for programs; --grep decides which of them. */
function createPrinter({ flags }: Invocation, names: ReadonlyMap<string, string>, options: LogPrinterOptions): LogPrinter {
  const pattern = grepPattern(text(flags, 'grep'))
  const printer = isSet(flags, 'json') ? createJsonLogPrinter(options.stdout, names) : createLogPrinter(options)
  if (pattern === undefined) return printer
  const matches = (entry: { readonly text: string }): boolean => pattern.test(entry.text)
  return {
    ...printer,
    print: (name, entries) => printer.print(name, entries.filter(matches)),
    printMixed: (entries) => printer.printMixed(entries.filter(matches)),
  }
}

function grepPattern(pattern: string | undefined): RegExp | undefined {
  if (pattern === undefined) return undefined
  try {
    return new RegExp(pattern)
  } catch (error) {
    throw new TscomposeError('invalid', 'USAGE', `invalid --grep pattern "${pattern}": ${error instanceof Error ? error.message : ''}`, {
      hint: 'write a JavaScript regular expression; put \\ before characters that stand for themselves',
    })
  }
}

interface PrintOptions {
  readonly printer: LogPrinter
  /** Filled with the service of each container, by its short name. */
  readonly names: Map<string, string>
  readonly signal: AbortSignal
  readonly unattached: ReadonlySet<string>
}

async function printLogs(scope: NamedScope, options: LogsOptions, { printer, names, signal, unattached }: PrintOptions): Promise<void> {
  const all = await logSources(scope, options)
  const sources = all.filter(({ labels }) => !unattached.has(labels['com.docker.compose.service'] ?? ''))
  const nameOf = (container: (typeof sources)[number]): string => shortName(container, scope.projectName)
  printer.register(sources.map(nameOf))
  for (const container of sources) names.set(nameOf(container), serviceOf(container))
  const { follow = false, services: _services, index: _index, ...range } = options
  const positions = createPositions()
  const began = Date.now()
  // What is there already comes in the order of its time, whoever wrote it; only then is anything followed.
  for await (const batch of mergedLogs(scope, sources, range)) {
    positions.note(batch)
    printer.printMixed(batch.map((entry) => ({ ...entry, name: nameOf(entry.container) })))
  }
  if (!follow) return
  const resumes = new Map<string, ReturnType<typeof createResume>>()
  const shown = new Map(sources.map((container) => [container.id, nameOf(container)]))
  const follower = createFollower(
    scope.engine,
    {
      onEntries: (container, entries) => {
        const fresh = resumes.get(container.id)?.(entries) ?? entries
        printer.print(shown.get(container.id) ?? container.name, fresh)
      },
    },
    signal,
  )
  const { tail, ...limits } = range
  for (const container of sources) {
    const position = positions.of(container.id)
    if (position !== undefined) {
      resumes.set(container.id, createResume(position))
      follower.add(container, { ...limits, since: Math.floor(Date.parse(position.time)) })
    } else follower.add(container, tail === 0 ? { ...limits, since: began } : limits)
  }
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
