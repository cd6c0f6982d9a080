import { join } from 'node:path'
import { createIgnoreMatcher, type IgnoreMatcher } from '../base/ignore-rules.ts'
import type { Hook, WatchAction, WatchRule } from '../project/model.ts'

/** One rule of `develop.watch` with the service it belongs to, ready to be asked. */
export interface ServiceRule {
  readonly service: string
  readonly rule: WatchRule
  /** Whether the rule has something to say about a path of the host. `include` is asked first, then what is ignored. */
  matches(path: string): boolean
  /** True for a directory of which nothing can ever match: it need not be looked into. */
  prunes(directory: string): boolean
}

/** Patterns of a .dockerignore and the directory they are relative to. */
export interface IgnoreFile {
  readonly directory: string
  readonly lines: readonly string[]
}

/** What a batch of changes asks for; done in this order: rebuild, sync, restart, exec. */
export interface WatchActions {
  readonly rebuild: readonly string[]
  /** Host path -> paths in the containers of a service; directories stand before what is in them. */
  readonly sync: readonly { readonly service: string; readonly paths: readonly SyncPair[] }[]
  readonly restart: readonly string[]
  readonly exec: readonly { readonly service: string; readonly hook: Hook }[]
}

export interface SyncPair {
  readonly source: string
  /** Path in the container. */
  readonly target: string
}

/** Leftovers of editors, tools and version control, which nobody wants in a container. */
const alwaysIgnored = [
  '**/.git',
  '**/*.swp',
  '**/*.swx',
  '**/*~',
  '**/4913',
  '**/.#*',
  '**/#*#',
  '**/*___jb_tmp___',
  '**/*___jb_old___',
  '**/.idea',
  '**/*.kate-swp',
  '**/*-go-tmp-umask',
]

/** Makes a rule ready; `path` of the rule has to be free of links, as the watcher reports what is below it. */
export function serviceRule(service: string, rule: WatchRule, ignoreFile?: IgnoreFile): ServiceRule {
  const own = createIgnoreMatcher([...alwaysIgnored, ...(rule.ignore ?? [])])
  const include = rule.include === undefined || rule.include.length === 0 ? undefined : createIgnoreMatcher(rule.include)
  const file = ignoreFile === undefined ? undefined : createIgnoreMatcher(ignoreFile.lines)
  const judge = (path: string, ask: (matcher: IgnoreMatcher, inner: string) => boolean): boolean => {
    const inner = inside(rule.path, path)
    if (inner !== undefined && inner !== '' && ask(own, inner)) return true
    const inContext = ignoreFile === undefined ? undefined : inside(ignoreFile.directory, path)
    return file !== undefined && inContext !== undefined && inContext !== '' && ask(file, inContext)
  }
  return {
    service,
    rule,
    matches: (path) => {
      const inner = inside(rule.path, path)
      if (inner === undefined) return false
      if (inner !== '' && include !== undefined && !include.ignores(inner)) return false
      return !judge(path, (matcher, each) => matcher.ignores(each))
    },
    prunes: (directory) =>
      inside(rule.path, directory) === undefined ||
      judge(directory, (matcher, each) => matcher.ignores(each) && !matcher.mayReincludeBelow(each)),
  }
}

/** A path relative to a directory it lies in; '' for the directory itself, undefined for what lies elsewhere. Both are absolute and clean. */
function inside(directory: string, path: string): string | undefined {
  if (path === directory) return ''
  const start = directory === '/' ? directory : `${directory}/`
  return path.startsWith(start) ? path.slice(start.length) : undefined
}

/** How long nothing may happen before a change is acted upon: a save is seen at once, an install or a checkout costs one rebuild. */
const quietMs: Readonly<Record<WatchAction, number>> = { sync: 4, restart: 50, 'sync+restart': 50, 'sync+exec': 50, rebuild: 200 }

/** The quiet time of a path in milliseconds: the longest of the rules that match; 0 where none does. */
export function quietTime(path: string, rules: readonly ServiceRule[]): number {
  return rules.reduce(
    (longest, each) => (quietMs[each.rule.action] > longest && each.matches(path) ? quietMs[each.rule.action] : longest),
    0,
  )
}

/** Turns a batch of changed paths into actions: every rule that matches acts, each service is rebuilt or restarted once. */
export function planActions(paths: readonly string[], rules: readonly ServiceRule[]): WatchActions {
  const rebuild = new Set<string>()
  const restart = new Set<string>()
  const sync = new Map<string, Map<string, SyncPair>>()
  const exec = new Map<WatchRule, { readonly service: string; readonly hook: Hook }>()
  const sorted = [...paths].sort()
  for (const { service, rule, matches } of rules) {
    const matching = sorted.filter(matches)
    if (matching.length === 0) continue
    if (rule.action === 'rebuild') rebuild.add(service)
    if (rule.action === 'restart' || rule.action === 'sync+restart') restart.add(service)
    if (rule.action === 'sync+exec' && rule.exec !== undefined) exec.set(rule, { service, hook: rule.exec })
    if (!isSync(rule)) continue
    const pairs = sync.get(service) ?? new Map<string, SyncPair>()
    sync.set(service, pairs)
    for (const source of matching) {
      const target = targetOf(rule, source)
      pairs.set(target, { source, target })
    }
  }
  return {
    rebuild: [...rebuild],
    sync: [...sync].map(([service, pairs]) => ({ service, paths: [...pairs.values()] })),
    restart: [...restart],
    exec: [...exec.values()],
  }
}

/** Whether a batch asks for copies and nothing else: such batches need not wait for each other. */
export function asksForCopiesOnly(paths: readonly string[], rules: readonly ServiceRule[]): boolean {
  return rules.every(({ rule, matches }) => rule.action === 'sync' || !paths.some(matches))
}

export function isSync({ action }: WatchRule): boolean {
  return action.startsWith('sync')
}

/** Where a path of the host belongs in the container. */
export function targetOf(rule: WatchRule, source: string): string {
  return join(rule.target ?? '/', inside(rule.path, source) ?? '')
}
