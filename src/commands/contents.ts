import { TscomposeError } from '../base/errors.ts'
import { numberOf } from '../converge/labels.ts'
import type { ContainerSummary, ImageSummary } from '../engine/api.ts'
import { callContext, findContainers, type Scope } from './scope.ts'

export interface OneContainer {
  readonly service: string
  /** Its number; absent: the lowest one. */
  readonly index?: number
}

/** Makes an image of a service's container, running or not. */
export async function commit(
  scope: Scope,
  container: OneContainer,
  options: Omit<Parameters<Scope['engine']['images']['commit']>[0], 'container'>,
): Promise<ImageSummary> {
  const { id, name } = await findOne(scope, container)
  const target = { kind: 'container', name } as const
  const text = `Commit ${name}`
  scope.sink?.({ target, verb: 'Committing', phase: 'start', text })
  const image = await scope.engine.images.commit({ ...options, container: id }, callContext(scope))
  scope.sink?.({ target, verb: `Committed as ${image.id}`, phase: 'done', text })
  return image
}

/** Writes the file system of a service's container, running or not, as a tar to `path`. */
export async function exportFiles(scope: Scope, container: OneContainer, path: string): Promise<void> {
  const { id, name } = await findOne(scope, container)
  const target = { kind: 'container', name } as const
  scope.sink?.({ target, verb: 'Exporting', phase: 'start' })
  await scope.engine.containers.export({ container: id, path }, callContext(scope))
  scope.sink?.({ target, verb: 'Exported', phase: 'done' })
}

async function findOne(scope: Scope, { service, index = 0 }: OneContainer): Promise<ContainerSummary> {
  const own = [...(await findContainers(scope, { services: [service] }))].sort((a, b) => numberOf(a) - numberOf(b))
  const found = index === 0 ? own[0] : own.find((container) => numberOf(container) === index)
  if (found !== undefined) return found
  const message = index === 0 ? `service "${service}" has no container` : `service "${service}" has no container #${index}`
  throw new TscomposeError('not-found', 'SERVICE_HAS_NO_CONTAINER', message, {
    hint: `make one with: tscompose create ${service}`,
    target: service,
  })
}
