import type { Reporter } from '../report/reporter.ts'
import type { Terminal } from '../terminal.ts'

/** Prints warnings to stderr, each once, without breaking a live display. */
export function createWarner(terminal: Terminal, reporter: () => Reporter): (message: string) => void {
  const seen = new Set<string>()
  return (message) => {
    if (seen.has(message)) return
    seen.add(message)
    reporter().pause()
    terminal.stderr.write(`warning: ${message}\n`)
  }
}
