import { readFileSync, realpathSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { hasErrno } from '../../base/errors.ts'
import { parseIgnoreLines } from '../../base/ignore-rules.ts'
import type { Project, Service, WatchRule } from '../../project/model.ts'
import { type IgnoreFile, type ServiceRule, serviceRule } from '../../watch/rules.ts'
import { syncBackFiles } from './sync-back.ts'

export interface WatchTargets {
  readonly rules: readonly ServiceRule[]
  /** What keeps a rule from working. */
  readonly warnings: readonly string[]
}

/** The rules of the chosen services (absent: of all), with the ignore files they depend on read now. */
export function watchTargets(project: Project, services?: readonly string[]): WatchTargets {
  const rules: ServiceRule[] = []
  const warnings: string[] = []
  for (const service of Object.values(project.services)) {
    if (services !== undefined && !services.includes(service.name)) continue
    const ignoreFile = readIgnoreFile(service)
    for (const rule of service.develop?.watch ?? []) {
      const path = realPath(rule.path)
      // Wrong ones are told of at once.
      syncBackFiles(service.name, rule)
      const bound = boundBy(service, rule, path)
      if (bound === undefined) rules.push(serviceRule(service.name, { ...rule, path }, ignoreFile))
      else warnings.push(`${rule.path} is mounted into ${service.name} already (${bound}): it is not watched`)
    }
  }
  return { rules, warnings }
}

/** The watcher reports paths without links; of what does not exist yet only the directory can be looked up. */
export function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    if (!hasErrno(error, 'ENOENT') || path === '/') throw error
    return join(realPath(dirname(path)), path.slice(dirname(path).length))
  }
}

/** The bind mount that shows the files of a sync rule in the container anyway. */
function boundBy({ volumes = [] }: Service, { action }: WatchRule, path: string): string | undefined {
  if (!action.startsWith('sync')) return undefined
  for (const mount of volumes) {
    if (mount.type !== 'bind' || mount.source === undefined) continue
    const source = realPath(mount.source)
    if (path === source || path.startsWith(`${source}/`)) return `${mount.source} on ${mount.target}`
  }
  return undefined
}

/** The ignore file of a service's build: `<Dockerfile>.dockerignore`, or `.dockerignore` of the context. */
function readIgnoreFile({ build }: Service): IgnoreFile | undefined {
  const context = build?.context
  if (context === undefined || !context.startsWith('/')) return undefined
  const dockerfile = resolve(context, build?.dockerfile ?? 'Dockerfile')
  for (const path of [`${dockerfile}.dockerignore`, join(context, '.dockerignore')]) {
    try {
      return { directory: realPath(context), lines: parseIgnoreLines(readFileSync(path, 'utf8')) }
    } catch (error) {
      if (!hasErrno(error, 'ENOENT') && !hasErrno(error, 'ENOTDIR')) throw error
    }
  }
  return undefined
}
