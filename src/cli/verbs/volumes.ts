import { volumes } from '../../commands/volumes.ts'
import type { VolumeInfo } from '../../engine/api.ts'
import { isSet, text } from '../compose/flags.ts'
import { nameScope } from '../compose/scope.ts'
import { formatTable } from '../compose/table.ts'
import { fillTemplate, goJson, parseFormat, type TemplateRow } from '../compose/template.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = {
  configure: (command) => {
    command
      .usage('[OPTIONS] [SERVICE...]')
      .argument('[SERVICE...]')
      .option('--format <format>', 'Format output: "table", "json" or a template')
      .option('-q, --quiet', 'Only display volume names')
  },
  run: async (invocation) => {
    const { flags, args, terminal } = invocation
    const format = parseFormat(text(flags, 'format'))
    const found = await volumes(await nameScope(invocation), args)
    if (isSet(flags, 'quiet')) terminal.stdout.write(found.map(({ name }) => `${name}\n`).join(''))
    else if (format.kind === 'json') terminal.stdout.write(found.map((volume) => `${goJson(row(volume))}\n`).join(''))
    else if (format.kind === 'template')
      terminal.stdout.write(found.map((volume) => `${fillTemplate(format.text, row(volume))}\n`).join(''))
    else
      terminal.stdout.write(
        formatTable(
          ['DRIVER', 'VOLUME NAME'],
          found.map(({ name, driver }) => [driver ?? 'local', name]),
        ),
      )
    return 0
  },
}

function row({ name, driver, labels, mountpoint }: VolumeInfo): TemplateRow {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`)
  return {
    Availability: 'N/A',
    Driver: driver ?? 'local',
    Group: 'N/A',
    Labels: pairs.join(','),
    Links: 'N/A',
    Mountpoint: mountpoint,
    Name: name,
    Scope: 'local',
    Size: 'N/A',
    Status: 'N/A',
  }
}
