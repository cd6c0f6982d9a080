import type { EventSink } from '../base/event.ts'
import type { RunContext } from './executors.ts'
import { label } from './labels.ts'
import type { OperationKind, PlanNode } from './plan.ts'

/** What changes nothing anybody could use yet, or can stay for the next attempt. */
const preparing: ReadonlySet<OperationKind> = new Set(['image.pull', 'image.build', 'network.create', 'volume.create'])

/**
 * Takes the networks and volumes of a plan away again that failed before it came to its first container: an `up` whose
 * image cannot be had leaves nothing half-made. Does nothing once anything else was done. Never throws.
 */
export async function undoPreparation(
  done: readonly PlanNode[],
  { engine, began }: Pick<RunContext, 'engine' | 'began'>,
  show: (node: PlanNode, verb: string, phase: Parameters<EventSink>[0]['phase']) => void,
): Promise<void> {
  if (!done.every(({ op }) => preparing.has(op.kind))) return
  if (await isShared(done, { engine, began })) return
  await Promise.all(
    done.map(async (node) => {
      const { op } = node
      if (op.kind !== 'network.create' && op.kind !== 'volume.create') return
      show(node, 'Removing', 'start')
      try {
        if (op.kind === 'network.create') await engine.networks.remove({ network: op.spec.name })
        else await engine.volumes.remove({ volume: op.spec.name })
        show(node, 'Removed', 'done')
      } catch {
        // Somebody else has taken it up meanwhile: it is theirs now.
        show(node, 'Resource is still in use', 'warn')
      }
    }),
  )
}

/** True where the project has got containers meanwhile: another command is at work, and what we made is as good as its own. */
async function isShared(done: readonly PlanNode[], { engine, began }: Pick<RunContext, 'engine' | 'began'>): Promise<boolean> {
  const project = done
    .map(({ op }) => (op.kind === 'network.create' || op.kind === 'volume.create' ? op.spec.labels?.[label.project] : undefined))
    .find((name) => name !== undefined)
  if (project === undefined) return false
  try {
    return (await engine.containers.list({ project, all: true })).some(({ createdAt }) => createdAt >= began)
  } catch {
    return true
  }
}
