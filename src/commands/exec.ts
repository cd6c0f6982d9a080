import type { CallerStdio, ExecSpec } from '../engine/api.ts'
import { callContext, findRunning, type Scope } from './scope.ts'

export interface ExecOptions {
  readonly service: string
  /** Number of the replica; absent or 0: the lowest that runs. */
  readonly index?: number
  readonly process: ExecSpec
  readonly stdio?: CallerStdio
  /** Called with the container that was found, before the process is started. */
  readonly onContainer?: (id: string) => void
}

/** Runs a process in a running container of a service. Returns its exit code. */
export async function exec(scope: Scope, { service, index, process, stdio, onContainer }: ExecOptions): Promise<number> {
  const { id } = await findRunning(scope, service, index)
  onContainer?.(id)
  const params = { container: id, process, ...(stdio === undefined ? {} : { stdio }) }
  return (await scope.engine.containers.exec(params, callContext(scope))).exitCode
}
