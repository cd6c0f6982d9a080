import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command, Option } from 'commander'
import { TscomposeError } from '../../base/errors.ts'
import { planUp, type UpOptions, up } from '../../commands/up.ts'
import { formatPlan } from '../../converge/plan.ts'
import type { AttachedOptions } from '../compose/attached-up.ts'
import { confirm } from '../compose/confirm.ts'
import { exclusive, isSet, list, parseScales, seconds, services, text } from '../compose/flags.ts'
import { ownFlag } from '../compose/own-flag.ts'
import { quieted } from '../compose/quiet.ts'
import { isTrue, upRules } from '../compose/rules.ts'
import { type ProjectScope, projectScope } from '../compose/scope.ts'
import { collect, wholeNumber } from '../flags.ts'
import type { Invocation, Verb } from '../verb.ts'

export const verb: Verb = {
  configure,
  run: async (invocation) => {
    const { flags, args, root, terminal } = invocation
    checkFlags(flags)
    const scale = parseScales(list(flags, 'scale'))
    const dependencies = flags.deps !== false
    const scope = quieted(await projectScope(invocation, { services: args, dependencies }), flags)
    requireServices(scope)
    for (const name of Object.keys(scale)) requireService(scope, name)
    const options = upOptions(invocation, scope, scale)
    if (root.dryRun) {
      const plan = await planUp(scope, options)
      for (const warning of plan.warnings) scope.warn(warning)
      terminal.stdout.write(`${formatPlan(plan)}\n`)
      return 0
    }
    const watched = isSet(flags, 'watch')
    if (watched) requireRules(scope, args)
    if (isSet(flags, 'detach') || isSet(flags, 'wait') || flags.start === false) {
      await up(scope, options)
      if (watched && flags.start !== false) await watchInBackground(invocation, scope)
      return 0
    }
    const { attachedUp } = await import('../compose/attached-up.ts')
    return await attachedUp(invocation, scope, {
      ...attachedOptions(invocation, scope, options),
      ...(hasRules(scope, args) ? { watch: watchBeside(invocation, scope, options) } : {}),
      watched,
      menu: wantsMenu(invocation),
    })
  },
}

async function watchInBackground(invocation: Invocation, scope: ProjectScope): Promise<void> {
  const { startBackground } = await import('../compose/watch-background.ts')
  await startBackground(invocation, scope)
}

function hasRules({ project }: ProjectScope, args: readonly string[]): boolean {
  const services = Object.values(project.services).filter(({ name }) => args.length === 0 || args.includes(name))
  return services.some(({ develop }) => (develop?.watch ?? []).length > 0)
}

/** On a terminal, unless --menu or COMPOSE_MENU say otherwise. */
function wantsMenu({ flags, terminal, root }: Invocation): boolean {
  if (!terminal.stdinIsTty || !terminal.stdout.isTty || root.ansi === 'never' || !terminal.inForeground()) return false
  if (typeof flags.menu === 'boolean') return flags.menu
  return terminal.env.COMPOSE_MENU === undefined || isTrue(terminal.env.COMPOSE_MENU)
}

/** Before anything is started: without rules `--watch` would do nothing. */
function requireRules(scope: ProjectScope, args: readonly string[]): void {
  if (hasRules(scope, args)) return
  throw new TscomposeError('invalid', 'NOTHING_TO_WATCH', 'none of the selected services is configured for watch', {
    hint: 'add `develop.watch` rules to a service',
  })
}

/** Watches beside the output, with the rules of this `up`. */
function watchBeside(invocation: Invocation, scope: ProjectScope, { rules }: UpOptions): NonNullable<AttachedOptions['watch']> {
  return async ({ terminal, ...parts }) => {
    const { watchSession } = await import('../compose/watch-session.ts')
    await watchSession({ ...invocation, terminal }, scope, {
      ...parts,
      rules,
      prune: true,
      quiet: isSet(invocation.flags, 'quietBuild'),
      background: false,
    })
  }
}

function configure(command: Command): void {
  command
    .usage('[OPTIONS] [SERVICE...]')
    .argument('[SERVICE...]')
    .option('--abort-on-container-exit', 'Stops all containers if any container was stopped')
    .option('--abort-on-container-failure', 'Stops all containers if any container exited with failure')
    .option('--always-recreate-deps', 'Recreate dependent containers')
    .option('--attach <service>', 'Restrict attaching to the specified services', collect, [])
    .option('--attach-dependencies', 'Automatically attach to log output of dependent services')
    .option('--build', 'Build images before starting containers')
    .addOption(ownFlag('--no-build', "Don't build an image, even if it's policy"))
    .option('-d, --detach', 'Detached mode: Run containers in the background')
    .option('--exit-code-from <service>', 'Return the exit code of the selected service container')
    .option('--force-recreate', "Recreate containers even if their configuration and image haven't changed")
    .option('--menu', 'Enable interactive shortcuts when running attached')
    .addOption(noAttach())
    .option('--no-color', 'Produce monochrome output')
    .option('--no-deps', "Don't start linked services")
    .option('--no-log-prefix', "Don't print prefix in logs")
    .option('--no-recreate', "If containers already exist, don't recreate them")
    .option('--no-start', "Don't start the services after creating them")
    .option('--plan <file>', 'Carry out this plan (of plan --format json) or, where things have changed since, nothing')
    .option('--pull <policy>', 'Pull image before running ("always"|"missing"|"never")')
    .option('--quiet-build', 'Suppress the build output')
    .option('--quiet-pull', 'Pull without printing progress information')
    .option('--remove-orphans', 'Remove containers for services not defined in the Compose file')
    .option('-V, --renew-anon-volumes', 'Recreate anonymous volumes instead of retrieving data from the previous containers')
    .option('--scale <service=num>', 'Scale SERVICE to NUM instances', collect, [])
    .option('-t, --timeout <seconds>', 'Use this timeout in seconds for container shutdown', wholeNumber)
    .option('--timestamps', 'Show timestamps')
    .option('--wait', 'Wait for services to be running|healthy. Implies detached mode')
    .option('--wait-timeout <seconds>', 'Maximum duration in seconds to wait for the project to be running|healthy', wholeNumber)
    .option('-w, --watch', 'Watch source code and rebuild/refresh containers when files are updated.')
    .option('-y, --yes', 'Assume "yes" as answer to all prompts and run non-interactively')
}

