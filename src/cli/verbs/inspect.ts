import { type InspectType, inspectObjects } from '../../commands/inspect/inspect.ts'
import { fillTemplate } from '../../commands/inspect/template.ts'
import { oneOf } from '../flags.ts'
import type { Invocation, Verb } from '../verb.ts'

/** `inspect` of everything, and of images alone. */
export function createInspectVerb(fixedType?: InspectType): Verb {
  return {
    configure: (command) => {
      command.usage('[OPTIONS] NAME|ID [NAME|ID...]').argument('<names...>')
      command.option('-f, --format <format>', "'json', or a template such as {{.State.Status}}")
      if (fixedType === undefined) {
        command.option('--type <type>', 'Only objects of this type', oneOf(['container', 'image', 'network', 'volume']))
      }
    },
    run: (invocation) => run(invocation, fixedType),
  }
}

async function run({ args, flags, connect, terminal }: Invocation, fixedType: InspectType | undefined): Promise<number> {
  const type = fixedType ?? (flags.type as InspectType | undefined)
  const { objects, missing } = await inspectObjects(await connect(), args, type === undefined ? {} : { type })
  const format = flags.format
  if (typeof format === 'string') terminal.stdout.write(objects.map((object) => `${fillTemplate(format, object)}\n`).join(''))
  else terminal.stdout.write(`${JSON.stringify(objects, null, 4)}\n`)
  for (const name of missing) terminal.stderr.write(`Error: No such ${type ?? 'object'}: ${name}\n`)
  return missing.length === 0 ? 0 : 1
}

export const verb: Verb = createInspectVerb()
