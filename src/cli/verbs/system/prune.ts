import { TscomposeError } from '../../../base/errors.ts'
import { pruneSystem } from '../../../commands/system-prune.ts'
import { confirm } from '../../compose/confirm.ts'
import { collect } from '../../flags.ts'
import { parsePruneFilters } from '../../prune-filters.ts'
import { formatSize } from '../../report/reporter.ts'
import type { Verb } from '../../verb.ts'

export const verb: Verb = {
  configure: (command) => {
    command
      .usage('[OPTIONS]')
      .option('-a, --all', 'Remove all unused images, not just dangling ones')
      .option('--volumes', 'Remove unused anonymous volumes too')
      .option('--filter <filter>', 'Only what matches: until=<time>, label=<key>[=<value>], label!=…', collect, [])
      .option('-f, --force', 'Do not prompt for confirmation')
  },
  run: async (invocation) => {
    const { flags, connect, signal, terminal } = invocation
    const now = Date.now()
    const options = {
      all: flags.all === true,
      volumes: flags.volumes === true,
      ...parsePruneFilters(flags.filter as readonly string[], now),
    }
    if (options.volumes && options.until !== undefined) throw untilWithVolumes()
    if (flags.force !== true && !(await confirm(invocation, question(options)))) return 0
    const result = await pruneSystem(await connect(), options, { signal, now })
    terminal.stdout.write(
      [
        section('Deleted Containers', result.containers),
        section('Deleted Networks', result.networks),
        section('Deleted Volumes', result.volumes),
        section(
          'Deleted Images',
          result.images.map((line) => line.charAt(0).toLowerCase() + line.slice(1)),
        ),
        result.cacheEntries === 0 ? '' : `Deleted build cache entries: ${result.cacheEntries}\n\n`,
        `Total reclaimed space: ${formatSize(result.bytes)}\n`,
      ].join(''),
    )
    return 0
  },
}

function question({ all, volumes }: { readonly all: boolean; readonly volumes: boolean }): string {
  const parts = [
    'stopped containers',
    'networks without containers',
    ...(volumes ? ['anonymous volumes without containers'] : []),
    all ? 'images without containers' : 'images without a name',
    'the build cache',
  ]
  return `This removes ${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}. Are you sure you want to continue?`
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${title}:\n${lines.map((line) => `${line}\n`).join('')}\n`
}

/** As Docker has it: a volume's age says nothing about when it was last needed. */
function untilWithVolumes(): TscomposeError {
  return new TscomposeError('invalid', 'USAGE', 'the filter until cannot be combined with --volumes', { hint: 'leave out one of them' })
}
