import { examineHost } from '../../daemon/doctor/doctor.ts'
import type { Finding } from '../../daemon/doctor/finding.ts'
import { oneOf } from '../flags.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = {
  configure: (command) => {
    command
      .usage('[OPTIONS]')
      .option('--format <format>', 'Format the output. Values: (pretty | json)', oneOf(['pretty', 'json']))
      .option('-q, --quiet', 'Show only what is lacking')
  },
  run: async ({ flags, terminal }) => {
    const findings = await examineHost()
    const lacks = findings.filter((finding) => finding.status === 'lack')
    if (flags.format === 'json') terminal.stdout.write(`${JSON.stringify({ ok: lacks.length === 0, findings })}\n`)
    else terminal.stdout.write(describe(flags.quiet === true ? lacks : findings))
    return lacks.length === 0 ? 0 : 1
  },
}

const marks = { ok: 'ok     ', warning: 'warning', lack: 'LACKING' } as const

function describe(findings: readonly Finding[]): string {
  const width = Math.max(0, ...findings.map((finding) => finding.name.length))
  const lines = findings.flatMap(({ name, status, detail, fix }) => {
    const line = `${marks[status]}  ${name.padEnd(width)}  ${detail}`
    return fix === undefined ? [line] : [line, `${' '.repeat(11 + width)}mend it: ${fix}`]
  })
  return lines.map((line) => `${line}\n`).join('')
}
