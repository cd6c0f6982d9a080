import { createHash } from 'node:crypto'
import { TscomposeError } from '../base/errors.ts'

/** `sha256:<64 hex>` or `sha512:<128 hex>`; checked before it is ever used in a path or URL. */
export type Digest = string & { readonly __digest: never }

const pattern = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/

export function isDigest(text: string): text is Digest {
  return pattern.test(text)
}

/** Digest of a string that is known to be the hex of a sha256. */
export function sha256Digest(hex: string): Digest {
  return `sha256:${hex}` as Digest
}

/** Throws `invalid` INVALID_DIGEST for anything but a sha256 or sha512 digest in lower case. */
export function parseDigest(text: string): Digest {
  if (isDigest(text)) return text
  throw new TscomposeError('invalid', 'INVALID_DIGEST', `not a digest: ${JSON.stringify(text.slice(0, 160))}`)
}

export function digestAlgorithm(digest: Digest): 'sha256' | 'sha512' {
  return digest.startsWith('sha256:') ? 'sha256' : 'sha512'
}

/** The hex part. */
export function digestHex(digest: Digest): string {
  return digest.slice(7)
}

/** True where `bytes` have this digest. */
export function digestMatches(bytes: Uint8Array, digest: Digest): boolean {
  return createHash(digestAlgorithm(digest)).update(bytes).digest('hex') === digestHex(digest)
}
