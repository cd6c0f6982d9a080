import { join, relative } from 'node:path'
import type { Hook, Service, WatchRule } from '../project/model.ts'

/** One rule of `develop.watch` with the service it belongs to. */
export interface ServiceRule {
  readonly service: string
  readonly rule: WatchRule
}

/** Something happened to a file or directory of the host. */
export interface FileChange {
  readonly path: string
  readonly kind: 'written' | 'directory' | 'removed'
}

/** What a batch of changes asks for; done in this order: rebuild, sync, restart, exec. */
export interface WatchActions {
  readonly rebuild: readonly string[]
  readonly sync: readonly SyncAction[]
  readonly restart: readonly string[]
  readonly exec: readonly { readonly service: string; readonly hook: Hook }[]
}

export interface SyncAction {
  readonly service: string
  readonly kind: FileChange['kind']
  readonly source: string
  /** Path in the container. */
  readonly target: string
}

/** Leftovers of editors and version control, which nobody wants in a container. */
const alwaysIgnored = [
  '.git',
  '.git/**',
  '**/*.swp',
  '**/*.swx',
  '**/*~',
  '**/4913',
  '**/.#*',
  '**/#*#',
  '**/___jb_tmp___',
  '**/.idea/**',
  '**/*.kate-swp',
]

/** The watch rules of these services, in the file's order. */
export function watchRules(services: readonly Service[]): readonly ServiceRule[] {
  return services.flatMap(({ name, develop }) => (develop?.watch ?? []).map((rule) => ({ service: name, rule })))
}

/** Whether a rule has something to say about a path. `include` is asked first, then what is ignored. */
export function ruleMatches(rule: WatchRule, path: string): boolean {
  const inner = relative(rule.path, path)
  if (inner.startsWith('..')) return false
  const { include = [], ignore = [] } = rule
  if (inner !== '' && include.length > 0 && !include.some((pattern) => patternMatches(pattern, inner))) return false
  return ![...alwaysIgnored, ...ignore].some((pattern) => patternMatches(pattern, inner))
}

/** Dockerignore's way: a pattern stands for what it names and everything below; dots in front of names are nothing special. */
function patternMatches(pattern: string, path: string): boolean {
  const clean = pattern.replace(/^\.?\//, '').replace(/\/$/, '')
  return new RegExp(`^${globSource(clean)}(?:/.*)?$`).test(path)
}

function globSource(glob: string): string {
  return glob.replaceAll(/\*\*\/|\*\*|\*|\?|[.+^${}()|[\]\\]/g, (token) => globTokens[token] ?? `\\${token}`)
}

const globTokens: Readonly<Record<string, string>> = { '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' }

/** Turns a batch into actions: every rule that matches acts, each service is rebuilt or restarted once. */
export function planActions(changes: readonly FileChange[], rules: readonly ServiceRule[]): WatchActions {
  const rebuild = new Set<string>()
  const restart = new Set<string>()
  const sync = new Map<string, SyncAction>()
  const exec = new Map<WatchRule, { readonly service: string; readonly hook: Hook }>()
  for (const { service, rule } of rules) {
    const matching = changes.filter(({ path }) => ruleMatches(rule, path))
    if (matching.length === 0) continue
    if (rule.action === 'rebuild') rebuild.add(service)
    if (rule.action === 'restart' || rule.action === 'sync+restart') restart.add(service)
    if (rule.action === 'sync+exec' && rule.exec !== undefined) exec.set(rule, { service, hook: rule.exec })
    if (!rule.action.startsWith('sync')) continue
    for (const { path, kind } of matching) {
      const target = join(rule.target ?? '/', relative(rule.path, path))
      sync.set(`${service} ${target}`, { service, kind, source: path, target })
    }
  }
  return { rebuild: [...rebuild], sync: [...sync.values()], restart: [...restart], exec: [...exec.values()] }
}
