import type { DiskUsage } from '../../../engine/api.ts'
import { formatAgo } from '../../ago.ts'
import { oneOf } from '../../flags.ts'
import { formatSize } from '../../report/reporter.ts'
import { formatTable } from '../../table.ts'
import type { Verb } from '../../verb.ts'

interface Row {
  readonly type: string
  readonly total: number
  readonly active: number
  readonly size: number
  readonly reclaimable: number
}

export const verb: Verb = {
  configure: (command) => {
    command
      .usage('[OPTIONS]')
      .option('--format <format>', 'Format the output. Values: (table | json)', oneOf(['table', 'json']))
      .option('-v, --verbose', 'Show detailed information on space usage')
  },
  run: async ({ flags, connect, signal, terminal }) => {
    const usage = await (await connect()).diskUsage({}, { signal })
    const rows = summaryRows(usage)
    if (flags.format === 'json') terminal.stdout.write(rows.map((row) => `${JSON.stringify(jsonRow(row))}\n`).join(''))
    else if (flags.verbose === true) terminal.stdout.write(details(usage, Date.now()))
    else {
      const cells = rows.map((row) => [row.type, String(row.total), String(row.active), formatSize(row.size), share(row)])
      terminal.stdout.write(formatTable(['TYPE', 'TOTAL', 'ACTIVE', 'SIZE', 'RECLAIMABLE'], cells))
    }
    return 0
  },
}

function summaryRows({ images, imagesSize, containers, volumes, buildCache }: DiskUsage): readonly Row[] {
  const isUp = (status: string): boolean => status === 'running' || status === 'paused' || status === 'restarting'
  const usedImages = images.filter((entry) => entry.containers > 0)
  const neededSize = usedImages.reduce((sum, { uniqueSize }) => sum + uniqueSize, 0)
  const sharedSize = imagesSize - images.reduce((sum, { uniqueSize }) => sum + uniqueSize, 0)
  const up = containers.filter(({ container }) => isUp(container.state.status))
  const usedVolumes = volumes.filter((entry) => entry.containers > 0)
  const total = (list: readonly { readonly size: number }[]): number => list.reduce((sum, { size }) => sum + size, 0)
  return [
    {
      type: 'Images',
      total: images.length,
      active: usedImages.length,
      size: imagesSize,
      // What several images share goes only with the last of them.
      reclaimable: imagesSize - neededSize - (usedImages.length > 0 ? sharedSize : 0),
    },
    {
      type: 'Containers',
      total: containers.length,
      active: up.length,
      size: total(containers),
      reclaimable: total(containers) - total(up),
    },
    {
      type: 'Local Volumes',
      total: volumes.length,
      active: usedVolumes.length,
      size: total(volumes),
      reclaimable: total(volumes) - total(usedVolumes),
    },
    { type: 'Build Cache', total: buildCache.entries, active: 0, size: buildCache.size, reclaimable: buildCache.size },
  ]
}

/** `1.2MB (40%)`; the build cache is all of it, so it has no share. */
function share({ type, size, reclaimable }: Row): string {
  if (type === 'Build Cache' || size === 0) return formatSize(reclaimable)
  return `${formatSize(reclaimable)} (${Math.floor((reclaimable * 100) / size)}%)`
}

function jsonRow(row: Row): Readonly<Record<string, string>> {
  return {
    Active: String(row.active),
    Reclaimable: share(row),
    Size: formatSize(row.size),
    TotalCount: String(row.total),
    Type: row.type,
  }
}

function details({ images, containers, volumes, buildCache }: DiskUsage, now: number): string {
  const short = (id: string): string => id.replace(/^sha256:/, '').slice(0, 12)
  const imageRows = images.map(({ image, sharedSize, uniqueSize, containers: count }) => [
    image.tags[0] ?? '<none>',
    short(image.id),
    formatAgo(image.createdAt, now),
    formatSize(sharedSize + uniqueSize),
    formatSize(sharedSize),
    formatSize(uniqueSize),
    String(count),
  ])
  const containerRows = containers.map(({ container, size }) => [
    short(container.id),
    container.image,
    formatSize(size),
    formatAgo(container.createdAt, now),
    container.state.status,
    container.name,
  ])
  const volumeRows = volumes.map(({ volume, size, containers: links }) => [volume.name, String(links), formatSize(size)])
  return [
    'Images space usage:\n',
    formatTable(['IMAGE', 'IMAGE ID', 'CREATED', 'SIZE', 'SHARED SIZE', 'UNIQUE SIZE', 'CONTAINERS'], imageRows),
    'Containers space usage:\n',
    formatTable(['CONTAINER ID', 'IMAGE', 'SIZE', 'CREATED', 'STATUS', 'NAMES'], containerRows),
    'Local Volumes space usage:\n',
    formatTable(['VOLUME NAME', 'LINKS', 'SIZE'], volumeRows),
    `Build cache usage: ${formatSize(buildCache.size)}\n`,
  ].join('\n')
}
