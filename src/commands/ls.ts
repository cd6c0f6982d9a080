import { label, projectOf } from '../converge/labels.ts'
import type { ContainerSummary, Engine } from '../engine/api.ts'

export interface ProjectRow {
  readonly name: string
  /** `exited(1), running(2)`. */
  readonly status: string
  readonly configFiles: string
}

export interface LsOptions {
  readonly all: boolean
  /** Regular expression on the name. */
  readonly name?: string
}

/** Projects that have containers, sorted by name; without `all` only those with a running one. */
export async function ls(engine: Engine, { all, name }: LsOptions, signal?: AbortSignal): Promise<readonly ProjectRow[]> {
  const containers = await engine.containers.list({ all: true, labels: [label.project] }, signal === undefined ? {} : { signal })
  const pattern = name === undefined ? undefined : safePattern(name)
  return [...Map.groupBy(containers, projectOf)]
    .map(([project, own]) => projectRow(project, all ? own : own.filter(({ state }) => state.status === 'running')))
    .filter((row) => row.status !== '' && (pattern === undefined || pattern(row.name)))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** A filter that is no regular expression is taken as it stands. */
function safePattern(text: string): (name: string) => boolean {
  try {
    const pattern = new RegExp(text)
    return (name) => pattern.test(name)
  } catch {
    return (name) => name.includes(text)
  }
}

function projectRow(name: string, containers: readonly ContainerSummary[]): ProjectRow {
  const counts = [...Map.groupBy(containers, ({ state }) => state.status)].map(([status, own]) => `${status}(${own.length})`)
  const files = new Set(containers.flatMap(({ labels }) => (labels[label.configFiles] ?? '').split(',')).filter((file) => file !== ''))
  return { name, status: counts.sort().join(', '), configFiles: [...files].join(',') }
}
