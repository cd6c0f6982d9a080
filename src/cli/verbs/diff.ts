import type { Verb } from '../verb.ts'

const letters = { added: 'A', changed: 'C', deleted: 'D' } as const

export const verb: Verb = {
  configure: (command) => {
    command.usage('CONTAINER').argument('<container>')
  },
  run: async ({ args, connect, signal, terminal }) => {
    const [container = ''] = args
    const changes = await (await connect()).containers.diff({ container }, { signal })
    terminal.stdout.write(changes.map(({ kind, path }) => `${letters[kind]} ${path}\n`).join(''))
    return 0
  },
}
