import { TscomposeError } from '../../../base/errors.ts'

const maxPathBytes = 4096
const maxNameBytes = 255

/**
 * Name of a tar entry as a clean relative path: no leading slash, no `.`, no empty parts; '' is the root itself.
 * `..` is resolved by the text alone, and one that leads out is refused, as is what the kernel would not take.
 */
export function entryPath(name: string): string {
  if (name.includes('\0') || Buffer.byteLength(name) > maxPathBytes) throw hostileLayer(name, 'its name is not a possible file name')
  const parts: string[] = []
  for (const part of name.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') {
      if (part.length * 3 > maxNameBytes && Buffer.byteLength(part) > maxNameBytes) throw hostileLayer(name, 'its name is too long')
      parts.push(part)
    } else if (parts.pop() === undefined) {
      throw hostileLayer(name, 'it leads out of the image')
    }
  }
  return parts.join('/')
}

/** Directory part ('' is the root) and last name of a clean path. */
export function splitPath(path: string): { readonly parent: string; readonly name: string } {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? { parent: '', name: path } : { parent: path.slice(0, slash), name: path.slice(slash + 1) }
}

/** The typed error for an entry no honest tool would have written. */
export function hostileLayer(name: string, why: string): TscomposeError {
  return new TscomposeError('invalid', 'INVALID_LAYER', `layer entry ${JSON.stringify(name.slice(0, 200))} was refused: ${why}`, {
    hint: 'the image is damaged or hostile; do not use it',
  })
}

const whiteoutPrefix = '.wh.'
const opaqueName = '.wh..wh..opq'

/** What a name means in a layer: an ordinary entry, the removal of a name below, or marks (OCI image-spec layer.md). */
export function whiteoutKind(
  name: string,
): { readonly kind: 'entry' | 'opaque' | 'ignore' } | { readonly kind: 'whiteout'; readonly target: string } {
  if (!name.startsWith(whiteoutPrefix)) return { kind: 'entry' }
  if (name === opaqueName) return { kind: 'opaque' }
  // Bookkeeping of aufs, of no meaning anywhere else.
  if (name.startsWith('.wh..wh.')) return { kind: 'ignore' }
  const target = name.slice(whiteoutPrefix.length)
  if (target === '' || target === '.' || target === '..') throw hostileLayer(name, 'it is a whiteout of nothing')
  return { kind: 'whiteout', target }
}
