import { numberOf, serviceOf } from '../converge/labels.ts'
import { callContext, findContainers, type Scope } from './scope.ts'

export interface TopResult {
  readonly titles: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** Processes of every running container as one table, with service and number in front. */
export async function top(scope: Scope, { services }: { readonly services?: readonly string[] }): Promise<TopResult> {
  const containers = await findContainers(scope, { oneOff: 'include', ...(services === undefined ? {} : { services }) })
  const running = containers.filter(({ state }) => state.status === 'running')
  const tables = await Promise.all(
    running.map(async (container) => ({
      container,
      top: await scope.engine.containers.top({ container: container.id }, callContext(scope)),
    })),
  )
  return {
    titles: ['SERVICE', '#', ...(tables[0]?.top.titles ?? [])],
    rows: tables.flatMap(({ container, top: { processes } }) =>
      processes.map((process) => [serviceOf(container), String(numberOf(container)), ...process]),
    ),
  }
}
