import { posix } from 'node:path'
import { TscomposeError } from '../base/errors.ts'
import { isOneOff, numberOf } from '../converge/labels.ts'
import type { ContainerSummary, CopyParams } from '../engine/api.ts'
import { callContext, findContainers, type Scope } from './scope.ts'

/** `web:/etc/passwd`, or a path of the host; `-` is a tar stream. */
export type CopyEnd = { readonly service: string; readonly path: string } | { readonly file: string }

export interface CopyOptions {
  readonly from: CopyEnd
  readonly to: CopyEnd
  /** The arguments as typed, for what is shown. */
  readonly shown: readonly [string, string]
  /** The file of the host, absolute, or the tar that stands for `-`. */
  readonly hostPath: string
  readonly tar: boolean
  /** Number of the replica; absent: into all of them, out of the first. */
  readonly index?: number
  /** One-off containers too. */
  readonly all: boolean
  readonly followLink: boolean
  readonly archive: boolean
}

/** `SERVICE:PATH`; everything absolute, or with a dot at its front, is a file. */
export function parseCopyEnd(text: string): CopyEnd {
  const colon = text.indexOf(':')
  if (colon <= 0 || text.startsWith('/') || text.startsWith('.')) return { file: text }
  return { service: text.slice(0, colon), path: text.slice(colon + 1) }
}

/** Which way the two ends ask for. Rejects COPY_DIRECTION where neither or both are in a container. */
export function copyDirection(from: CopyEnd, to: CopyEnd): CopyParams['direction'] {
  if ('service' in from && 'service' in to) {
    throw new TscomposeError('unsupported', 'COPY_DIRECTION', 'copying between services is not supported', {
      hint: 'copy to the host first, or pipe: tscompose cp A:/path - | tscompose cp - B:/directory',
    })
  }
  if ('service' in to) return 'in'
  if ('service' in from) return 'out'
  throw new TscomposeError('invalid', 'COPY_DIRECTION', 'unknown copy direction', {
    hint: 'one of the two has to be in a container: SERVICE:PATH',
  })
}

/** Copies between the host and the containers of a service, running or not. */
export async function copy(scope: Scope, options: CopyOptions): Promise<void> {
  const { from, to, hostPath, tar, followLink, archive } = options
  const direction = copyDirection(from, to)
  const { service, path } = [from, to].find((end) => 'service' in end) ?? { service: '', path: '' }
  const containers = await copyContainers(scope, service, direction, options)
  // Paths in a container begin at its root.
  const params = { direction, hostPath, path: posix.isAbsolute(path) ? path : `/${path}`, tar, followLink, archive }
  const results = await Promise.allSettled(containers.map((container) => copyOne(scope, container, { params, options })))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

async function copyOne(
  scope: Scope,
  { id, name }: ContainerSummary,
  { params, options }: { readonly params: CopyParams; readonly options: CopyOptions },
): Promise<void> {
  const { from, to, shown } = options
  const inside = (end: CopyEnd, text: string): string => ('service' in end ? `${name}:${end.path}` : text)
  const target = { kind: 'container', name } as const
  const text = `copy ${inside(from, shown[0])} to ${inside(to, shown[1])}`
  scope.sink?.({ target, text, verb: 'Copying', phase: 'start' })
  if (scope.dryRun !== true) await scope.engine.containers.copy({ container: id, ...params }, callContext(scope))
  scope.sink?.({ target, text, verb: 'Copied', phase: 'done' })
}

async function copyContainers(
  scope: Scope,
  service: string,
  direction: CopyParams['direction'],
  { index = 0, all }: Pick<CopyOptions, 'index' | 'all'>,
): Promise<readonly ContainerSummary[]> {
  const found = await findContainers(scope, { oneOff: all ? 'include' : 'exclude' })
  const own = found
    .filter(({ labels }) => labels['com.docker.compose.service'] === service)
    .sort((a, b) => Number(isOneOff(a)) - Number(isOneOff(b)) || numberOf(a) - numberOf(b))
  const chosen = index === 0 ? own : own.filter((container) => numberOf(container) === index)
  const [first] = chosen
  if (first !== undefined) return direction === 'in' ? chosen : [first]
  const which = index === 0 ? `no container found for service "${service}"` : `service "${service}" has no container #${index}`
  throw new TscomposeError('not-found', 'SERVICE_HAS_NO_CONTAINER', which, {
    hint: own.length > 0 ? `it has: ${own.map(({ name }) => name).join(', ')}` : `make one with: tscompose create ${service}`,
    target: service,
  })
}
