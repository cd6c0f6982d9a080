import { createLimiter } from '../base/concurrency.ts'
import { errorToData, hasCode, isAbortError, TscomposeError } from '../base/errors.ts'
import type { EventPhase, EventSink, EventTarget } from '../base/event.ts'
import type { Engine } from '../engine/api.ts'
import { type Executors, executors, type HookOutput, type RunContext } from './executors.ts'
import type { Operation, OperationArgs, OperationKind, Plan, PlanNode } from './plan.ts'
import { undoPreparation } from './undo.ts'

export interface ExecuteOptions {
  readonly sink?: EventSink
  readonly signal?: AbortSignal
  /** At most so many operations at once (waiting does not count); absent or -1: no limit. */
  readonly limit?: number
  readonly onHookOutput?: HookOutput
  /** Called when a container runs: attached `up` follows its log from here on. */
  readonly onStarted?: (container: { readonly id: string; readonly name: string }) => void
}

export interface ExecuteResult {
  /** IDs of the containers made, by node. */
  readonly created: ReadonlyMap<number, string>
}

type Outcome = 'done' | 'failed'

/**
 * Carries a plan out. A node starts the moment the nodes before it are done; nothing else holds it up but the limit.
 * A failure stops what comes after it, everything else goes on to its end; then the first failure is thrown,
 * naming the others. Decides nothing. Networks and volumes no container came to use are taken away again.
 */
export async function execute(plan: Plan, engine: Engine, options: ExecuteOptions = {}): Promise<ExecuteResult> {
  const created = new Map<number, string>()
  const images = new Map<number, string>()
  /** Containers of this plan that were taken away again, and for the failure of which nodes. */
  const undone = new Map<number, PlanNode['rescues']>()
  const done: PlanNode[] = []
  const failures: { readonly node: PlanNode; readonly error: unknown }[] = []
  const limited = options.limit === undefined || options.limit < 1 ? runFreely : createLimiter(options.limit)
  const outcomes = new Map<number, Promise<Outcome>>()
  const context: RunContext = {
    began: Date.now(),
    engine,
    images,
    created,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.sink === undefined ? {} : { sink: options.sink }),
    ...(options.onHookOutput === undefined ? {} : { onHookOutput: options.onHookOutput }),
  }
  for (const { target, verb } of plan.unchanged) emit(options.sink, { target, verb, phase: 'done' })

  const runNode = async (node: PlanNode): Promise<Outcome> => {
    const before = await Promise.all(node.after.map((id) => outcomes.get(id)))
    if (node.rescues !== undefined) return await rescue(node)
    if (node.op.kind === 'update.check') return await tolerated(node.op)
    if (before.includes('failed')) return node.onFailure === 'warn' ? 'done' : 'failed'
    try {
      options.signal?.throwIfAborted()
      const job = (): Promise<void> => runShown(node, context, options)
      // A node that waits must not hold the place of the node it waits for.
      await (waiting.has(node.op.kind) ? job() : limited(job))
      done.push(node)
      return 'done'
    } catch (error) {
      if (node.onFailure === 'warn') return 'done'
      failures.push({ node, error })
      return 'failed'
    }
  }
  const tolerated = async ({ steps, allowed }: OperationArgs['update.check']): Promise<Outcome> => {
    const ended = await Promise.all(steps.map((id) => outcomes.get(id)))
    return ended.filter((outcome) => outcome === 'failed').length > allowed ? 'failed' : 'done'
  }
  /** What puts things back is not cancelled by what broke them. */
  const rescue = async (node: PlanNode): Promise<Outcome> => {
    const rescued = await Promise.all((node.rescues ?? []).map((id) => outcomes.get(id)))
    const barring = await Promise.all((node.unless ?? []).map((id) => outcomes.get(id)))
    if (!rescued.includes('failed') || barring.includes('failed') || isUnmade(node, created, undone)) return 'done'
    const { signal: _signal, ...unsignalled } = context
    try {
      await runShown(node, unsignalled, options)
      if (node.op.kind === 'container.remove' && 'node' in node.op.container) undone.set(node.op.container.node, node.rescues)
      return 'done'
    } catch (error) {
      failures.push({ node, error })
      return 'failed'
    }
  }
  for (const node of plan.nodes) outcomes.set(node.id, runNode(node))
  await Promise.all(outcomes.values())
  if (failures.length > 0) {
    await undoPreparation(done, context, ({ target }, verb, phase) => emit(options.sink, { target, verb, phase }))
    throw summarize(
      failures.map(({ error }) => error),
      await notStarted(plan, outcomes, failures),
    )
  }
  return { created }
}

const firstLine = (text: string): string => text.split('\n')[0] ?? ''

