import { isOneOff, serviceOf } from '../converge/labels.ts'
import type { EngineEvent } from '../engine/api.ts'
import { callContext, type Scope } from './scope.ts'

export interface ProjectEvent {
  /** RFC 3339 with nanoseconds. */
  readonly time: string
  readonly type: string
  readonly action: string
  readonly id: string
  readonly service: string
  readonly attributes: Readonly<Record<string, string>>
}

export interface EventsOptions {
  readonly services?: readonly string[]
  readonly since?: number
  readonly until?: number
}

/** What happens to the project's containers, from now (or `since`) on. */
export async function* events(scope: Scope, { services = [], since, until }: EventsOptions): AsyncIterable<ProjectEvent> {
  const filter = {
    project: scope.projectName,
    types: ['container' as const],
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  }
  for await (const event of scope.engine.events(filter, callContext(scope))) {
    const labelled = { labels: event.attributes }
    // As in docker compose, containers of `run` are no part of what the project does.
    if (isOneOff(labelled)) continue
    const service = serviceOf(labelled)
    if (services.length > 0 && !services.includes(service)) continue
    yield { ...withTime(event), service, attributes: withoutComposeLabels(event.attributes) }
  }
}

function withTime({ timeNano, type, action, id }: EngineEvent): Omit<ProjectEvent, 'service' | 'attributes'> {
  const nanos = BigInt(timeNano)
  const seconds = new Date(Number(nanos / 1_000_000_000n) * 1000).toISOString().slice(0, 19)
  return { time: `${seconds}.${String(nanos % 1_000_000_000n).padStart(9, '0')}Z`, type, action, id }
}

function withoutComposeLabels(attributes: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const kept = Object.entries(attributes).filter(([key]) => !key.startsWith('com.docker.compose.'))
  return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)))
}
