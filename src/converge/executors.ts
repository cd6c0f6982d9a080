import { setTimeout as sleep } from 'node:timers/promises'
import { hasCode, TscomposeError } from '../base/errors.ts'
import type { EventSink } from '../base/event.ts'
import type { CallContext, ContainerRef, Engine } from '../engine/api.ts'
import { explainFailure } from './explain-failure.ts'
import { label } from './labels.ts'
import { isNotFound } from './not-found.ts'
import type { ContainerTarget, Operation, OperationKind, PlanNode } from './plan.ts'

/** Gets a hook's output line by line, with the name of its container. */
export type HookOutput = (container: string, line: string) => void

export interface RunContext {
  /** When the plan began, in milliseconds since the epoch. */
  readonly began: number
  readonly engine: Engine
  readonly signal?: AbortSignal
  readonly sink?: EventSink
  readonly onHookOutput?: HookOutput
  /** What nodes of this plan made: container and image IDs. */
  readonly created: Map<number, string>
  readonly images: Map<number, string>
}

export type Executors = {
  readonly [K in OperationKind]: (op: Operation<K>, run: RunContext, node: PlanNode) => Promise<void>
}

/** One call of the engine per kind. A new kind does not compile until it stands here. */
export const executors: Executors = {
  'image.pull': async (op, run, node) => {
    const { reference, platform, orBuild } = op
    try {
      const image = await run.engine.images.pull({ reference, ...(platform === undefined ? {} : { platform }) }, details(run, node))
      run.images.set(node.id, image.id)
    } catch (error) {
      run.signal?.throwIfAborted()
      if (orBuild === undefined) throw error
      run.sink?.({ target: node.target, verb: 'Warning', phase: 'warn', text: 'pull failed, it is built instead' })
      run.images.set(node.id, (await run.engine.images.build(orBuild, loud(run))).id)
    }
  },
  'image.push': async (op, run, node) => {
    await run.engine.images.push({ reference: op.reference }, details(run, node))
  },
  'image.build': async (op, run, node) => {
    run.images.set(node.id, (await run.engine.images.build(op.build, details(run, node))).id)
  },
  'image.remove': async (op, run) => {
    await run.engine.images.remove({ image: op.image }, quiet(run))
  },
  'network.create': async (op, run) => {
    try {
      await run.engine.networks.create({ spec: op.spec }, quiet(run))
    } catch (error) {
      // Another `up` of the project was quicker.
      if (!hasCode(error, 'NETWORK_EXISTS') || !(await isOurs(op.spec, run))) throw error
    }
  },
  'network.remove': async (op, run) => run.engine.networks.remove({ network: op.network }, quiet(run)),
  'volume.create': async (op, run) => {
    await run.engine.volumes.create({ spec: op.spec }, quiet(run))
  },
  'volume.remove': async (op, run) => run.engine.volumes.remove({ volume: op.volume }, quiet(run)),
  'container.create': async (op, run, node) => {
    const imageId = op.imageFrom === undefined ? undefined : run.images.get(op.imageFrom)
    const spec = imageId === undefined ? op.spec : { ...op.spec, labels: { ...op.spec.labels, [label.image]: imageId } }
    const { id, warnings } = await run.engine.containers.create({ spec }, quiet(run))
    run.created.set(node.id, id)
    for (const text of warnings)
      run.sink?.({ target: { kind: 'container', name: `Container ${spec.name}` }, verb: 'Warning', phase: 'warn', text })
  },
  'container.rename': async (op, run) => run.engine.containers.rename({ ...ref(op.container, run), name: op.name }, quiet(run)),
  'container.start': async (op, run) => {
    const portsFrom = op.portsFrom === undefined ? {} : { portsFrom: ref(op.portsFrom, run).container }
    await run.engine.containers.start({ ...ref(op.container, run), ...portsFrom }, quiet(run))
  },
  'container.takePorts': async (op, run) =>
    run.engine.containers.takePorts({ ...ref(op.container, run), from: ref(op.from, run).container }, quiet(run)),
  'container.stop': async (op, run) => ignoreMissing(run.engine.containers.stop({ ...ref(op.container, run), ...timeout(op) }, quiet(run))),
  'container.restart': async (op, run) => run.engine.containers.restart({ ...ref(op.container, run), ...timeout(op) }, quiet(run)),
  'container.kill': async (op, run) => run.engine.containers.kill({ ...ref(op.container, run), signal: op.signal }, quiet(run)),
  'container.pause': async (op, run) => run.engine.containers.pause(ref(op.container, run), quiet(run)),
  'container.unpause': async (op, run) => run.engine.containers.unpause(ref(op.container, run), quiet(run)),
  'container.remove': async (op, run) => {
    const { volumes = false, force = false } = op
    await run.engine.containers.remove({ ...ref(op.container, run), volumes, force }, quiet(run))
  },
  'container.await': async (op, run, node) => {
    const container = ref(op.container, run)
    try {
      // The time counts for everything together, from the beginning.
      const left = op.timeoutMs === undefined ? {} : { timeoutMs: Math.max(1, run.began + op.timeoutMs - Date.now()) }
      await run.engine.containers.await({ ...container, until: op.until, ...left }, quiet(run))
    } catch (error) {
      if (op.exitZeroIsFine === true && (await endedWell(run, container))) return
      throw await explainFailure(error, { engine: run.engine, container, node, context: quiet(run) })
    }
  },
  'container.monitor': async (op, run, node) => {
    const container = ref(op.container, run)
    try {
      await run.engine.containers.await({ ...container, until: 'exited', timeoutMs: op.forMs }, quiet(run))
    } catch (error) {
      if (!hasCode(error, 'AWAIT_TIMEOUT')) throw error
    }
    const { state } = await run.engine.containers.inspect(container, quiet(run))
    if (state.status === 'running' && state.restartCount === 0) return
    const why = `container ${node.target.name} exited (${state.exitCode}) within ${op.forMs / 1000} s of its start`
    const failure = new TscomposeError('unavailable', 'DEPENDENCY_FAILED', why, { target: `container ${node.target.name}` })
    throw await explainFailure(failure, { engine: run.engine, container, node, context: quiet(run) })
  },
  'container.delay': async (op, run) => sleep(op.forMs, undefined, run.signal === undefined ? {} : { signal: run.signal }),
  // Its outcome is that of the nodes before it: execute() knows them.
  'update.check': async () => undefined,
  'container.exec': async (op, run, node) => {
    const process = { ...op.process, report: true }
    const said: string[] = []
    const sink: EventSink = ({ text = '' }) => {
      run.onHookOutput?.(node.target.name, text)
      said.push(text)
      if (said.length > shownLines) said.shift()
    }
    const { exitCode } = await run.engine.containers.exec({ ...ref(op.container, run), process }, { ...quiet(run), sink })
    if (exitCode === 0) return
    const output = said.map((line) => `\n  | ${line}`).join('')
    throw new TscomposeError('conflict', 'HOOK_FAILED', `${node.cause} of ${node.target.name} exited with code ${exitCode}${output}`, {
      target: node.target.name,
      hint: `its command is: ${process.args.join(' ')}`,
    })
  },
}

