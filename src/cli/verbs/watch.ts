import { Option } from 'commander'
import { up } from '../../commands/up.ts'
import type { WatchStatus } from '../../commands/watch/history.ts'
import { endBackgroundWatch, findWatch, watchLogPath } from '../../daemon/watch-registry.ts'
import { formatDuration } from '../ago.ts'
import { isSet } from '../compose/flags.ts'
import { ownFlag } from '../compose/own-flag.ts'
import { upRules } from '../compose/rules.ts'
import { nameScope, projectScope } from '../compose/scope.ts'
import { watchSession } from '../compose/watch-session.ts'
import type { Invocation, Verb } from '../verb.ts'

export const verb: Verb = {
  unplanned: true,
  configure: (command) => {
    command
      .usage('[SERVICE...]')
      .argument('[SERVICE...]')
      .addOption(ownFlag('--no-up', 'Do not build & start services before watching'))
      .option('--prune', 'Prune dangling images on rebuild', true)
      .option('--no-prune', 'Keep dangling images')
      .option('--quiet', 'hide build output')
      .option('--status', 'Show the rules, last batches and latencies of the watch that runs')
      .addOption(new Option('--format <format>', 'Format of --status').choices(['table', 'json']).default('table'))
      .option('--stop', 'End the watch that runs in the background')
      .addOption(ownFlag('--background', 'Ends with the project; used by up -d --watch').hideHelp())
  },
  run: async (invocation) => {
    const { flags, args, signal } = invocation
    if (isSet(flags, 'status')) return await showStatus(invocation)
    if (isSet(flags, 'stop')) return await stopWatch(invocation)
    const scope = await projectScope(invocation, { services: args })
    const rules = upRules(invocation, args)
    const initial = { ...rules, images: { ...rules.images, build: true } }
    const bringUp = async (): Promise<void> => void (await up(scope, { rules: initial, warn: scope.warn }))
    await watchSession(invocation, scope, {
      rules,
      prune: flags.prune !== false,
      quiet: isSet(flags, 'quiet'),
      background: isSet(flags, 'background'),
      signal,
      ...(isSet(flags, 'noUp') ? {} : { bringUp }),
    })
    return 0
  },
}

async function showStatus(invocation: Invocation): Promise<number> {
  const { projectName } = await nameScope(invocation)
  const found = findWatch<WatchStatus>(projectName)
  const { stdout } = invocation.terminal
  if (invocation.flags.format === 'json') {
    const log = found?.background === true ? watchLogPath(projectName) : null
    stdout.write(`${JSON.stringify(found === undefined ? null : { pid: found.pid, background: found.background, log, ...found.status })}\n`)
    return found === undefined ? 1 : 0
  }
  if (found === undefined) {
    stdout.write(`no watch of ${projectName} runs\n`)
    return 1
  }
  const { status, pid, background } = found
  const log = background ? `, log ${watchLogPath(projectName)}` : ''
  const lines = [
    `${projectName}: watching for ${formatDuration(Date.now() - status.startedAt)} (pid ${pid}, ${background ? 'background' : 'foreground'}${log})`,
    ...status.rules.map(
      ({ service, action, path, target }) => `  ${service}  ${action}  ${path}${target === undefined ? '' : ` -> ${target}`}`,
    ),
    `batches: ${status.latency.count}, latency p50 ${status.latency.p50} ms, p99 ${status.latency.p99} ms`,
    ...status.batches.map(
      ({ at, files, actions, failures, ms }) =>
        `  ${new Date(at).toISOString()}  ${files} files  ${actions.join(', ')}  ${ms} ms${failures.length === 0 ? '' : `  FAILED: ${failures.join('; ')}`}`,
    ),
  ]
  stdout.write(`${lines.join('\n')}\n`)
  return 0
}

async function stopWatch(invocation: Invocation): Promise<number> {
  const { projectName } = await nameScope(invocation)
  if (await endBackgroundWatch(projectName)) return 0
  invocation.terminal.stderr.write(`no watch of ${projectName} runs in the background\n`)
  return 1
}
