import type { EventTarget, TargetKind } from '../base/event.ts'
import type { AwaitCondition, BuildSpec, ContainerSpec, ExecSpec, NetworkSpec, VolumeSpec } from '../engine/api.ts'

/** A container that is there already, or the one a node of this plan makes. */
export type ContainerTarget = { readonly id: string } | { readonly node: number }

/** The vocabulary of change: each kind is one call of the engine. */
export interface OperationArgs {
  /** `orBuild`: what to do when the pull fails (a service with both `image` and `build`). */
  'image.pull': { readonly reference: string; readonly platform?: string; readonly orBuild?: BuildSpec }
  'image.push': { readonly reference: string }
  'image.build': { readonly build: BuildSpec }
  'image.remove': { readonly image: string }
  'network.create': { readonly spec: NetworkSpec }
  /** `ifUnused`: what somebody else still uses stays, and that is no failure. */
  'network.remove': { readonly network: string; readonly ifUnused?: true }
  'volume.create': { readonly spec: VolumeSpec }
  'volume.remove': { readonly volume: string; readonly ifUnused?: true }
  /** `imageFrom`: the node that brings the image, so that its ID becomes a label. */
  'container.create': { readonly spec: ContainerSpec; readonly imageFrom?: number }
  'container.rename': { readonly container: ContainerTarget; readonly name: string }
  /** `portsFrom`: that container keeps the published ports until `container.takePorts`. */
  'container.start': { readonly container: ContainerTarget; readonly portsFrom?: ContainerTarget }
  /** Published ports are led from one container to the other without a refused connection. */
  'container.takePorts': { readonly container: ContainerTarget; readonly from: ContainerTarget }
  'container.stop': { readonly container: ContainerTarget; readonly timeoutMs?: number }
  'container.restart': { readonly container: ContainerTarget; readonly timeoutMs?: number }
  'container.kill': { readonly container: ContainerTarget; readonly signal: string }
  'container.pause': { readonly container: ContainerTarget }
  'container.unpause': { readonly container: ContainerTarget }
  'container.remove': { readonly container: ContainerTarget; readonly volumes?: boolean; readonly force?: boolean }
  /** `exitZeroIsFine`: a process that ends with 0 while waited for counts as success (one-shot jobs under --wait). */
  'container.await': {
    readonly container: ContainerTarget
    readonly until: AwaitCondition
    readonly timeoutMs?: number
    readonly exitZeroIsFine?: boolean
    readonly insteadOf?: ContainerTarget
  }
  /**
   * Fails where the container ends, or is restarted by its policy, within this time.
   * `insteadOf`: nothing is waited for unless it is back in place of that one.
   */
  'container.monitor': { readonly container: ContainerTarget; readonly forMs: number; readonly insteadOf?: ContainerTarget }
  /** Time to pass between two batches of an update. */
  'container.delay': { readonly container: ContainerTarget; readonly forMs: number }
  /** Fails where more than `allowed` of these nodes failed: as much as an update tolerates. */
  'update.check': { readonly steps: readonly number[]; readonly allowed: number }
  /** A lifecycle hook; an exit code other than 0 is a failure. */
  'container.exec': { readonly container: ContainerTarget; readonly process: ExecSpec }
}

export type OperationKind = keyof OperationArgs
export type Operation<K extends OperationKind = OperationKind> = { [P in K]: { readonly kind: P } & OperationArgs[P] }[K]

/** What the terminal says about a node; absent: nothing (a part of a larger step). */
export interface Shown {
  readonly start?: string
  readonly done?: string
}

export interface PlanNode {
  /** Counts from 1 in topological order. */
  readonly id: number
  readonly target: EventTarget
  readonly op: Operation
  /** Why, in words for people. */
  readonly cause: string
  readonly after: readonly number[]
  readonly shown?: Shown
  /** A failure becomes a warning and what comes after goes on. */
  readonly onFailure?: 'warn'
  /** Runs only where one of these nodes failed, when all of them have come to an end: it puts back what was. */
  readonly rescues?: readonly number[]
  /** With `rescues`: nodes whose failure keeps it from running. */
  readonly unless?: readonly number[]
  /** What must be agreed to before this runs; execute() is called only when it was. */
  readonly confirm?: string
}

export interface Plan {
  readonly nodes: readonly PlanNode[]
  /** What is right already, with the word for it: `Running`. */
  readonly unchanged: readonly { readonly target: EventTarget; readonly verb: string }[]
  readonly warnings: readonly string[]
}

export interface PlanBuilder {
  /** Adds a node after nodes that are there already; returns its id. */
  add(node: Omit<PlanNode, 'id' | 'after'> & { readonly after?: readonly (number | undefined)[] }): number
  /** The nodes added so far. */
  count(): number
  unchanged(target: EventTarget, verb: string): void
  warn(message: string): void
  build(): Plan
}

export function createPlanBuilder(): PlanBuilder {
  const nodes: PlanNode[] = []
  const unchanged: Plan['unchanged'][number][] = []
  const warnings: string[] = []
  return {
    add: ({ after = [], ...node }) => {
      const id = nodes.length + 1
      const known = [...new Set(after.filter((before) => before !== undefined))].sort((a, b) => a - b)
      nodes.push({ id, ...node, after: known })
      return id
    },
    count: () => nodes.length,
    unchanged: (target, verb) => {
      unchanged.push({ target, verb })
    },
    warn: (message) => {
      warnings.push(message)
    },
    build: () => ({ nodes, unchanged, warnings }),
  }
}

const targetWords: Readonly<Record<TargetKind, string>> = {
  image: 'image',
  layer: 'layer',
  container: 'container',
  network: 'network',
  volume: 'volume',
  build: 'image',
  project: 'project',
}

/** One line per node: `#3 container.create demo-web-1: service web has 0 of 1 containers (after #1 #2)`. */
export function formatPlan(plan: Plan): string {
  const lines = plan.nodes.map((node) => {
    const numbers = (ids: readonly number[]): string => ids.map((id) => `#${id}`).join(' ')
    const after = node.after.length === 0 ? '' : ` (after ${numbers(node.after)})`
    const rescues = node.rescues === undefined ? '' : ` (only if one of ${numbers(node.rescues)} fails)`
    const unless = node.unless === undefined ? '' : ` (not if one of ${numbers(node.unless)} fails)`
    return `#${node.id} ${describeOperation(node)}: ${node.cause}${after}${rescues}${unless}`
  })
  return [
    ...lines,
    ...plan.unchanged.map(({ target, verb }) => `   ${targetWords[target.kind]} ${target.name}: ${verb.toLowerCase()}`),
  ].join('\n')
}

function describeOperation({ op, target }: PlanNode): string {
  switch (op.kind) {
    case 'container.rename':
      return `${op.kind} ${target.name} to ${op.name}`
    case 'container.await':
      return `${op.kind} ${target.name} ${op.until}`
    case 'container.monitor':
    case 'container.delay':
      return `${op.kind} ${target.name} ${op.forMs / 1000}s`
    case 'container.kill':
      return `${op.kind} ${target.name} ${op.signal}`
    default:
      return `${op.kind} ${target.name}`
  }
}

/** The plan as data for tools. Contents of configs and secrets are left out. */
export function planToJson(plan: Plan): unknown {
  return JSON.parse(JSON.stringify(plan, (key, value: unknown) => (key === 'contentBase64' || key === 'secrets' ? undefined : value)))
}
