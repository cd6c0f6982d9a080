import type { ImageSummary } from '../../../engine/api.ts'
import { formatAgo, formatUtc } from '../../ago.ts'
import { collect, oneOf } from '../../flags.ts'
import { formatSize } from '../../report/reporter.ts'
import { formatTable } from '../../table.ts'
import type { Verb } from '../../verb.ts'
import { type NamedImage, parseImageFilters } from './image-filters.ts'

export const verb: Verb = {
  configure: (command) => {
    command
      .usage('[OPTIONS] [REPOSITORY[:TAG]]')
      .argument('[reference]')
      .option('-a, --all', 'Show all images; there are no intermediate ones here, so this changes nothing')
      .option('-f, --filter <filter>', 'Only images that match: dangling, label, reference, before, since, until', collect, [])
      .option('--format <format>', 'Format the output. Values: (table | json)', oneOf(['table', 'json']))
      .option('--no-trunc', 'Do not shorten IDs')
      .option('-q, --quiet', 'Print only image IDs')
  },
  run: async ({ args, flags, connect, terminal }) => {
    const engine = await connect()
    const images = await engine.images.list()
    const now = Date.now()
    const rows = listRows(images, args[0]).filter(parseImageFilters(flags.filter as readonly string[], { images, now }))
    const id = (image: ImageSummary): string => (flags.trunc === false ? image.id : image.id.replace(/^sha256:/, '').slice(0, 12))
    if (flags.quiet === true) terminal.stdout.write(rows.map(({ image }) => `${id(image)}\n`).join(''))
    else if (flags.format === 'json')
      terminal.stdout.write(rows.map((row) => `${JSON.stringify(jsonRow(row, id(row.image), now))}\n`).join(''))
    else {
      const cells = rows.map(({ image, repository, tag }) => [
        repository,
        tag,
        id(image),
        formatAgo(image.createdAt, now),
        formatRounded(image.size),
      ])
      terminal.stdout.write(formatTable(['REPOSITORY', 'TAG', 'IMAGE ID', 'CREATED', 'SIZE'], cells))
    }
    return 0
  },
}

/** Newest first, one row per name; `<none>` where there is none. */
function listRows(images: readonly ImageSummary[], wanted: string | undefined): readonly NamedImage[] {
  const rows = [...images].sort((a, b) => b.createdAt - a.createdAt).flatMap(rowsOf)
  if (wanted === undefined) return rows
  return rows.filter(({ repository, tag }) => wanted === repository || wanted === `${repository}:${tag}`)
}

function rowsOf(image: ImageSummary): readonly NamedImage[] {
  const none = '<none>'
  if (image.tags.length > 0) return image.tags.map((name) => ({ image, ...splitTag(name) }))
  const repository = image.digests[0]?.split('@')[0]
  return [{ image, repository: repository ?? none, tag: none }]
}

function splitTag(name: string): { readonly repository: string; readonly tag: string } {
  // The last colon may belong to a registry's port.
  const at = name.lastIndexOf(':')
  return at > name.lastIndexOf('/') ? { repository: name.slice(0, at), tag: name.slice(at + 1) } : { repository: name, tag: '<none>' }
}

/** Three digits, as the table has them. */
function formatRounded(bytes: number): string {
  const [, number = '0', unit = 'B'] = /^([\d.]+)(.*)$/.exec(formatSize(bytes)) ?? []
  return `${Number(Number(number).toPrecision(3))}${unit}`
}

function jsonRow({ image, repository, tag }: NamedImage, id: string, now: number): Readonly<Record<string, string>> {
  const digest = image.digests.find((candidate) => candidate.startsWith(`${repository}@`))?.split('@')[1]
  return {
    Containers: 'N/A',
    CreatedAt: formatUtc(image.createdAt),
    CreatedSince: formatAgo(image.createdAt, now),
    Digest: digest ?? '<none>',
    ID: id,
    Repository: repository,
    SharedSize: 'N/A',
    Size: formatRounded(image.size),
    Tag: tag,
    UniqueSize: 'N/A',
    VirtualSize: formatSize(image.size),
  }
}
