/** Something that is not on this machine: a git repository, or a file at a web server. */
export type RemoteLocation =
  | {
      readonly kind: 'git'
      /** As git takes it. */
      readonly remote: string
      /** Branch, tag, or commit; absent: what the repository's HEAD names. */
      readonly ref?: string
      /** Directory of the repository, without slashes around. */
      readonly directory?: string
    }
  | { readonly kind: 'http'; readonly url: string }

/**
 * Reads `https://host/x.git#ref:dir`, `git@host:x.git`, `ssh://…`, `git://…`, and other web addresses; undefined for
 * anything else. `context` also takes `github.com/owner/name`, as build contexts are written.
 */
export function parseRemote(text: string, { context = false }: { readonly context?: boolean } = {}): RemoteLocation | undefined {
  if (context && /^github\.com\/[^/]+\/[^/]+/.test(text)) return parseGit(`https://${text}`)
  if (/^(?:git|ssh):\/\//.test(text) || /^[A-Za-z0-9_-]+@[A-Za-z0-9.-]+:/.test(text)) return parseGit(text)
  if (!/^https?:\/\//.test(text)) return undefined
  return /\.git(?:[?#].*)?$/.test(text) ? parseGit(text) : { kind: 'http', url: text }
}

function parseGit(text: string): RemoteLocation {
  const hash = text.indexOf('#')
  const fragment = hash < 0 ? '' : text.slice(hash + 1)
  const { remote, query } = splitQuery(hash < 0 ? text : text.slice(0, hash))
  const colon = fragment.indexOf(':')
  const ref = query.get('ref') ?? query.get('branch') ?? query.get('tag') ?? (colon < 0 ? fragment : fragment.slice(0, colon))
  const path = query.get('subdir') ?? (colon < 0 ? '' : fragment.slice(colon + 1))
  const directory = path
    .split('/')
    .filter((name) => name !== '' && name !== '.')
    .join('/')
  return { kind: 'git', remote, ...(ref === '' ? {} : { ref }), ...(directory === '' ? {} : { directory }) }
}

function splitQuery(text: string): { readonly remote: string; readonly query: URLSearchParams } {
  const mark = text.indexOf('?')
  return mark < 0
    ? { remote: text, query: new URLSearchParams() }
    : { remote: text.slice(0, mark), query: new URLSearchParams(text.slice(mark + 1)) }
}

/** The address without a password in it, for messages and histories. */
export function withoutPassword(text: string): string {
  return text.replace(/^([a-z]+:\/\/[^/@:]*):[^/@]*@/, '$1@')
}
