/** One source of packages as apt knows it. */
export interface AptSource {
  readonly uris: readonly string[]
  readonly suites: readonly string[]
  readonly components: readonly string[]
  /** Path of a keyring, where one is named. */
  readonly signedBy?: string
}

/** Parses a file of `/etc/apt/sources.list.d`: deb822 for `.sources`, lines otherwise. Disabled and source-only entries are left out. */
export function parseAptSources(text: string, isDeb822: boolean): readonly AptSource[] {
  return isDeb822 ? parseDeb822(text) : text.split('\n').flatMap(parseLine)
}

function parseDeb822(text: string): readonly AptSource[] {
  return text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .split(/\n\s*\n/)
    .flatMap((stanza) => {
      const fields = new Map<string, string>()
      for (const [, key = '', value = ''] of stanza.matchAll(/^([A-Za-z-]+):((?:.*)(?:\n[ \t].*)*)/gm))
        fields.set(key.toLowerCase(), value.trim())
      const list = (key: string): readonly string[] => (fields.get(key) ?? '').split(/\s+/).filter((word) => word !== '')
      const isOff = ['no', 'false', '0'].includes((fields.get('enabled') ?? 'yes').toLowerCase())
      if (isOff || !list('types').includes('deb')) return []
      const signedBy = fields.get('signed-by') ?? ''
      return [source({ uris: list('uris'), suites: list('suites'), components: list('components') }, signedBy)]
    })
}

/** `deb [signed-by=…] URI SUITE COMPONENT…` */
function parseLine(line: string): readonly AptSource[] {
  const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line)
  if (match === null) return []
  const [, options = '', uri = '', suite = '', components = ''] = match
  const signedBy = /signed-by=(\S+)/.exec(options)?.[1] ?? ''
  return [source({ uris: [uri], suites: [suite], components: components.split(/\s+/).filter((word) => word !== '') }, signedBy)]
}

/** Keys that stand in the entry itself are no path. */
function source(fields: Omit<AptSource, 'signedBy'>, signedBy: string): AptSource {
  return signedBy.startsWith('/') ? { ...fields, signedBy: signedBy.split(/\s+/)[0] ?? signedBy } : fields
}

/** Where to get a suite, and the sources the image gets. */
export interface SuiteSources {
  readonly mirror: string
  readonly components: readonly string[]
  readonly keyring?: string
  readonly sources: readonly AptSource[]
}

/**
 * Chooses from the host's sources what serves `suite`: its own entries where the host has them; else the mirror of the
 * host's own release (`hostSuite`), which carries its distribution's other releases too. Undefined where neither is there.
 */
export function chooseSuite(all: readonly AptSource[], suite: string, hostSuite: string): SuiteSources | undefined {
  const own = all.filter(({ suites, components }) => suites.some((each) => isOfRelease(each, suite)) && components.includes('main'))
  const base = own.find(({ suites }) => suites.includes(suite))
  const sources = own.map((each) => ({ ...each, suites: each.suites.filter((name) => isOfRelease(name, suite)) }))
  if (base !== undefined) return result(base, sources)
  const host = all.find(({ suites, components }) => suites.includes(hostSuite) && components.includes('main'))
  return host === undefined ? undefined : result(host, [{ ...host, suites: [suite] }])
}

function isOfRelease(name: string, suite: string): boolean {
  return (
    name === suite || ['updates', 'security', 'backports'].some((pocket) => name === `${suite}-${pocket}` || name === `${suite}/${pocket}`)
  )
}

function result(base: AptSource, sources: readonly AptSource[]): SuiteSources {
  return {
    mirror: base.uris[0] ?? '',
    components: base.components,
    sources,
    ...(base.signedBy === undefined ? {} : { keyring: base.signedBy }),
  }
}

/** The sources as a deb822 file; `keyringOf` gives the path inside the image. */
export function formatAptSources(sources: readonly AptSource[], keyringOf: (path: string) => string): string {
  return sources
    .map(({ uris, suites, components, signedBy }) =>
      [
        'Types: deb',
        `URIs: ${uris.join(' ')}`,
        `Suites: ${suites.join(' ')}`,
        `Components: ${components.join(' ')}`,
        ...(signedBy === undefined ? [] : [`Signed-By: ${keyringOf(signedBy)}`]),
        '',
      ].join('\n'),
    )
    .join('\n')
}

const releases: Readonly<Record<string, string>> = {
  'debian:11': 'bullseye',
  'debian:12': 'bookworm',
  'debian:13': 'trixie',
  'debian:14': 'forky',
  'ubuntu:20.04': 'focal',
  'ubuntu:22.04': 'jammy',
  'ubuntu:24.04': 'noble',
  'ubuntu:26.04': 'resolute',
}

/** Suite a name and tag mean: `debian:bookworm-slim` -> bookworm, `ubuntu:24.04` -> noble; latest is the host's own. */
export function suiteOf(name: string, tag: string, hostSuite: string): string {
  const first = tag.split('-', 1)[0] ?? ''
  const distribution = name.split('/').at(-1) ?? ''
  const release = releases[`${distribution}:${first}`] ?? releases[`${distribution}:${first.split('.', 1)[0] ?? ''}`]
  return release ?? (['', 'latest', 'slim', 'stable'].includes(first) ? hostSuite : first)
}
