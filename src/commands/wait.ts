import { down } from './down.ts'
import { noContainers } from './lifecycle.ts'
import { callContext, findContainers, type Scope } from './scope.ts'

export interface WaitOptions {
  readonly services: readonly string[]
  /** Take the project down as soon as the first one ends. */
  readonly downProject: boolean
  readonly onExit: (container: { readonly id: string; readonly exitCode: number }) => void
}

/** Waits until the services' containers end; returns the exit code of the last one (with `downProject`: of the first). */
export async function wait(scope: Scope, { services, downProject, onExit }: WaitOptions): Promise<number> {
  const containers = (await findContainers(scope, { services })).filter(
    ({ state }) => state.status === 'running' || state.status === 'restarting',
  )
  if (containers.length === 0) throw noContainers(scope)
  let last = 0
  const waits = containers.map(async ({ id }) => {
    const { exitCode } = await scope.engine.containers.await({ container: id, until: 'exited' }, callContext(scope))
    last = exitCode ?? 0
    onExit({ id, exitCode: last })
    return last
  })
  if (!downProject) {
    await Promise.all(waits)
    return last
  }
  const first = await Promise.race(waits)
  // The others end because of the down; how is of no interest any more.
  for (const other of waits) other.catch(() => {})
  await down(scope, { removeOrphans: false, volumes: false })
  return first
}
