import type { Output } from '../terminal.ts'
import { type LogPrinter, utcTime } from './log-printer.ts'

/**
 * Log lines as JSON objects, one a line: `{"time":…,"service":…,"container":…,"stream":…,"text":…}`; status lines are left
 * out. `services` knows the service of each container shown, by its short name.
 */
export function createJsonLogPrinter(output: Output, services: ReadonlyMap<string, string>): LogPrinter {
  const printMixed: LogPrinter['printMixed'] = (entries) => {
    const lines = entries.map(({ name, time, stream, text }) => {
      return `${JSON.stringify({ time: utcTime(time), service: services.get(name) ?? name, container: name, stream, text })}\n`
    })
    if (lines.length > 0) output.write(lines.join(''))
  }
  return {
    register: () => {},
    print: (name, entries) => printMixed(entries.map((entry) => ({ ...entry, name }))),
    printMixed,
    status: () => {},
  }
}