/** Takes a value, so it is no negation of --attach. */
function noAttach(): Option {
  return ownFlag('--no-attach <service>', 'Do not attach (stream logs) to the specified services').argParser(collect).default([], '')
}

function checkFlags(flags: Invocation['flags']): void {
  const abort = isSet(flags, 'abortOnContainerExit') || isSet(flags, 'abortOnContainerFailure')
  const attach = list(flags, 'attach').length > 0 || isSet(flags, 'attachDependencies')
  const wait = isSet(flags, 'wait')
  exclusive(wait && (abort || attach), '--wait cannot be combined with --abort-on-container-exit, --attach or --attach-dependencies')
  const detached = isSet(flags, 'detach')
  const message =
    '--detach cannot be combined with --abort-on-container-exit, --abort-on-container-failure, --attach, --attach-dependencies or --watch'
  // docker compose names --watch too; ours goes on in the background.
  exclusive(detached && (abort || attach || text(flags, 'exitCodeFrom') !== undefined), message)
  exclusive(isSet(flags, 'build') && isSet(flags, 'noBuild'), '--build and --no-build are incompatible')
  exclusive(isSet(flags, 'forceRecreate') && flags.recreate === false, '--force-recreate and --no-recreate are incompatible')
  exclusive(isSet(flags, 'renewAnonVolumes') && flags.recreate === false, '--no-recreate and --renew-anon-volumes are incompatible')
}

function requireServices({ project }: ProjectScope): void {
  if (Object.keys(project.services).length > 0) return
  throw new TscomposeError('invalid', 'NO_SERVICES', 'no service selected', {
    hint: 'the project has no services, or all of them belong to profiles: see config --profiles, and choose with --profile',
  })
}

function requireService({ project }: ProjectScope, name: string): void {
  if (Object.hasOwn(project.services, name)) return
  const hint = `the project has: ${Object.keys(project.services).join(', ')}`
  throw new TscomposeError('not-found', 'NO_SUCH_SERVICE', `no such service: ${name}`, { hint })
}

function upOptions(invocation: Invocation, scope: ProjectScope, scale: Readonly<Record<string, number>>): UpOptions {
  const { args, terminal } = invocation
  return {
    rules: upRules(invocation, args),
    scale,
    ...approvedPlan(invocation),
    warn: scope.warn,
    ...(terminal.stdinIsTty ? { confirm: (question) => confirm(invocation, question) } : {}),
  }
}

function approvedPlan({ flags, terminal }: Invocation): Pick<UpOptions, 'approved'> {
  const file = text(flags, 'plan')
  if (file === undefined) return {}
  try {
    return { approved: { file, text: readFileSync(resolve(terminal.cwd, file), 'utf8') } }
  } catch {
    throw new TscomposeError('not-found', 'PLAN_NOT_FOUND', `the plan ${file} cannot be read`, {
      hint: 'make one with: tscompose plan --format json > plan.json',
    })
  }
}

function attachedOptions({ flags, args }: Invocation, scope: ProjectScope, options: UpOptions): Omit<AttachedOptions, 'watched' | 'menu'> {
  const exitCodeFrom = text(flags, 'exitCodeFrom')
  if (exitCodeFrom !== undefined) requireService(scope, exitCodeFrom)
  const failure = isSet(flags, 'abortOnContainerFailure')
  const exit = isSet(flags, 'abortOnContainerExit') || exitCodeFrom !== undefined
  return {
    up: options,
    attached: attachedServices(scope, { flags, args }),
    ...services(args),
    ...(failure ? { abortOn: 'failure' as const } : exit ? { abortOn: 'exit' as const } : {}),
    ...(exitCodeFrom === undefined ? {} : { exitCodeFrom }),
    ...seconds(flags, 'timeout'),
  }
}

/** Named services or all, but those with `attach: false` beside others; --attach and --no-attach have the last word. */
function attachedServices({ project }: ProjectScope, { flags, args }: Pick<Invocation, 'flags' | 'args'>): ReadonlySet<string> {
  const wanted = list(flags, 'attach')
  if (wanted.length > 0) {
    const missing = wanted.filter((name) => project.services[name] === undefined)
    if (missing.length === 0) return new Set(wanted)
    throw new TscomposeError('invalid', 'USAGE', `cannot attach to services not included in up: ${missing.join(', ')}`, {
      hint: 'name them for up as well, or leave --attach out',
    })
  }
  const without = new Set(list(flags, 'noAttach'))
  const isNamed = (name: string): boolean => args.length === 0 || isSet(flags, 'attachDependencies') || args.includes(name)
  const named = Object.values(project.services).filter(({ name }) => isNamed(name) && !without.has(name))
  const shown = named.filter(({ attach }) => attach !== false)
  // Whoever names only such services wants to see them.
  const chosen = shown.length === 0 && args.length > 0 ? named : shown
  return new Set(chosen.map(({ name }) => name))
}