/** Lines of a failed hook's output in its error. */
const shownLines = 5

/** Container steps are shown by execute(); an engine that showed them as well would say everything twice. */
function quiet({ signal }: RunContext): CallContext {
  return signal === undefined ? {} : { signal }
}

async function isOurs({ name, labels }: Operation<'network.create'>['spec'], run: RunContext): Promise<boolean> {
  const found = await run.engine.networks.inspect({ network: name })
  return [label.project, label.network].every((key) => found.labels[key] !== undefined && found.labels[key] === labels?.[key])
}

/** Pulls, pushes and builds have steps and layers to show; that the image itself begins and ends is said by execute(). */
function details(run: RunContext, node: PlanNode): CallContext {
  const { signal, sink } = loud(run)
  const filtered: EventSink | undefined =
    sink &&
    ((event) => {
      const isWhole = event.parent === undefined && event.target.name === node.target.name && event.phase !== 'warn'
      if (!isWhole) sink(event)
    })
  return { ...(signal === undefined ? {} : { signal }), ...(filtered === undefined ? {} : { sink: filtered }) }
}

function loud({ signal, sink }: RunContext): CallContext {
  return { ...(signal === undefined ? {} : { signal }), ...(sink === undefined ? {} : { sink }) }
}

function ref(target: ContainerTarget, run: RunContext): ContainerRef {
  if ('id' in target) return { container: target.id }
  const id = run.created.get(target.node)
  if (id === undefined) throw new TscomposeError('internal', 'PLAN_BROKEN', `node ${target.node} made no container`)
  return { container: id }
}

function timeout({ timeoutMs }: { readonly timeoutMs?: number }): { readonly timeoutMs?: number } {
  return timeoutMs === undefined ? {} : { timeoutMs }
}

async function endedWell(run: RunContext, container: ContainerRef): Promise<boolean> {
  const { state } = await run.engine.containers.inspect(container, quiet(run))
  return state.status === 'exited' && state.exitCode === 0
}

/** What is gone cannot run any more: the goal of a stop. */
async function ignoreMissing(work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}
