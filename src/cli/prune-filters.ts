import { TscomposeError } from '../base/errors.ts'
import { parseTimestamp } from './compose/durations.ts'

export interface PruneFilters {
  /** Milliseconds since the epoch. */
  readonly until?: number
  /** `key` or `key=value`. */
  readonly labels: readonly string[]
  /** As `labels`, of what is to be left alone: `label!=`. */
  readonly withoutLabels: readonly string[]
}

/** `--filter` of the prune verbs: `until=<time>`, `label=<key>[=<value>]`, `label!=…`. `now` in milliseconds. Throws USAGE. */
export function parsePruneFilters(filters: readonly string[], now: number): PruneFilters {
  const labels: string[] = []
  const withoutLabels: string[] = []
  let until: number | undefined
  for (const filter of filters) {
    const [, key = '', value = ''] = /^([^=]*)=([\s\S]*)$/.exec(filter) ?? []
    if (key === 'label') labels.push(value)
    else if (key === 'label!') withoutLabels.push(value)
    else if (key === 'until' && parseTimestamp(value, now) !== undefined) until = parseTimestamp(value, now)
    else if (!(key === 'dangling' && (value === 'true' || value === 'false')))
      throw new TscomposeError('invalid', 'USAGE', `invalid filter '${filter}'`, {
        hint: 'filters are until=<time>, label=<key>[=<value>] and label!=<key>[=<value>]',
      })
  }
  return { labels, withoutLabels, ...(until === undefined ? {} : { until }) }
}
