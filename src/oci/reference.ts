import { TscomposeError } from '../base/errors.ts'
import { type Digest, isDigest } from './digest.ts'

/** An image reference in parts. `tag` is absent only where a digest is there. */
export interface Reference {
  /** Registry host with port, `docker.io` where none was written. */
  readonly host: string
  /** Path in the registry, such as `library/nginx`. */
  readonly path: string
  readonly tag?: string
  readonly digest?: Digest
}

const defaultHost = 'docker.io'
const officialPrefix = 'library/'
const hostPattern =
  /^(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?$/
const pathPattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/
const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/
const maxNameLength = 255

/**
 * Parses what people write: `nginx`, `nginx:1.27`, `quay.io/a/b@sha256:…`. Without tag and digest the tag is `latest`.
 * Rejects `invalid` INVALID_REFERENCE. Rules: distribution/reference, as the Docker engine normalises names.
 */
export function parseReference(text: string): Reference {
  const at = text.indexOf('@')
  const digest = at < 0 ? undefined : text.slice(at + 1)
  const named = at < 0 ? text : text.slice(0, at)
  if (digest !== undefined && !isDigest(digest)) throw invalidReference(text, 'the part after "@" is not a digest')
  const colon = named.lastIndexOf(':')
  const hasTag = colon > named.lastIndexOf('/')
  const tag = hasTag ? named.slice(colon + 1) : undefined
  const name = hasTag ? named.slice(0, colon) : named
  if (tag !== undefined && !tagPattern.test(tag)) throw invalidReference(text, `${JSON.stringify(tag)} is not a tag`)
  const { host, path } = splitName(name, text)
  return {
    host,
    path,
    ...(tag === undefined ? (digest === undefined ? { tag: 'latest' } : {}) : { tag }),
    ...(digest === undefined ? {} : { digest: digest as Digest }),
  }
}

/** Like parseReference, but undefined for what is no reference. */
export function tryParseReference(text: string): Reference | undefined {
  try {
    return parseReference(text)
  } catch {
    return undefined
  }
}

function splitName(name: string, text: string): { host: string; path: string } {
  const slash = name.indexOf('/')
  const first = slash < 0 ? '' : name.slice(0, slash)
  const isHost = first === 'localhost' || /[.:]/.test(first) || first !== first.toLowerCase()
  const host = !isHost ? defaultHost : first === 'index.docker.io' ? defaultHost : first
  const rest = isHost ? name.slice(slash + 1) : name
  if (isHost && !hostPattern.test(first)) throw invalidReference(text, `${JSON.stringify(first)} is not a registry host`)
  if (rest !== rest.toLowerCase()) throw invalidReference(text, 'the repository name must be lower case')
  if (!pathPattern.test(rest)) throw invalidReference(text, 'bad repository name')
  if (!isHost && /^[0-9a-f]{64}$/.test(rest)) throw invalidReference(text, '64 hexadecimal digits are an image ID, not a name')
  const path = host === defaultHost && !rest.includes('/') ? `${officialPrefix}${rest}` : rest
  if (host.length + 1 + path.length > maxNameLength) throw invalidReference(text, `the name is longer than ${maxNameLength} characters`)
  return { host, path }
}

function invalidReference(text: string, why: string): TscomposeError {
  return new TscomposeError('invalid', 'INVALID_REFERENCE', `invalid image reference ${JSON.stringify(text.slice(0, 300))}: ${why}`, {
    hint: 'write [HOST[:PORT]/]NAME[:TAG][@DIGEST], such as nginx:1.27 or localhost:5000/shop/web',
    target: text.slice(0, 300),
  })
}

/** Full name without tag and digest: `docker.io/library/nginx`. */
export function canonicalName(reference: Reference): string {
  return `${reference.host}/${reference.path}`
}

/** Full form, the key records are kept under: `docker.io/library/nginx:1.27`, or with the digest where one is there. */
export function formatReference(reference: Reference): string {
  return `${canonicalName(reference)}${suffix(reference)}`
}

/** Short name people know it by, without tag: `nginx`, `quay.io/a/b`. */
export function familiarName(reference: Reference): string {
  if (reference.host !== defaultHost) return canonicalName(reference)
  const path = reference.path
  const short = path.startsWith(officialPrefix) ? path.slice(officialPrefix.length) : path
  // `library/a/b` needs its prefix, or it would be read back as a/b.
  return short.includes('/') && path.startsWith(officialPrefix) ? path : short
}

/** Short form with tag and digest: `nginx:1.27`. */
export function familiarReference(reference: Reference): string {
  return `${familiarName(reference)}${suffix(reference)}`
}

function suffix(reference: Reference): string {
  const tag = reference.tag === undefined ? '' : `:${reference.tag}`
  const digest = reference.digest === undefined ? '' : `@${reference.digest}`
  return `${tag}${digest}`
}
