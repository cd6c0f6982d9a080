import { TscomposeError } from '../../base/errors.ts'
import { port } from '../../commands/port.ts'
import { number, text } from '../compose/flags.ts'
import { nameScope } from '../compose/scope.ts'
import { oneOf, wholeNumber } from '../flags.ts'
import type { Verb } from '../verb.ts'

const protocols = ['tcp', 'udp', 'sctp'] as const

export const verb: Verb = {
  configure: (command) => {
    command
      .usage('[OPTIONS] SERVICE PRIVATE_PORT')
      .argument('<SERVICE>')
      .argument('<PRIVATE_PORT>')
      .option('--index <n>', 'Index of the container if service has multiple replicas', wholeNumber)
      .option('--protocol <protocol>', 'tcp or udp', oneOf(protocols), 'tcp')
  },
  run: async (invocation) => {
    const { flags, args, terminal } = invocation
    const [service = '', wanted = ''] = args
    if (!/^\d+$/.test(wanted) || Number(wanted) > 65535) throw new TscomposeError('invalid', 'USAGE', `invalid port number "${wanted}"`)
    const index = number(flags, 'index')
    const protocol = protocols.find((word) => word === text(flags, 'protocol')) ?? 'tcp'
    const address = await port(await nameScope(invocation), {
      service,
      port: Number(wanted),
      protocol,
      ...(index === undefined ? {} : { index }),
    })
    terminal.stdout.write(`${address}\n`)
    return 0
  },
}
