import { hasCode } from '../../base/errors.ts'
import type { EngineInfo } from '../../engine/api.ts'
import { oneOf } from '../flags.ts'
import type { Invocation, Verb } from '../verb.ts'

const start: Verb = {
  configure: () => {},
  run: async ({ connect, terminal }) => {
    const engine = await connect()
    const { pid, socket } = await engine.info()
    terminal.stdout.write(`engine runs: pid ${pid}, socket ${socket}\n`)
    return 0
  },
}

const stop: Verb = {
  configure: () => {},
  run: async ({ connect, terminal }) => {
    try {
      const engine = await connect({ start: false })
      await engine.shutdown()
      terminal.stdout.write('engine stopped; containers go on\n')
    } catch (error) {
      if (!hasCode(error, 'ENGINE_NOT_RUNNING')) throw error
      terminal.stdout.write('engine does not run\n')
    }
    return 0
  },
}

const status: Verb = {
  configure: (command) => {
    command.usage('[OPTIONS]').option('--format <format>', 'Format the output. Values: (pretty | json)', oneOf(['pretty', 'json']))
  },
  run: async (invocation) => {
    const info = await runningEngine(invocation)
    const json = invocation.flags.format === 'json'
    if (info === undefined) {
      invocation.terminal.stdout.write(json ? `${JSON.stringify({ running: false })}\n` : 'engine does not run\n')
      return 1
    }
    invocation.terminal.stdout.write(json ? `${JSON.stringify({ running: true, ...info })}\n` : describe(info))
    return 0
  },
}

async function runningEngine({ connect }: Invocation): Promise<EngineInfo | undefined> {
  try {
    const engine = await connect({ start: false })
    return await engine.info()
  } catch (error) {
    if (hasCode(error, 'ENGINE_NOT_RUNNING')) return undefined
    throw error
  }
}

function describe(info: EngineInfo): string {
  const rows: readonly (readonly [string, string])[] = [
    ['pid', String(info.pid)],
    ['version', info.version],
    ['socket', info.socket],
    ['data root', info.dataRoot],
    ['runtime', `${info.runtime.name} ${info.runtime.version} (${info.runtime.path})`],
    ['cgroups', info.cgroup],
    ['firewall', info.firewall],
    ['kernel', info.kernel],
    ['containers', `${info.containers.running} running, ${info.containers.total} in all`],
    ['images', String(info.images)],
    ...info.warnings.map((warning) => ['warning', warning] as const),
  ]
  return `${rows.map(([name, value]) => `${`${name}:`.padEnd(12)}${value}`).join('\n')}\n`
}

export const verb: Verb = {
  configure: () => {},
  run: async () => 0,
  verbs: [
    { name: 'start', summary: 'Start the engine if it does not run', load: async () => ({ verb: start }) },
    { name: 'status', summary: 'Show whether the engine runs, where and with what', load: async () => ({ verb: status }) },
    { name: 'stop', summary: 'Stop the engine; containers go on', load: async () => ({ verb: stop }) },
  ],
}
