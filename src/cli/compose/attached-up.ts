import { createFollower, type FollowedContainer, type Follower } from '../../commands/follow.ts'
import { kill, stop } from '../../commands/lifecycle.ts'
import { findContainers, shortName } from '../../commands/scope.ts'
import { type UpOptions, up } from '../../commands/up.ts'
import { serviceOf } from '../../converge/labels.ts'
import type { Observed } from '../../converge/observe.ts'
import type { Plan } from '../../converge/plan.ts'
import type { EngineEvent } from '../../engine/api.ts'
import { usesColor } from '../report/create.ts'
import type { Terminal } from '../terminal.ts'
import type { Invocation } from '../verb.ts'
import { isSet } from './flags.ts'
import { createLogPrinter, type LogPrinter } from './log-printer.ts'
import { createMenu, type Menu } from './menu.ts'
import type { ProjectScope } from './scope.ts'
import { createWatchSwitch } from './watch-switch.ts'

export interface AttachedOptions {
  readonly up: UpOptions
  /** Services whose output is shown. */
  readonly attached: ReadonlySet<string>
  /** Services that are stopped at the end; absent: all. */
  readonly services?: readonly string[]
  readonly abortOn?: 'exit' | 'failure'
  readonly exitCodeFrom?: string
  readonly timeoutMs?: number
  /** Watches beside the output until the signal aborts; absent: there are no rules. */
  readonly watch?: (parts: WatchParts) => Promise<void>
  /** From the start; the session lasts as long. */
  readonly watched: boolean
  /** Keys, where standard input and output are a terminal. */
  readonly menu: boolean
}

export interface WatchParts {
  readonly signal: AbortSignal
  readonly terminal: Terminal
  /** Told of containers the watch starts. */
  readonly onStarted: (container: FollowedContainer) => void
}

/** Steps that are not shown while output is attached: it says itself that containers run. */
const quietVerbs = new Set(['Starting', 'Started', 'Waiting', 'Healthy', 'Exited'])

/**
 * `up` in the foreground: shows the containers' output until they all end, a signal arrives (the first stops them, the
 * second kills them) or, if asked for, one of them exits. Returns the exit code.
 */
export async function attachedUp(invocation: Invocation, scope: ProjectScope, options: AttachedOptions): Promise<number> {
  const menu = options.menu
    ? createMenu(invocation.terminal, { color: usesColor(invocation.root, invocation.terminal, 'stdout') })
    : undefined
  const session = createSession(menu === undefined ? invocation : { ...invocation, terminal: menu.terminal }, scope, { ...options, menu })
  const release = invocation.interrupts.take((count) => session.interrupt(count))
  try {
    await session.bringUp()
    await session.finished()
    return await session.exitCode()
  } finally {
    session.close()
    release()
  }
}

interface Session {
  bringUp(): Promise<void>
  interrupt(count: number): void
  /** Resolves when nothing is left to show and every stop is done. */
  finished(): Promise<void>
  exitCode(): Promise<number>
  close(): void
}

interface SessionOptions extends Omit<AttachedOptions, 'menu'> {
  readonly menu: Menu | undefined
}

