import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { hasErrno } from '../../base/errors.ts'
import { parseIgnoreLines } from '../../base/ignore-rules.ts'
import { didYouMean } from '../../project/diagnostic.ts'
import type { Complaint } from '../../project/load/consistency.ts'
import type { Project, Service, WatchRule } from '../../project/model.ts'
import type { Path } from '../../project/tree.ts'
import { type IgnoreFile, type ServiceRule, serviceRule } from '../../watch/rules.ts'
import { syncBackFiles } from './sync-back.ts'

export interface WatchTargets {
  readonly rules: readonly ServiceRule[]
  /** What keeps a rule from working. */
  readonly warnings: readonly string[]
  /** Paths that do not exist. */
  readonly complaints: readonly Complaint[]
}

/** The rules of the chosen services (absent: of all), with the ignore files they depend on read now. */
export function watchTargets(project: Project, services?: readonly string[]): WatchTargets {
  const rules: ServiceRule[] = []
  const warnings: string[] = []
  const complaints: Complaint[] = []
  for (const service of Object.values(project.services)) {
    if (services !== undefined && !services.includes(service.name)) continue
    const ignoreFile = readIgnoreFile(service)
    for (const [index, rule] of (service.develop?.watch ?? []).entries()) {
      if (!existsSync(rule.path))
        complaints.push(missing(rule.path, ['services', service.name, 'develop', 'watch', index, 'path'], project))
      const path = realPath(rule.path)
      // Wrong ones are told of at once.
      syncBackFiles(service.name, rule)
      const bound = boundBy(service, rule, path)
      if (bound === undefined) rules.push(serviceRule(service.name, { ...rule, path }, ignoreFile))
      else warnings.push(`${rule.path} is mounted into ${service.name} already (${bound}): it is not watched`)
    }
  }
  return { rules, warnings, complaints }
}

/** A rule may wait for its path, but more often the path is wrong. */
function missing(path: string, place: Path, { workingDir }: Project): Complaint {
  const shown = (absolute: string): string => (absolute.startsWith(`${workingDir}/`) ? `./${relative(workingDir, absolute)}` : absolute)
  const segments = path.split('/')
  const pattern = segments.findIndex((segment) => /[*?[{]/.test(segment))
  if (pattern !== -1) {
    const [directory, include] = [segments.slice(0, pattern).join('/'), segments.slice(pattern).join('/')]
    return {
      path: place,
      code: 'WATCH_PATTERN',
      message: `${shown(path)} does not exist: the path of a watch rule is no pattern`,
      hint: `write path: ${directory === workingDir ? '.' : shown(directory)} and include: ${JSON.stringify([include])}`,
    }
  }
  const meant = didYouMean(basename(path), namesIn(dirname(path)))
  return {
    path: place,
    code: 'WATCH_PATH_MISSING',
    message: `${shown(path)} does not exist: nothing happens until it does`,
    hint: meant === undefined ? undefined : `did you mean \`${shown(join(dirname(path), meant))}\`?`,
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    if (hasErrno(error, 'ENOENT') || hasErrno(error, 'ENOTDIR') || hasErrno(error, 'EACCES')) return []
    throw error
  }
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
