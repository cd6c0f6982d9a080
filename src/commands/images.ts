import type { ContainerSummary, ImageSummary } from '../engine/api.ts'
import { callContext, findContainers, type Scope } from './scope.ts'

export interface ImageRow {
  readonly container: ContainerSummary
  /** Undefined where the image is gone. */
  readonly image: ImageSummary | undefined
}

/** The image of every container of the project. */
export async function images(scope: Scope, { services }: { readonly services?: readonly string[] }): Promise<readonly ImageRow[]> {
  const [containers, list] = await Promise.all([
    findContainers(scope, { oneOff: 'include', ...(services === undefined ? {} : { services }) }),
    scope.engine.images.list({}, callContext(scope)),
  ])
  return containers.map((container) => ({ container, image: list.find(({ id }) => id === container.imageId) }))
}
