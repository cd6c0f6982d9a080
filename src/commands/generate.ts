import { basename } from 'node:path'
import { TscomposeError } from '../base/errors.ts'
import { projectFromContainers } from '../converge/from-containers.ts'
import type { Engine } from '../engine/api.ts'
import { renderConfig } from '../project/render.ts'
import { callContext, type Scope } from './scope.ts'

export interface GenerateOptions {
  /** Names or ids. */
  readonly containers: readonly string[]
  readonly format: 'yaml' | 'json'
  /** Name of the project; absent: that of `directory`. */
  readonly name?: string
  readonly directory: string
}

/** A compose file that asks for existing containers as they are. Rejects CONTAINER_NOT_FOUND for each it does not find. */
export async function generate(scope: Pick<Scope, 'signal'> & { readonly engine: Engine }, options: GenerateOptions): Promise<string> {
  if (options.containers.length === 0) {
    throw new TscomposeError('invalid', 'USAGE', 'at least one container must be specified', {
      hint: 'name containers as `tscompose ps -a` shows them',
    })
  }
  const found = await Promise.all(options.containers.map((container) => scope.engine.containers.inspect({ container }, callContext(scope))))
  const unique = [...new Map(found.map((container) => [container.id, container])).values()]
  const name =
    options.name ??
    basename(options.directory)
      .toLowerCase()
      .replace(/[^a-z0-9_-]/g, '')
      .replace(/^[_-]+/, '')
  return renderConfig(projectFromContainers(unique, name === '' ? 'generated' : name), { format: options.format })
}
