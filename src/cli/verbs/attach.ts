import { findRunning } from '../../commands/scope.ts'
import { isSet, number, text } from '../compose/flags.ts'
import { attachToRunning } from '../compose/run-attached.ts'
import { nameScope } from '../compose/scope.ts'
import { wholeNumber } from '../flags.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = {
  unplanned: true,
  configure: (command) => {
    command
      .usage('[OPTIONS] SERVICE')
      .argument('<SERVICE>')
      .option('--detach-keys <keys>', 'Override the key sequence for detaching from a container')
      .option('--index <n>', 'index of the container if service has multiple replicas', wholeNumber)
      .option('--no-stdin', 'Do not attach STDIN')
      .option('--sig-proxy', 'Proxy all received signals to the process', true)
  },
  run: async (invocation) => {
    const { args, flags, signal } = invocation
    const scope = await nameScope(invocation)
    const { id } = await findRunning(scope, args[0] ?? '', number(flags, 'index'))
    const { spec } = await scope.engine.containers.inspect({ container: id }, { signal })
    const detachKeys = text(flags, 'detachKeys')
    return await attachToRunning(invocation, scope.engine, {
      container: id,
      tty: spec.tty === true,
      // Only a process that reads has something to be given.
      stdin: flags.stdin !== false && spec.openStdin === true,
      ...(detachKeys === undefined ? {} : { detachKeys }),
      passSignals: flags.sigProxy === undefined || isSet(flags, 'sigProxy'),
    })
  },
}
