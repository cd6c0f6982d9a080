import { resolve } from 'node:path'
import { TscomposeError } from '../../../base/errors.ts'
import { collect } from '../../flags.ts'
import type { Verb } from '../../verb.ts'

export const verb: Verb = {
  unplanned: true,
  configure: (command) => {
    command
      .usage('[OPTIONS] PATH')
      .argument('<path>')
      .option('--build-arg <name=value>', 'Set a build-time variable', collect, [])
      .option('-f, --file <file>', 'Name of the Dockerfile (default: PATH/Dockerfile)')
      .option('--label <name=value>', 'Set metadata for the image', collect, [])
      .option('--network <mode>', 'Networking of RUN instructions: default, none or host')
      .option('--no-cache', 'Do not use the cache')
      .option('--platform <platform>', 'Set the target platform')
      .option('--pull', 'Look for newer versions of the base images')
      .option('-q, --quiet', 'Print only the image ID')
      .option('-t, --tag <name>', 'Name and optionally tag of the image', collect, [])
      .option('--target <stage>', 'Stop at this build stage')
  },
  run: async ({ args, flags, connect, reporter, signal, terminal }) => {
    const [path = '.'] = args
    const text = (name: string): string | undefined => flags[name] as string | undefined
    const file = text('file')
    const target = text('target')
    const platform = text('platform')
    const network = text('network')
    const progress = flags.quiet === true ? undefined : reporter()
    const engine = await connect()
    const image = await engine.images.build(
      {
        context: resolve(terminal.cwd, path),
        tags: flags.tag as readonly string[],
        args: buildArgs(flags.buildArg as readonly string[], terminal.env),
        labels: pairs('--label', flags.label as readonly string[]),
        noCache: flags.cache === false,
        pull: flags.pull === true,
        ...(file === undefined ? {} : { dockerfile: resolve(terminal.cwd, file) }),
        ...(target === undefined ? {} : { target }),
        ...(platform === undefined ? {} : { platform }),
        ...(network === undefined ? {} : { network }),
      },
      { signal, ...(progress === undefined ? {} : { sink: progress.sink }) },
    )
    progress?.end()
    terminal.stdout.write(`${image.id}\n`)
    return 0
  },
}

/** `NAME` alone takes the value from the environment, and is left out where it has none. */
function buildArgs(words: readonly string[], env: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const entries = words.flatMap((word) => {
    const at = word.indexOf('=')
    const value = at === -1 ? env[word] : word.slice(at + 1)
    return value === undefined ? [] : [[at === -1 ? word : word.slice(0, at), value]]
  })
  return Object.fromEntries(entries)
}

function pairs(flag: string, words: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=')
      if (at < 1) throw new TscomposeError('invalid', 'USAGE', `${flag} takes NAME=VALUE, not "${word}"`)
      return [word.slice(0, at), word.slice(at + 1)]
    }),
  )
}
