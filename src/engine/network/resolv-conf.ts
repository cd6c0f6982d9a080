/** The lines of a resolv.conf that matter to containers. */
export interface ResolvConf {
  readonly search: readonly string[]
  readonly options: readonly string[]
}

/** Reads `search` (or `domain`) and `options`; the last search line counts, options add up. */
export function parseResolvConf(text: string): ResolvConf {
  let search: readonly string[] = []
  const options: string[] = []
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line.trim().split(/\s+/)
    if (keyword === 'search' || keyword === 'domain') search = values
    if (keyword === 'options') options.push(...values)
  }
  return { search, options }
}

export interface ResolvConfSettings {
  /** `.` alone stands for no search domain. */
  readonly search?: readonly string[] | undefined
  readonly options?: readonly string[] | undefined
}

/** A container's resolv.conf: our resolver, then the container's own settings or the host's. */
export function renderResolvConf(host: ResolvConf, settings: ResolvConfSettings): string {
  const wanted = settings.search !== undefined && settings.search.length > 0 ? settings.search : host.search
  const search = wanted.filter((domain) => domain !== '.')
  const options = settings.options !== undefined && settings.options.length > 0 ? settings.options : host.options.filter(isNotNdots)
  const all = options.some((option) => !isNotNdots(option)) ? options : [...options, 'ndots:0']
  return ['nameserver 127.0.0.11', ...(search.length > 0 ? [`search ${search.join(' ')}`] : []), `options ${all.join(' ')}`, ''].join('\n')
}

/** The number of dots from which on a name counts as complete; 0 as it is written above. */
export function ndotsOf(options: readonly string[] | undefined): number {
  const text = options?.findLast((option) => !isNotNdots(option))?.slice('ndots:'.length) ?? '0'
  const value = Number.parseInt(text, 10)
  return Number.isNaN(value) ? 0 : value
}

function isNotNdots(option: string): boolean {
  return !option.startsWith('ndots:')
}
