import { TscomposeError } from '../../../base/errors.ts'
import { hasLabel } from '../../../base/labels.ts'
import type { ImageSummary } from '../../../engine/api.ts'
import { parseTimestamp } from '../../compose/durations.ts'

/** One image under one of its names, as lists have it. */
export interface NamedImage {
  readonly image: ImageSummary
  readonly repository: string
  /** `<none>` where there is none. */
  readonly tag: string
}

type Test = (row: NamedImage) => boolean

/**
 * `--filter` of `image ls` as a test of one line. References are alternatives, all other filters must hold. `now` in milliseconds. Throws
 * USAGE, and IMAGE_NOT_FOUND for an image that `before` and `since` name.
 */
export function parseImageFilters(
  filters: readonly string[],
  { images, now }: { readonly images: readonly ImageSummary[]; readonly now: number },
): Test {
  const tests: Test[] = []
  const references: RegExp[] = []
  for (const filter of filters) {
    const [, key = '', value = ''] = /^([^=]*)=([\s\S]*)$/.exec(filter) ?? []
    if (key === 'dangling' && (value === 'true' || value === 'false'))
      tests.push(({ image }) => (image.tags.length === 0) === (value === 'true'))
    else if (key === 'label' && value !== '') tests.push(({ image }) => hasLabel(image.labels, value))
    else if (key === 'reference' && value !== '') references.push(referencePattern(value))
    else if (key === 'before' || key === 'since') {
      const { createdAt } = named(value, images)
      tests.push(({ image }) => (key === 'before' ? image.createdAt < createdAt : image.createdAt > createdAt))
    } else if (key === 'until' && parseTimestamp(value, now) !== undefined) {
      const until = parseTimestamp(value, now) ?? 0
      tests.push(({ image }) => image.createdAt < until)
    } else {
      throw new TscomposeError('invalid', 'USAGE', `invalid filter '${filter}'`, {
        hint: 'filters are dangling=true, label=<key>[=<value>], reference=<pattern>, before=<image>, since=<image> and until=<time>',
      })
    }
  }
  const isReferred = ({ repository, tag }: NamedImage): boolean =>
    references.some((pattern) => pattern.test(repository) || pattern.test(`${repository}:${tag}`))
  if (references.length > 0) tests.push((row) => row.repository !== '<none>' && isReferred(row))
  return (row) => tests.every((test) => test(row))
}

/** `*` and `?` stand for anything but a slash, as in a shell's file names. */
function referencePattern(text: string): RegExp {
  const source = text
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]')
  return new RegExp(`^${source}$`)
}

function named(text: string, images: readonly ImageSummary[]): ImageSummary {
  const isIt = ({ id, tags }: ImageSummary): boolean =>
    tags.includes(text) ||
    tags.includes(`${text}:latest`) ||
    (/^[0-9a-f]{4,64}$/.test(text) && id.startsWith(`sha256:${text}`)) ||
    id === text
  const found = images.find(isIt)
  if (found !== undefined) return found
  throw new TscomposeError('not-found', 'IMAGE_NOT_FOUND', `no such image on this machine: ${text.slice(0, 300)}`, {
    hint: 'tscompose image ls shows what is here',
  })
}
