import type { Verb } from '../../verb.ts'

export const verb: Verb = {
  unplanned: true,
  configure: (command) => {
    command.usage('SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]').argument('<image>').argument('<reference>')
  },
  run: async ({ args, connect, signal }) => {
    const [image = '', reference = ''] = args
    const engine = await connect()
    await engine.images.tag({ image, reference }, { signal })
    return 0
  },
}
