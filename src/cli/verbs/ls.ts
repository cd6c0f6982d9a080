import { TscomposeError } from '../../base/errors.ts'
import { ls, type ProjectRow } from '../../commands/ls.ts'
import { isSet, list, text } from '../compose/flags.ts'
import { formatTable } from '../compose/table.ts'
import { goJson, parseFormat } from '../compose/template.ts'
import { collect } from '../flags.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = {
  configure: (command) => {
    command
      .usage('[OPTIONS]')
      .option('-a, --all', 'Show all stopped Compose projects')
      .option('--filter <filter>', 'Filter output based on conditions provided', collect, [])
      .option('--format <format>', 'Format the output. Values: (table | json)')
      .option('-q, --quiet', 'Only display project names')
  },
  run: async (invocation) => {
    const { flags, terminal, connect, signal } = invocation
    const format = parseFormat(text(flags, 'format'))
    const filter = nameFilter(list(flags, 'filter'))
    const rows = await ls(await connect(), { all: isSet(flags, 'all'), ...filter }, signal)
    if (isSet(flags, 'quiet')) terminal.stdout.write(rows.map(({ name }) => `${name}\n`).join(''))
    else if (format.kind === 'json') terminal.stdout.write(`${goJson(rows.map(jsonRow))}\n`)
    else terminal.stdout.write(table(rows))
    return 0
  },
}

function jsonRow({ name, status, configFiles }: ProjectRow): Record<string, string> {
  return { Name: name, Status: status, ConfigFiles: configFiles }
}

function table(rows: readonly ProjectRow[]): string {
  return formatTable(
    ['NAME', 'STATUS', 'CONFIG FILES'],
    rows.map(({ name, status, configFiles }) => [name, status, configFiles]),
    { minimum: 20, padding: 3 },
  )
}

function nameFilter(filters: readonly string[]): { readonly name?: string } {
  for (const filter of filters) {
    const [key, value] = filter.split('=')
    if (key === 'name' && value !== undefined) return { name: value }
    throw new TscomposeError('invalid', 'USAGE', `invalid filter '${key}'`, { hint: 'the only filter is name=' })
  }
  return {}
}
