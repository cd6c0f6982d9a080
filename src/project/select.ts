import { TscomposeError } from '../base/errors.ts'
import { didYouMean } from './diagnostic.ts'
import type { Project, Service } from './model.ts'

/** A part of a project as a new value; the given one is left as it is. */
function withServices(project: Project, enabled: (service: Service) => boolean): Project {
  const all = Object.values({ ...project.disabledServices, ...project.services }).sort((a, b) => (a.name < b.name ? -1 : 1))
  const pick = (want: boolean): Record<string, Service> =>
    Object.fromEntries(all.filter((service) => enabled(service) === want).map((service) => [service.name, service]))
  return { ...project, services: pick(true), disabledServices: pick(false) }
}

/** Enables the services without profile and those of the given profiles; `*` stands for all. */
export function selectProfiles(project: Project, profiles: readonly string[]): Project {
  const active = new Set(profiles)
  const selected = withServices(
    project,
    ({ profiles: own = [] }) => own.length === 0 || active.has('*') || own.some((profile) => active.has(profile)),
  )
  return { ...selected, activeProfiles: [...active] }
}

export interface SelectOptions {
  /** False: only the named services (`--no-deps`). */
  readonly dependencies?: boolean
}

/** The named services and what they depend on; without names the project itself. Rejects NO_SUCH_SERVICE. */
export function selectServices(project: Project, names: readonly string[], options: SelectOptions = {}): Project {
  if (names.length === 0) return project
  const wanted = new Set<string>()
  const waiting = [...names]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (wanted.has(name)) continue
    const service = project.services[name]
    if (service === undefined) {
      if (names.includes(name)) throw noSuchService(name, project)
      continue
    }
    wanted.add(name)
    if (options.dependencies !== false) waiting.push(...Object.keys(service.depends_on ?? {}))
  }
  return withServices(project, ({ name }) => wanted.has(name))
}

function noSuchService(name: string, project: Project): TscomposeError {
  const meant = didYouMean(name, Object.keys(project.services))
  const known = Object.keys(project.services).join(', ')
  return new TscomposeError('not-found', 'NO_SUCH_SERVICE', `no such service: ${name}`, {
    hint: meant === undefined ? `services of this project: ${known}` : `did you mean \`${meant}\`?`,
  })
}

/** Without the networks, volumes, configs, secrets and models that no enabled service uses. */
export function dropUnusedResources(project: Project): Project {
  const services = Object.values(project.services)
  const keep = <T>(section: Readonly<Record<string, T>>, used: readonly (string | undefined)[]): Record<string, T> => {
    const names = new Set(used)
    return Object.fromEntries(Object.entries(section).filter(([name]) => names.has(name)))
  }
  const grants = (kind: 'configs' | 'secrets'): readonly string[] =>
    services.flatMap((service) => (service[kind] ?? []).map(({ source }) => source))
  return {
    ...project,
    networks: keep(
      project.networks,
      services.flatMap(({ networks }) => Object.keys(networks ?? {})),
    ),
    volumes: keep(
      project.volumes,
      services.flatMap(({ volumes = [] }) => volumes.filter(({ type }) => type === 'volume').map(({ source }) => source)),
    ),
    configs: keep(project.configs, [...grants('configs'), ...services.map(({ credential_spec: spec }) => spec?.config)]),
    secrets: keep(project.secrets, [
      ...grants('secrets'),
      ...services.flatMap(({ build }) => (build?.secrets ?? []).map(({ source }) => source)),
    ]),
    models: keep(
      project.models,
      services.flatMap(({ models }) => Object.keys(models ?? {})),
    ),
  }
}
