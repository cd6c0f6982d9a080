import { TscomposeError } from '../base/errors.ts'
import { parseTimestamp } from './compose/durations.ts'

export interface PruneFilters {
  /** Milliseconds since the epoch. */
  readonly until?: number
  /** `key` or `key=value`. */
  readonly labels: readonly string[]
}

/** `--filter` of the prune verbs: `until=<time>`, `label=<key>[=<value>]`. `now` in milliseconds. Throws USAGE. */
export function parsePruneFilters(filters: readonly string[], now: number): PruneFilters {
  const labels: string[] = []
  let until: number | undefined
  for (const filter of filters) {
    const [, key = '', value = ''] = /^([^=]*)=([\s\S]*)$/.exec(filter) ?? []
    if (key === 'label') labels.push(value)
    else if (key === 'until' && parseTimestamp(value, now) !== undefined) until = parseTimestamp(value, now)
    else if (!(key === 'dangling' && (value === 'true' || value === 'false')))
      throw new TscomposeError('invalid', 'USAGE', `invalid filter '${filter}'`, {
        hint: 'filters are until=<time> and label=<key>[=<value>]',
      })
  }
  return { labels, ...(until === undefined ? {} : { until }) }
}