function createSession(invocation: Invocation, scope: ProjectScope, options: SessionOptions): Session {
  const { terminal } = invocation
  const { menu } = options
  const printer = attachedPrinter(invocation)
  const ending = new AbortController()
  const starting = new AbortController()
  const names = new Map<string, string>()
  let ended: { readonly service: string; readonly exitCode: number } | undefined
  let stopping: Promise<void> | undefined
  let watching: Promise<void> | undefined
  let announced = false
  const broughtUp = Promise.withResolvers<void>()
  const stopBegun = Promise.withResolvers<void>()
  const running: (() => void)[] = []

  const follower: Follower = createFollower(
    scope.engine,
    {
      onEntries: ({ id, name }, entries) => printer.print(names.get(id) ?? name, entries),
      onEnd: (container, exitCode) => end(container, exitCode),
    },
    ending.signal,
  )
  const services = new Map<string, string>()
  const silent = new Map<string, FollowedContainer>()
  const end = (container: FollowedContainer, exitCode: number): void => {
    const { id, name } = container
    silent.set(id, container)
    printer.status(names.get(id) ?? name, `exited with code ${exitCode}`)
    const aborts = options.abortOn === 'exit' || (options.abortOn === 'failure' && exitCode !== 0)
    if (!aborts) return
    ended ??= { service: services.get(id) ?? '', exitCode }
    if (stopping !== undefined) return
    terminal.stderr.write('Aborting on container exit...\n')
    stopAll()
  }
  const own = options.services === undefined ? {} : { services: options.services }
  // The signals that end the rest must not cancel what ends it.
  const { signal: _signal, ...unsignalled } = scope
  const stopAll = (): void => {
    starting.abort()
    const timeout = options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }
    // What is being started just now must have its place before everything is stopped.
    stopping ??= broughtUp.promise.then(() => stop(unsignalled, { ...own, ...timeout }))
    stopping.catch(() => {})
    stopBegun.resolve()
  }
  const isOwn = (id: string): boolean => options.services === undefined || options.services.includes(services.get(id) ?? '')
  const known = new Map<string, string>()
  const attach = (container: FollowedContainer, since?: number): void => {
    const service = known.get(container.name)
    if (service === undefined || !options.attached.has(service)) return
    services.set(container.id, service)
    names.set(container.id, shortName({ name: container.name, labels: {} }, scope.projectName))
    silent.delete(container.id)
    follower.add(container, since === undefined ? {} : { since })
  }
  const announce = (): void => {
    if (announced) return
    announced = true
    const shown = [...known]
      .filter(([, service]) => options.attached.has(service))
      .map(([name]) => shortName({ name, labels: {} }, scope.projectName))
    printer.register(shown.sort())
    invocation.reporter().pause()
    terminal.stdout.write(`Attaching to ${shown.join(', ')}\n`)
    for (const follow of running.splice(0)) follow()
  }
  const beginning = Date.now()
  const onPlan = (plan: Plan, observed: Observed): void => {
    for (const [name, service] of planContainers(plan, observed)) known.set(name, service)
    const now = Date.now()
    for (const { target, verb } of plan.unchanged) {
      const container = observed.containers.find(({ name }) => name === target.name)
      // Others than those that ran already were started for a provider, before there was this plan.
      if (container !== undefined) running.push(() => attach(container, verb === 'Running' ? now : beginning))
    }
  }
  const watch = createWatchSwitch(
    (own) => {
      const signal = AbortSignal.any([starting.signal, own])
      void attachAgain(scope, { signal: AbortSignal.any([ending.signal, own]), silent, attach })
      return options.watch?.({ signal, terminal, onStarted: (container) => attach(container) }) ?? Promise.resolve()
    },
    (isOn) => menu?.setWatching(isOn),
  )
  const say = (text: string): void => {
    invocation.reporter().pause()
    terminal.stderr.write(`${text}\n`)
  }
  const toggleWatch = (): void => {
    if (options.watch === undefined) say('Watch is not configured: add `develop.watch` rules to a service')
    else if (watch.isOn()) void watch.turnOff().then(() => say(' ⦿ Watch disabled'))
    else watch.turnOn().catch((error: unknown) => say(error instanceof Error ? error.message : String(error)))
  }
  const bringUp = async (): Promise<void> => {
    const began = Date.now()
    void reportRestarts(scope, { signal: ending.signal, names, printer })
    const sink: ProjectScope['sink'] = (event) => {
      if (!quietVerbs.has(event.verb)) scope.sink?.(event)
    }
    const started: UpOptions['onStarted'] = (container) => {
      announce()
      attach(container, began)
    }
    const onHookOutput: UpOptions['onHookOutput'] = (container, text) => {
      if (!options.attached.has(known.get(container) ?? '')) return
      const name = `${shortName({ name: container, labels: {} }, scope.projectName)} ->`
      printer.print(name, [{ stream: 'stdout', time: new Date().toISOString(), text }])
    }
    try {
      await up({ ...scope, sink, signal: starting.signal }, { ...options.up, onPlan, onStarted: started, onHookOutput })
      announce()
      // A signal it is, so that it ends things as it does without a menu.
      menu?.open({ toggleWatch, interrupt: () => process.kill(terminal.pid, 'SIGINT') })
      watching = options.watched ? watch.turnOn() : undefined
      // It is awaited in the end; a failure ends the rest as well.
      watching?.catch(stopAll)
    } catch (error) {
      if (!starting.signal.aborted) throw error
    } finally {
      broughtUp.resolve()
    }
  }
  return {
    bringUp,
    interrupt: (count) => {
      if (count === 1) {
        invocation.reporter().pause()
        terminal.stdout.write('Gracefully Stopping... press Ctrl+C again to force\n')
        stopAll()
      } else if (count === 2) {
        void kill(unsignalled, { ...own, signal: 'SIGKILL' }).catch(() => {})
      }
    },
    finished: async () => {
      await watching
      // Dependencies that are only shown are not stopped: theirs may never end.
      await Promise.race([follower.done(), stopBegun.promise])
      await stopping
      await follower.done(isOwn)
      await watch.turnOff()
    },
    exitCode: async () => {
      if (options.exitCodeFrom !== undefined) return await exitCodeOf(unsignalled, options.exitCodeFrom)
      return options.abortOn === undefined ? 0 : (ended?.exitCode ?? 0)
    },
    close: () => {
      menu?.close()
      ending.abort()
    },
  }
}

