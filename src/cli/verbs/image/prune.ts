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
      .option('--filter <filter>', 'Only images that match: until=<time>, label=<key>[=<value>], label!=…', collect, [])
      .option('-f, --force', 'Do not prompt for confirmation')
  },
  run: async (invocation) => {
    const { flags, connect, signal, terminal } = invocation
    const all = flags.all === true
    const filters = parsePruneFilters(flags.filter as readonly string[], Date.now())
    const what = all ? 'all images without at least one container' : 'all dangling images'
    if (flags.force !== true && !(await confirm(invocation, `This removes ${what}. Are you sure you want to continue?`))) return 0
    const { lines, bytes } = await (await connect()).images.prune({ all, ...filters }, { signal })
    if (lines.length > 0)
      terminal.stdout.write(`Deleted Images:\n${lines.map((line) => `${line.charAt(0).toLowerCase()}${line.slice(1)}\n`).join('')}\n`)
    terminal.stdout.write(`Total reclaimed space: ${formatSize(bytes)}\n`)
    return 0
  },
}
