import type { ContainerSummary } from '../engine/api.ts'
import type { Dependency } from '../project/model.ts'

/** Keys every object of a project carries, the same as docker compose's so that foreign tools understand our containers. */
export const label = {
  project: 'com.docker.compose.project',
  service: 'com.docker.compose.service',
  number: 'com.docker.compose.container-number',
  oneOff: 'com.docker.compose.oneoff',
  configHash: 'com.docker.compose.config-hash',
  image: 'com.docker.compose.image',
  dependsOn: 'com.docker.compose.depends_on',
  version: 'com.docker.compose.version',
  configFiles: 'com.docker.compose.project.config_files',
  workingDir: 'com.docker.compose.project.working_dir',
  environmentFile: 'com.docker.compose.project.environment_file',
  slug: 'com.docker.compose.slug',
  replace: 'com.docker.compose.replace',
  network: 'com.docker.compose.network',
  volume: 'com.docker.compose.volume',
} as const

/** Our own, beside them: what recreates a container without being a part of its spec. They count as the user's labels. */
export const ownLabel = {
  /** What providers gave to the service, as JSON: variable -> value. */
  provided: 'dev.tscompose.provided',
  /** Hash of the pre_start hooks. */
  preStart: 'dev.tscompose.pre-start',
} as const

/** The release of docker compose whose labels and output shapes are kept. */
export const composeVersion = '2.40.3'

type Labelled = Pick<ContainerSummary, 'labels'>

export const serviceOf = (container: Labelled): string => container.labels[label.service] ?? ''
export const projectOf = (container: Labelled): string => container.labels[label.project] ?? ''
export const numberOf = (container: Labelled): number => Number(container.labels[label.number] ?? 0)
export const isOneOff = (container: Labelled): boolean => container.labels[label.oneOff]?.toLowerCase() === 'true'

/** `db:service_healthy:false,cache:service_started:true` (the last part is `restart`). */
export function formatDependsOn(dependencies: Readonly<Record<string, Dependency>> = {}): string {
  return Object.entries(dependencies)
    .map(([name, { condition, restart }]) => `${name}:${condition}:${restart === true}`)
    .sort()
    .join(',')
}

/** Reads what `formatDependsOn` wrote. Unknown conditions count as service_started. */
export function parseDependsOn(text: string | undefined): Readonly<Record<string, Dependency>> {
  const entries = (text ?? '').split(',').filter((part) => part !== '')
  return Object.fromEntries(
    entries.map((part) => {
      const [name = '', condition = '', restart = 'false'] = part.split(':')
      return [name, { condition: asCondition(condition), required: true, restart: restart === 'true' }]
    }),
  )
}

function asCondition(text: string): Dependency['condition'] {
  return text === 'service_healthy' || text === 'service_completed_successfully' ? text : 'service_started'
}
