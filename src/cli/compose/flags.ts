import { TscomposeError } from '../../base/errors.ts'

type Flags = Readonly<Record<string, unknown>>

/** Commander gives flags without types; these readers are the one place that says what each is. */
export const isSet = (flags: Flags, name: string): boolean => flags[name] === true

export function text(flags: Flags, name: string): string | undefined {
  const value = flags[name]
  return typeof value === 'string' ? value : undefined
}

export function number(flags: Flags, name: string): number | undefined {
  const value = flags[name]
  return typeof value === 'number' ? value : undefined
}

export function list(flags: Flags, name: string): readonly string[] {
  const value = flags[name]
  return Array.isArray(value) ? value.map(String) : []
}

/** `-t 5` in seconds becomes milliseconds. */
export function seconds(flags: Flags, name: string): { readonly timeoutMs?: number } {
  const value = number(flags, name)
  return value === undefined ? {} : { timeoutMs: value * 1000 }
}

/** Absent where no service was named: then all are meant. */
export function services(args: readonly string[]): { readonly services?: readonly string[] } {
  return args.length === 0 ? {} : { services: args }
}

/** Rejects flags that contradict each other, with docker compose's sentence. */
export function exclusive(condition: boolean, message: string): void {
  if (condition) throw new TscomposeError('invalid', 'USAGE', message)
}

/** `web=3` for each; rejects anything else. */
export function parseScales(pairs: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(pairs.map(parseScale))
}

function parseScale(pair: string): readonly [string, number] {
  const [name, count, ...rest] = pair.split('=')
  if (name === undefined || name === '' || count === undefined || rest.length > 0) {
    throw new TscomposeError('invalid', 'USAGE', `invalid scale specifier: ${pair}`, { hint: 'write it as SERVICE=NUMBER, such as web=3' })
  }
  if (!/^\d+$/.test(count)) {
    throw new TscomposeError('invalid', 'USAGE', `invalid scale specifier: ${pair}: "${count}" is not a number`, {
      hint: 'write it as web=3',
    })
  }
  return [name, Number(count)]
}

/** `KEY=VALUE`, or `KEY` to take the value from the environment (null where it has none). */
export function parseEnv(
  pairs: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | null>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      return at < 0 ? [pair, env[pair] ?? null] : [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
}
