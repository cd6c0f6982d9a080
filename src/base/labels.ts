type Labels = Readonly<Record<string, string>>

/** True where the label is there: `key`, or `key=value` for one with that value. */
export function hasLabel(labels: Labels, wanted: string): boolean {
  const at = wanted.indexOf('=')
  const key = at < 0 ? wanted : wanted.slice(0, at)
  return Object.hasOwn(labels, key) && (at < 0 || labels[key] === wanted.slice(at + 1))
}

/** Each in the form `key` or `key=value`. */
export interface LabelFilter {
  /** All of them must be there. */
  readonly labels?: readonly string[]
  /** None of them may be there. Docker spares only what has all of them; who names two labels hardly means that. */
  readonly withoutLabels?: readonly string[]
}

/** True where the labels pass the filter. */
export function matchesLabels(present: Labels, { labels = [], withoutLabels = [] }: LabelFilter): boolean {
  return labels.every((label) => hasLabel(present, label)) && !withoutLabels.some((label) => hasLabel(present, label))
}
