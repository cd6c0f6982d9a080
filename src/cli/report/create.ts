import type { Terminal } from '../terminal.ts'
import type { RootFlags } from '../verb.ts'
import { createJsonReporter } from './json.ts'
import { createPlainReporter } from './plain.ts'
import { createQuietReporter } from './quiet.ts'
import type { Reporter } from './reporter.ts'
import { createTtyReporter } from './tty.ts'

/** The reporter the flags and the terminal call for: on stderr, or on stdout where COMPOSE_STATUS_STDOUT says so. */
export function createReporter(root: RootFlags, terminal: Terminal, title = 'Running'): Reporter {
  const output = isTrue(terminal.env.COMPOSE_STATUS_STDOUT) ? terminal.stdout : terminal.stderr
  const live = output.isTty && root.ansi !== 'never'
  const kind = root.progress === 'auto' ? (live ? 'tty' : 'plain') : root.progress
  const clock = (): number => performance.now()
  switch (kind) {
    case 'tty':
      return createTtyReporter(output, { title, dryRun: root.dryRun, color: usesColor(root, terminal, 'stderr'), clock })
    case 'plain':
      return createPlainReporter(output, { dryRun: root.dryRun, clock })
    case 'json':
      return createJsonReporter(output, root)
    case 'quiet':
      return createQuietReporter()
  }
}

/** Whether to colour what goes to a stream: --ansi, NO_COLOR, and whether it is a terminal. */
export function usesColor(root: Pick<RootFlags, 'ansi'>, terminal: Terminal, stream: 'stdout' | 'stderr'): boolean {
  if (root.ansi !== 'auto') return root.ansi === 'always'
  return terminal[stream].isTty && !terminal.env.NO_COLOR
}

function isTrue(text: string | undefined): boolean {
  return text !== undefined && ['1', 't', 'true', 'y', 'yes'].includes(text.toLowerCase())
}
