import { setTimeout as pause } from 'node:timers/promises'
import { type StatsRow, stats } from '../../commands/stats.ts'
import { isSet, services, text } from '../compose/flags.ts'
import { nameScope } from '../compose/scope.ts'
import { binarySize, humanSize } from '../compose/sizes.ts'
import { formatTable } from '../compose/table.ts'
import { fillTemplate, goJson, type OutputFormat, parseFormat, type TemplateRow } from '../compose/template.ts'
import type { Verb } from '../verb.ts'

const columns = ['Container', 'Name', 'CPUPerc', 'MemUsage', 'MemPerc', 'NetIO', 'BlockIO', 'PIDs'] as const
const titles = ['CONTAINER ID', 'NAME', 'CPU %', 'MEM USAGE / LIMIT', 'MEM %', 'NET I/O', 'BLOCK I/O', 'PIDS']
const intervalMs = 1000

export const verb: Verb = {
  configure: (command) => {
    command
      .usage('[OPTIONS] [SERVICE]')
      .argument('[SERVICE]')
      .option('-a, --all', 'Show all containers (default shows just running)')
      .option('--format <format>', 'Format output: "table", "json" or a template')
      .option('--no-stream', 'Disable streaming stats and only pull the first result')
      .option('--no-trunc', 'Do not truncate output')
  },
  run: async (invocation) => {
    const { flags, args, terminal, signal } = invocation
    const format = parseFormat(text(flags, 'format'))
    const scope = await nameScope(invocation)
    const truncate = flags.trunc !== false
    const wait = async (milliseconds: number): Promise<void> => pause(milliseconds, undefined, { signal })
    do {
      const rows = (await stats(scope, { ...services(args), all: isSet(flags, 'all'), intervalMs, pause: wait })).map((row) =>
        statsRow(row, truncate),
      )
      const clear = terminal.stdout.isTty && flags.stream !== false ? '\x1b[2J\x1b[H' : ''
      terminal.stdout.write(clear + render(rows, format))
    } while (flags.stream !== false)
    return 0
  },
}

function statsRow({ container, stats: now, cpuPercent }: StatsRow, truncate: boolean): TemplateRow {
  const share = now.memoryLimit > 0 ? (now.memoryUsage / now.memoryLimit) * 100 : 0
  return {
    BlockIO: `${humanSize(now.blockRead)} / ${humanSize(now.blockWrite)}`,
    CPUPerc: `${cpuPercent.toFixed(2)}%`,
    Container: truncate ? container.id.slice(0, 12) : container.id,
    ID: truncate ? container.id.slice(0, 12) : container.id,
    MemPerc: `${share.toFixed(2)}%`,
    MemUsage: `${binarySize(now.memoryUsage)} / ${binarySize(now.memoryLimit)}`,
    Name: container.name,
    NetIO: `${humanSize(now.networkRx)} / ${humanSize(now.networkTx)}`,
    PIDs: String(now.pids),
  }
}

function render(rows: readonly TemplateRow[], format: OutputFormat): string {
  if (format.kind === 'json') return rows.map((row) => `${goJson(row)}\n`).join('')
  if (format.kind === 'template') return rows.map((row) => `${fillTemplate(format.text, row)}\n`).join('')
  return formatTable(
    titles,
    rows.map((row) => columns.map((name) => String(row[name]))),
  )
}
