const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** A length of time as docker's tables have it: `Less than a second`, `About an hour`, `3 weeks`. */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / second)
  if (seconds < 1) return 'Less than a second'
  if (seconds === 1) return '1 second'
  if (seconds < 60) return `${seconds} seconds`
  const minutes = Math.floor(milliseconds / minute)
  if (minutes === 1) return 'About a minute'
  if (minutes < 60) return `${minutes} minutes`
  const hours = Math.floor(milliseconds / hour + 0.5)
  if (hours === 1) return 'About an hour'
  if (hours < 48) return `${hours} hours`
  const days = Math.floor(milliseconds / day)
  if (days < 14) return `${days} days`
  if (days < 60) return `${Math.floor(days / 7)} weeks`
  if (days < 730) return `${Math.floor(days / 30)} months`
  return `${Math.floor(days / 365)} years`
}

const unitMilliseconds: Readonly<Record<string, number>> = { ms: 1, s: second, m: minute, h: hour, d: day }

/**
 * A point in time as `--since` and `--until` take it: `10m` ago, RFC 3339 or a date, seconds since the epoch.
 * Milliseconds since the epoch; undefined for anything else.
 */
export function parseTimestamp(text: string, now: number): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000
  if (/^(\d+(\.\d+)?(ms|[smhd]))+$/.test(text)) {
    let ago = 0
    for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)) ago += Number(count) * (unitMilliseconds[unit ?? ''] ?? 0)
    return now - ago
  }
  const time = Date.parse(text)
  return Number.isNaN(time) ? undefined : time
}
