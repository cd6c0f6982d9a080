import type { ImageDetails } from '../../../engine/api.ts'
import { formatAgo } from '../../ago.ts'
import { oneOf } from '../../flags.ts'
import { formatSize } from '../../report/reporter.ts'
import { formatTable } from '../../table.ts'
import type { Verb } from '../../verb.ts'

interface Step {
  readonly id: string
  readonly created: string
  readonly createdBy: string
  readonly size: number
  readonly comment: string
}

export const verb: Verb = {
  configure: (command) => {
    command
      .usage('[OPTIONS] IMAGE')
      .argument('<image>')
      .option('--format <format>', 'Format the output. Values: (table | json)', oneOf(['table', 'json']))
      .option('--no-trunc', 'Do not shorten')
  },
  run: async ({ args, flags, connect, terminal }) => {
    const [image = ''] = args
    const engine = await connect()
    const steps = historySteps(await engine.images.inspect({ image }))
    const short = (text: string): string => (flags.trunc !== false && text.length > 45 ? `${text.slice(0, 44)}…` : text)
    const id = (full: string): string => (flags.trunc === false ? full : full.replace(/^sha256:/, '').slice(0, 12))
    if (flags.format === 'json') {
      terminal.stdout.write(steps.map((step) => `${JSON.stringify(jsonStep(step, id(step.id)))}\n`).join(''))
    } else {
      const now = Date.now()
      const rows = steps.map((step) => {
        const ago = step.created === '' ? 'N/A' : formatAgo(Date.parse(step.created), now)
        return [id(step.id), ago, short(step.createdBy), formatSize(step.size), step.comment]
      })
      terminal.stdout.write(formatTable(['IMAGE', 'CREATED', 'CREATED BY', 'SIZE', 'COMMENT'], rows))
    }
    return 0
  },
}

/** Newest first; only the top one is an image by itself. */
function historySteps(image: ImageDetails): readonly Step[] {
  const sizes = [...(image.layerSizes ?? [])]
  const steps = (image.configFile.history ?? []).map((entry) => ({
    id: '<missing>',
    created: entry.created ?? '',
    createdBy: entry.created_by ?? '',
    size: entry.empty_layer === true ? 0 : (sizes.shift() ?? 0),
    comment: entry.comment ?? '',
  }))
  return steps.reverse().map((step, index) => (index === 0 ? { ...step, id: image.id } : step))
}

function jsonStep(step: Step, id: string): Readonly<Record<string, string>> {
  return { Comment: step.comment, CreatedAt: step.created, CreatedBy: step.createdBy, ID: id, Size: formatSize(step.size) }
}
