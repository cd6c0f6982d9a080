import { type ImageRow, images } from '../../commands/images.ts'
import { humanDuration } from '../compose/durations.ts'
import { isSet, services, text } from '../compose/flags.ts'
import { nameScope } from '../compose/scope.ts'
import { humanSize } from '../compose/sizes.ts'
import { formatTable } from '../compose/table.ts'
import { goJson, parseFormat } from '../compose/template.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = {
  configure: (command) => {
    command
      .usage('[OPTIONS] [SERVICE...]')
      .argument('[SERVICE...]')
      .option('--format <format>', 'Format the output. Values: (table | json)')
      .option('-q, --quiet', 'Only display IDs')
  },
  run: async (invocation) => {
    const { flags, args, terminal } = invocation
    const format = parseFormat(text(flags, 'format'))
    const rows = await images(await nameScope(invocation), services(args))
    if (isSet(flags, 'quiet')) {
      const ids = new Set(rows.map(({ container }) => bare(container.imageId)))
      terminal.stdout.write([...ids].map((id) => `${id}\n`).join(''))
    } else if (format.kind === 'json') {
      terminal.stdout.write(`${goJson(rows.map(jsonRow))}\n`)
    } else {
      terminal.stdout.write(table(rows, Date.now()))
    }
    return 0
  },
}

const bare = (id: string): string => id.replace(/^sha256:/, '')

/** `registry:5000/web:1.2` -> name and tag. */
function splitReference(reference: string): readonly [string, string] {
  const colon = reference.lastIndexOf(':')
  return colon > reference.lastIndexOf('/') ? [reference.slice(0, colon), reference.slice(colon + 1)] : [reference, '<none>']
}

function nameAndTag({ image, container }: ImageRow): readonly [string, string] {
  const tags = image?.tags ?? []
  return splitReference(tags.find((tag) => tag === container.image) ?? tags[0] ?? '<none>')
}

function jsonRow(row: ImageRow): Record<string, unknown> {
  const [repository, tag] = nameAndTag(row)
  const { container, image } = row
  return {
    ID: container.imageId,
    ContainerName: container.name,
    Repository: repository,
    Tag: tag,
    Platform: image?.platform ?? '',
    Size: image?.size ?? 0,
    LastTagTime: new Date(image?.taggedAt ?? image?.createdAt ?? 0).toISOString(),
  }
}

function table(rows: readonly ImageRow[], now: number): string {
  return formatTable(
    ['CONTAINER', 'REPOSITORY', 'TAG', 'PLATFORM', 'IMAGE ID', 'SIZE', 'CREATED'],
    rows.map((row) => {
      const { container, image } = row
      const created = image === undefined ? '' : `${humanDuration(now - image.createdAt)} ago`
      const id = bare(container.imageId).slice(0, 12)
      return [container.name, ...nameAndTag(row), image?.platform ?? '', id, humanSize(image?.size ?? 0), created]
    }),
    { minimum: 20, padding: 3 },
  )
}
