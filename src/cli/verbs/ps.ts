import { TscomposeError } from '../../base/errors.ts'
import { ps, servicesOf } from '../../commands/ps.ts'
import { containerColumns, containerRow, containerTitles } from '../compose/container-row.ts'
import { isSet, list, services, text } from '../compose/flags.ts'
import { nameScope } from '../compose/scope.ts'
import { formatTable } from '../compose/table.ts'
import { fillTemplate, goJson, type OutputFormat, parseFormat, type TemplateRow, templateTitles } from '../compose/template.ts'
import { collect } from '../flags.ts'
import type { Verb } from '../verb.ts'

const states = ['paused', 'restarting', 'removing', 'running', 'dead', 'created', 'exited']

export const verb: Verb = {
  configure: (command) => {
    command
      .usage('[OPTIONS] [SERVICE...]')
      .argument('[SERVICE...]')
      .option('-a, --all', 'Show all stopped containers (including those created by the run command)')
      .option('--filter <filter>', 'Filter services by a property (supported filters: status)')
      .option('--format <format>', 'Format output: "table", "json" or a template')
      .option('--no-trunc', "Don't truncate output")
      .option('--orphans', 'Include orphaned services (not declared by project)', true)
      .option('-q, --quiet', 'Only display IDs')
      .option('--services', 'Display services')
      .option('--status <status>', 'Filter services by status', collect, [])
  },
  run: async (invocation) => {
    const { flags, args, terminal } = invocation
    const statuses = [...list(flags, 'status'), ...filterStatuses(text(flags, 'filter'))]
    for (const status of statuses) requireState(status)
    const format = parseFormat(text(flags, 'format'))
    const scope = await nameScope(invocation)
    const containers = await ps(scope, {
      ...services(args),
      all: isSet(flags, 'all'),
      statuses,
      orphans: flags.orphans !== false && args.length === 0,
    })
    if (isSet(flags, 'quiet')) {
      terminal.stdout.write(containers.map(({ id }) => `${id}\n`).join(''))
    } else if (isSet(flags, 'services')) {
      terminal.stdout.write(`${servicesOf(containers).join('\n')}\n`)
    } else {
      const options = { now: Date.now(), truncate: flags.trunc !== false }
      terminal.stdout.write(
        render(
          containers.map((container) => containerRow(container, options)),
          format,
        ),
      )
    }
    return 0
  },
}

function render(rows: readonly TemplateRow[], format: OutputFormat): string {
  switch (format.kind) {
    case 'json':
      return rows.map((row) => `${goJson(row)}\n`).join('')
    case 'template': {
      const lines = rows.map((row) => fillTemplate(format.text, row))
      if (!format.titled) return lines.map((line) => `${line}\n`).join('')
      return formatTable(
        templateTitles(format.text, containerTitles),
        lines.map((line) => line.split('\t')),
      )
    }
    case 'table':
      return formatTable(
        containerColumns.map((name) => containerTitles[name] ?? name),
        rows.map((row) => containerColumns.map((name) => String(row[name]))),
      )
  }
}

function filterStatuses(filter: string | undefined): readonly string[] {
  if (filter === undefined) return []
  const [name, value] = filter.split('=')
  if (value === undefined) throw new TscomposeError('invalid', 'USAGE', 'arguments to --filter should be in form KEY=VAL')
  if (name !== 'status') throw new TscomposeError('invalid', 'USAGE', `unknown filter ${name}`, { hint: 'the only filter is status=' })
  return [value]
}

function requireState(status: string): void {
  if (states.includes(status)) return
  throw new TscomposeError('invalid', 'USAGE', `invalid status "${status}"`, { hint: `use one of ${states.join(', ')}` })
}
