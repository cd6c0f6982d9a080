/* Sizes and durations as compose files write them, and as `config` prints them. */

const sizePattern = /^(\d+(?:\.\d+)?)\s?([kmgtp])?i?b?$/i
const powers: Readonly<Record<string, number>> = { '': 0, k: 1, m: 2, g: 3, t: 4, p: 5 }

/** `512m`, `1.5gb`, `64k`, plain bytes; undefined where it is none. */
export function parseSize(text: string): number | undefined {
  const match = sizePattern.exec(text.trim())
  if (match === null) return undefined
  return Math.floor(Number(match[1]) * 1024 ** (powers[(match[2] ?? '').toLowerCase()] ?? 0))
}

const unitMilliseconds: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** `1m30s`, `1.5h`, `100ms`, `1d`, in milliseconds; undefined where it is none (a bare number has no unit). */
export function parseDuration(text: string): number | undefined {
  const sign = text.startsWith('-') ? -1 : 1
  const rest = text.replace(/^[-+]/, '')
  if (rest === '0') return 0
  const step = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h|d|w)/y
  let total = 0
  let at = 0
  while (at < rest.length) {
    step.lastIndex = at
    const match = step.exec(rest)
    if (match === null) return undefined
    total += Number(match[1]) * (unitMilliseconds[match[2] ?? ''] ?? 0)
    at += match[0].length
  }
  return at === 0 ? undefined : sign * total
}

/** `1h0m0s`, `1m30s`, `1.5s`, `100ms`: hours at most, zero parts kept below the greatest. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0s'
  const sign = milliseconds < 0 ? '-' : ''
  const nanos = Math.round(Math.abs(milliseconds) * 1e6)
  if (nanos < 1000) return `${sign}${nanos}ns`
  if (nanos < 1e6) return `${sign}${nanos / 1000}µs`
  if (nanos < 1e9) return `${sign}${nanos / 1e6}ms`
  const seconds = (nanos % 60e9) / 1e9
  const minutes = Math.floor(nanos / 60e9) % 60
  const hours = Math.floor(nanos / 3600e9)
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}s`
  return minutes > 0 ? `${sign}${minutes}m${seconds}s` : `${sign}${seconds}s`
}

/** The shortest decimal that is the same 32-bit number: CPU shares are kept in 32 bits by compose. */
export function toFloat32(value: number): number {
  const single = Math.fround(value)
  for (let digits = 1; digits <= 9; digits++) {
    const short = Number(single.toPrecision(digits))
    if (Math.fround(short) === single) return short
  }
  return single
}