/** Names of the containers that were not started because of what failed before them. */
async function notStarted(
  plan: Plan,
  outcomes: ReadonlyMap<number, Promise<Outcome>>,
  failures: readonly { readonly node: PlanNode; readonly error: unknown }[],
): Promise<readonly string[]> {
  if (!failures.some(({ error }) => hasCode(error, 'DEPENDENCY_FAILED'))) return []
  const own = new Set(failures.map(({ node }) => node.target.name))
  const names = await Promise.all(
    plan.nodes.map(async ({ id, op, target }) =>
      op.kind === 'container.start' && (await outcomes.get(id)) === 'failed' ? target.name : undefined,
    ),
  )
  return [...new Set(names.filter((name) => name !== undefined && !own.has(name)))] as readonly string[]
}

/** Kinds that take their time without doing anything. */
const waiting: ReadonlySet<OperationKind> = new Set<OperationKind>(['container.await', 'container.monitor', 'container.delay'])

/** Whether a node is about a container that was never made, or was put away for another failure already. */
function isUnmade(
  { op, rescues }: PlanNode,
  created: ReadonlyMap<number, string>,
  undone: ReadonlyMap<number, PlanNode['rescues']>,
): boolean {
  const isThere = (node: number): boolean => created.has(node) && (undone.get(node) ?? rescues) === rescues
  const targets = [
    'container' in op ? op.container : undefined,
    op.kind === 'container.takePorts' ? op.from : undefined,
    op.kind === 'container.start' ? op.portsFrom : undefined,
    op.kind === 'container.await' || op.kind === 'container.monitor' ? op.insteadOf : undefined,
  ]
  return targets.some((target) => target !== undefined && 'node' in target && !isThere(target.node))
}

const runFreely = <T>(job: () => Promise<T>): Promise<T> => job()

async function runShown(node: PlanNode, context: RunContext, options: ExecuteOptions): Promise<void> {
  const { target, shown } = node
  if (shown?.start !== undefined) emit(options.sink, { target, verb: shown.start, phase: 'start' })
  try {
    await dispatch(node.op, node, context)
  } catch (error) {
    if ('ifUnused' in node.op && (hasCode(error, 'NETWORK_IN_USE') || hasCode(error, 'VOLUME_IN_USE')))
      return emit(options.sink, { target, verb: 'Resource is still in use', phase: 'warn' })
    const phase = node.onFailure === 'warn' ? 'warn' : 'fail'
    if (!isAbortError(error)) emit(options.sink, { target, verb: 'Error', phase, text: firstLine(errorToData(error).message) })
    throw error
  }
  if (node.op.kind === 'container.start') announce(node, context, options)
  if (shown?.done !== undefined) emit(options.sink, { target, verb: shown.done, phase: 'done' })
}

function announce(node: PlanNode, context: RunContext, { onStarted }: ExecuteOptions): void {
  if (node.op.kind !== 'container.start') return
  const { container } = node.op
  const id = 'id' in container ? container.id : context.created.get(container.node)
  if (id !== undefined) onStarted?.({ id, name: node.target.name })
}

/** The one place where the kind of an operation is not known to the compiler. */
function dispatch<K extends OperationKind>(op: Operation<K>, node: PlanNode, context: RunContext): Promise<void> {
  const run = executors[op.kind as K] as Executors[K]
  return run(op, context, node)
}

const prefixes: Readonly<Partial<Record<EventTarget['kind'], string>>> = { container: 'Container', network: 'Network', volume: 'Volume' }

/** The target as the terminal names it: `Container shop-web-1`. */
export function shownTarget(target: EventTarget): EventTarget {
  const prefix = prefixes[target.kind]
  return prefix === undefined ? target : { kind: target.kind, name: `${prefix} ${target.name}` }
}

function emit(
  sink: EventSink | undefined,
  event: { readonly target: EventTarget; readonly verb: string; readonly phase: EventPhase; readonly text?: string },
): void {
  sink?.({ ...event, target: shownTarget(event.target) })
}

/** The first failure; the others follow in its message, so that nothing that went wrong is left unsaid. */
function summarize(errors: readonly unknown[], blocked: readonly string[]): unknown {
  const real = errors.filter((error) => !isAbortError(error))
  const [first, ...rest] = real
  if (first === undefined) return errors[0]
  const others = rest.map((error) => errorToData(error).message)
  const distinct = [...new Set(others)].filter((message) => message !== errorToData(first).message)
  if (blocked.length > 0) distinct.push(`not started because of it: ${blocked.join(', ')}`)
  if (distinct.length === 0) return first
  const { kind, code, message, ...details } = errorToData(first)
  return new TscomposeError(kind, code, [message, ...distinct].join('\n'), { ...details, cause: new AggregateError(real) })
}