function attachedPrinter(invocation: Invocation): LogPrinter {
  const { terminal, flags, root } = invocation
  const printer = createLogPrinter({
    stdout: terminal.stdout,
    stderr: terminal.stderr,
    prefix: flags.logPrefix !== false,
    color: flags.color !== false && usesColor(root, terminal, 'stdout'),
    timestamps: isSet(flags, 'timestamps'),
  })
  const pause = (): void => invocation.reporter().pause()
  return {
    ...printer,
    print: (name, entries) => {
      pause()
      printer.print(name, entries)
    },
    status: (name, text) => {
      pause()
      printer.status(name, text)
    },
  }
}

/** Container name -> service, for all that run when the plan is done. */
function planContainers(plan: Plan, observed: Observed): ReadonlyMap<string, string> {
  const services = new Map(observed.containers.map((container) => [container.name, serviceOf(container)]))
  const running = new Set(plan.unchanged.filter(({ target }) => target.kind === 'container').map(({ target }) => target.name))
  for (const { op, target } of plan.nodes) {
    if (op.kind === 'container.create') services.set(target.name, serviceOf(op.spec))
    if (op.kind === 'container.start') running.add(target.name)
  }
  return new Map([...running].sort().map((name) => [name, services.get(name) ?? '']))
}

interface Reattachment {
  readonly signal: AbortSignal
  /** Containers whose output has come to an end. */
  readonly silent: ReadonlyMap<string, FollowedContainer>
  readonly attach: (container: FollowedContainer, since: number) => void
}

/** Shows the output of containers that a watch restarts. */
async function attachAgain(scope: ProjectScope, { signal, silent, attach }: Reattachment): Promise<void> {
  try {
    const events = scope.engine.events({ project: scope.projectName, types: ['container'] }, { signal })
    for await (const { action, id, timeNano } of events) {
      const container = silent.get(id)
      // What it printed before the event came is part of the new run: nothing older than the event is shown twice.
      if (action === 'start' && container !== undefined) attach(container, Number(BigInt(timeNano) / 1_000_000n) - 50)
    }
  } catch {
    // The session ends, or the engine does: there is no output then.
  }
}

interface RestartReport {
  readonly signal: AbortSignal
  readonly names: ReadonlyMap<string, string>
  readonly printer: LogPrinter
}

/** Says when a restart policy brings a container back: its log goes on without a word of its own. */
async function reportRestarts(scope: ProjectScope, { signal, names, printer }: RestartReport): Promise<void> {
  const report = async ({ action, id }: EngineEvent): Promise<void> => {
    const name = names.get(id)
    if (action !== 'die' || name === undefined) return
    const { state } = await scope.engine.containers.inspect({ container: id })
    if (state.status === 'restarting') printer.status(name, `exited with code ${state.exitCode} (restarting)`)
  }
  try {
    for await (const event of scope.engine.events({ project: scope.projectName, types: ['container'] }, { signal })) await report(event)
  } catch {
    // These lines are a courtesy: a container that went away, or the end of the session, must not fail the `up`.
  }
}

async function exitCodeOf(scope: Omit<ProjectScope, 'signal'>, service: string): Promise<number> {
  const [container] = await findContainers(scope, { services: [service] })
  return container?.state.exitCode ?? 0
}
