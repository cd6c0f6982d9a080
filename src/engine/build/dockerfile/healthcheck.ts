import type { Healthcheck } from '../../../oci/image-config.ts'
import { jsonWords, type Statement } from './flags.ts'
import type { InstructionBody } from './instruction.ts'
import { placeAt } from './lines.ts'
import { dockerfileError } from './source.ts'

const unitNanos: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 }

/** `HEALTHCHECK [--interval …] CMD command` or `HEALTHCHECK NONE`. */
export function parseHealthcheck(statement: Statement): InstructionBody<'HEALTHCHECK'> {
  const word = /^\S+/.exec(statement.rest)?.[0] ?? ''
  const rest = statement.rest.slice(word.length).trim()
  if (word.toUpperCase() === 'NONE') {
    if (rest !== '') fail(statement, 'HEALTHCHECK NONE takes no arguments')
    return { timing: {} }
  }
  if (word.toUpperCase() !== 'CMD')
    fail(statement, `unknown health check type ${JSON.stringify(word)}`, 'write HEALTHCHECK CMD command, or HEALTHCHECK NONE')
  if (rest === '') fail(statement, 'HEALTHCHECK CMD needs a command')
  const args = jsonWords(statement, rest)
  const timing = {
    ...duration(statement, 'interval', 'Interval'),
    ...duration(statement, 'timeout', 'Timeout'),
    ...duration(statement, 'start-period', 'StartPeriod'),
    ...duration(statement, 'start-interval', 'StartInterval'),
    ...retries(statement),
  }
  return { command: args === undefined ? { form: 'shell', text: rest } : { form: 'exec', args }, timing }
}

function duration(statement: Statement, flag: string, key: keyof Healthcheck): Partial<Record<keyof Healthcheck, number>> {
  const text = statement.flags.get(flag)
  if (text === undefined) return {}
  const nanos = parseGoDuration(text)
  if (nanos === undefined) fail(statement, `--${flag}: ${JSON.stringify(text)} is not a duration`, 'such as 30s or 1m30s')
  if (nanos > 0 && nanos < 1e6) fail(statement, `--${flag} cannot be less than 1ms`)
  // Zero is the default, and not written down.
  return nanos === 0 ? {} : { [key]: nanos }
}

function retries(statement: Statement): { Retries?: number } {
  const text = statement.flags.get('retries')
  if (text === undefined) return {}
  if (!/^\d{1,6}$/.test(text)) fail(statement, `--retries: ${JSON.stringify(text)} is not a whole number`)
  // Zero is the default, and not written down.
  return Number(text) === 0 ? {} : { Retries: Number(text) }
}

/** Go's duration text (`1m30s`, `0`) in nanoseconds, or undefined. */
export function parseGoDuration(text: string): number | undefined {
  if (text === '0') return 0
  if (!/^(?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined
  let total = 0
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)/g))
    total += Number(number) * (unitNanos[unit ?? ''] ?? 0)
  return Math.round(total)
}

function fail(statement: Statement, message: string, hint?: string): never {
  throw dockerfileError(statement.source, placeAt(statement.line, statement.offset), { message, ...(hint === undefined ? {} : { hint }) })
}
