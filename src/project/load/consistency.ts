import { didYouMean } from '../diagnostic.ts'
import type { Project, Service } from '../model.ts'
import type { Path, Tree } from '../tree.ts'
import { type LoadContext, reportAt } from './context.ts'
import { findCycle } from './cycle.ts'

/* Checks that look at the whole project: references, attributes that exclude each other, cycles. */

export interface Complaint {
  readonly path: Path
  readonly code: string
  readonly message: string
  readonly hint?: string | undefined
}

type ServiceCheck = (service: Service, project: Project) => readonly Complaint[]

const serviceChecks: readonly ServiceCheck[] = [
  hasImage,
  buildAgrees,
  networksExist,
  dependenciesExist,
  mountsExist,
  grantsExist,
  limitsAgree,
  scaleAgrees,
  healthTestIsKnown,
  watchHasTargets,
  targetsAreUnique,
]

/** Reports everything about the enabled services that does not fit together. `tree` gives the positions. */
export function checkConsistency(project: Project, tree: Tree, context: LoadContext): void {
  const complaints = [
    ...Object.values(project.services).flatMap((service) => serviceChecks.flatMap((check) => check(service, project))),
    ...secretsHaveSources(project),
    ...containerNamesAreUnique(project),
    ...hasNoCycle(project),
  ]
  for (const { path, code, message, hint } of complaints) reportAt(context, { root: tree, path, code, message, hint })
}

const at = (service: Service, ...path: Path): Path => ['services', service.name, ...path]

function undefinedReference(service: Service, kind: string, name: string, path: Path, known: readonly string[]): Complaint {
  const meant = didYouMean(name, known)
  const section = {
    network: 'networks',
    volume: 'volumes',
    config: 'configs',
    secret: 'secrets',
    'build secret': 'secrets',
    model: 'models',
  }[kind]
  return {
    path: at(service, ...path),
    code: `UNDEFINED_${kind.replace(/^build /, '').toUpperCase()}`,
    message: `service ${JSON.stringify(service.name)} refers to undefined ${kind} ${name}`,
    hint: meant === undefined ? `define it under the top-level \`${section}:\`` : `did you mean \`${meant}\`?`,
  }
}

function hasImage(service: Service): readonly Complaint[] {
  if (service.image !== undefined && service.image !== '') return []
  if (service.build !== undefined || service.provider !== undefined) return []
  return [
    {
      path: at(service),
      code: 'NO_IMAGE',
      message: `service ${JSON.stringify(service.name)} has neither an image nor a build context specified`,
      hint: 'add `image:` or `build:`',
    },
  ]
}

function buildAgrees(service: Service, project: Project): readonly Complaint[] {
  const { build } = service
  if (build === undefined) return []
  const complaints: Complaint[] = []
  if (build.dockerfile !== undefined && build.dockerfile_inline !== undefined) {
    complaints.push({
      path: at(service, 'build', 'dockerfile_inline'),
      code: 'CONFLICT',
      message: `service ${JSON.stringify(service.name)} declares mutually exclusive dockerfile and dockerfile_inline`,
    })
  }
  if (service.platform !== undefined && (build.platforms?.length ?? 0) > 0 && build.platforms?.includes(service.platform) !== true) {
    complaints.push({
      path: at(service, 'platform'),
      code: 'CONFLICT',
      message: `service.build.platforms MUST include service.platform ${JSON.stringify(service.platform)}`,
      hint: 'add it to build.platforms',
    })
  }
  for (const [name, context] of Object.entries(build.additional_contexts ?? {})) {
    if (!context.startsWith('service:')) continue
    const other = context.slice('service:'.length)
    const target = project.services[other] ?? project.disabledServices[other]
    const path = at(service, 'build', 'additional_contexts', name)
    if (target === undefined) {
      complaints.push({
        path,
        code: 'UNDEFINED_SERVICE',
        message: `service ${JSON.stringify(service.name)} declares unknown service ${JSON.stringify(other)} as additional contexts ${name}`,
        hint: suggestion(other, project),
      })
    } else if (target.build === undefined) {
      complaints.push({
        path,
        code: 'CONFLICT',
        message: `service ${JSON.stringify(service.name)} declares non-buildable service ${JSON.stringify(other)} as additional contexts ${name}`,
        hint: `give ${other} a \`build:\``,
      })
    }
  }
  for (const [index, { source }] of (build.secrets ?? []).entries()) {
    if (!(source in project.secrets))
      complaints.push(undefinedReference(service, 'build secret', source, ['build', 'secrets', index], Object.keys(project.secrets)))
  }
  return complaints
}

function networksExist(service: Service, project: Project): readonly Complaint[] {
  const names = Object.keys(service.networks ?? {})
  const complaints = names
    .filter((name) => !(name in project.networks))
    .map((name) => undefinedReference(service, 'network', name, ['networks', name], Object.keys(project.networks)))
  if (service.network_mode !== undefined && service.network_mode !== '' && names.length > 0) {
    complaints.push({
      path: at(service, 'network_mode'),
      code: 'CONFLICT',
      message: `service ${service.name} declares mutually exclusive \`network_mode\` and \`networks\``,
      hint: 'remove one of the two',
    })
  }
  return complaints
}

function suggestion(name: string, project: Project): string {
  const meant = didYouMean(name, Object.keys(project.services))
  return meant === undefined ? 'define it under `services:`' : `did you mean \`${meant}\`?`
}

function dependenciesExist(service: Service, project: Project): readonly Complaint[] {
  return Object.entries(service.depends_on ?? {}).flatMap(([name, dependency]) => {
    if (name in project.services || (!dependency.required && name in project.disabledServices)) return []
    const path = at(service, 'depends_on', name)
    const disabled = project.disabledServices[name]
    if (disabled !== undefined) {
      const profiles = (disabled.profiles ?? []).join(', ')
      return [
        {
          path,
          code: 'DISABLED_SERVICE',
          message: `service ${JSON.stringify(name)} is required by ${JSON.stringify(service.name)} but is disabled. Can be enabled by profiles [${profiles}]`,
          hint: `add --profile ${disabled.profiles?.[0] ?? ''}, or write \`required: false\``,
        },
      ]
    }
    return [
      {
        path,
        code: 'UNDEFINED_SERVICE',
        message: `service ${JSON.stringify(service.name)} depends on undefined service ${JSON.stringify(name)}`,
        hint: suggestion(name, project),
      },
    ]
  })
}

function mountsExist(service: Service, project: Project): readonly Complaint[] {
  return (service.volumes ?? []).flatMap(({ type, source }, index) =>
    type === 'volume' && source !== undefined && source !== '' && !(source in project.volumes)
      ? [undefinedReference(service, 'volume', source, ['volumes', index], Object.keys(project.volumes))]
      : [],
  )
}

function grantsExist(service: Service, project: Project): readonly Complaint[] {
  const missing = (kind: 'config' | 'secret', known: Readonly<Record<string, unknown>>): readonly Complaint[] =>
    ((kind === 'config' ? service.configs : service.secrets) ?? []).flatMap(({ source }, index) =>
      source in known ? [] : [undefinedReference(service, kind, source, [`${kind}s`, index], Object.keys(known))],
    )
  const models = Object.keys(service.models ?? {})
    .filter((name) => !(name in project.models))
    .map((name) => undefinedReference(service, 'model', name, ['models', name], Object.keys(project.models)))
  return [...missing('config', project.configs), ...missing('secret', project.secrets), ...models]
}

function limitsAgree(service: Service): readonly Complaint[] {
  const { limits, reservations } = service.deploy?.resources ?? {}
  const complaints: Complaint[] = []
  const compare = (key: 'cpus' | 'mem_limit' | 'pids_limit' | 'mem_reservation', other: string, value: number | undefined): void => {
    if ((service[key] ?? 0) === 0 || service[key] === (value ?? 0)) return
    complaints.push({
      path: at(service, key),
      code: 'CONFLICT',
      message: `services.${service.name}: can't set distinct values on '${key}' and 'deploy.resources.${other}'`,
      hint: `remove ${key}, or write the same value in deploy.resources.${other}`,
    })
  }
  if (limits !== undefined) {
    compare('cpus', 'limits.cpus', limits.cpus)
    compare('mem_limit', 'limits.memory', limits.memory)
    compare('pids_limit', 'limits.pids', limits.pids)
  }
  if (reservations !== undefined) compare('mem_reservation', 'reservations.memory', reservations.memory)
  return complaints
}

function scaleAgrees(service: Service): readonly Complaint[] {
  const complaints: Complaint[] = []
  const replicas = service.deploy?.replicas
  if (service.scale !== undefined && replicas !== undefined && service.scale !== replicas) {
    complaints.push({
      path: at(service, 'scale'),
      code: 'CONFLICT',
      message: `services.${service.name}: can't set distinct values on 'scale' and 'deploy.replicas'`,
      hint: 'remove `scale`',
    })
  }
  const scale = service.scale ?? replicas ?? 1
  if (service.container_name !== undefined && scale > 1) {
    const attribute = service.scale === undefined ? 'deploy.replicas' : 'scale'
    complaints.push({
      path: at(service, 'container_name'),
      code: 'CONFLICT',
      message: `services.${service.name}: can't set container_name and ${attribute} as container name must be unique`,
      hint: 'remove container_name',
    })
  }
  return complaints
}

/** `scale` stands in `deploy.replicas` too where there is a `deploy`; docker compose writes it there as it checks the two. */
export function settleReplicas(service: Service): Service {
  if (service.scale === undefined || service.deploy === undefined) return service
  return { ...service, deploy: { ...service.deploy, replicas: service.scale } }
}

function healthTestIsKnown(service: Service): readonly Complaint[] {
  const test = service.healthcheck?.test
  if (test === undefined || test.length === 0 || ['NONE', 'CMD', 'CMD-SHELL'].includes(test[0] ?? '')) return []
  return [
    {
      path: at(service, 'healthcheck', 'test'),
      code: 'BAD_VALUE',
      message: 'healthcheck.test must start either by "CMD", "CMD-SHELL" or "NONE"',
      hint: `write ["CMD", ${test.map((word) => JSON.stringify(word)).join(', ')}]`,
    },
  ]
}

function watchHasTargets(service: Service): readonly Complaint[] {
  return (service.develop?.watch ?? []).flatMap(({ action, target }, index) =>
    (target === undefined || target === '') && action !== 'rebuild' && action !== 'restart'
      ? [
          {
            path: at(service, 'develop', 'watch', index),
            code: 'MISSING_KEY',
            message: `services.${service.name}.develop.watch: target is required for non-rebuild actions`,
            hint: 'add `target:`, the path in the container',
          },
        ]
      : [],
  )
}

function targetsAreUnique(service: Service): readonly Complaint[] {
  const seen = new Map<string, string>()
  const targets: readonly (readonly [string, Path])[] = [
    ...(service.volumes ?? []).map(({ target }, index) => [target, ['volumes', index]] as const),
    ...(service.tmpfs ?? []).map((entry, index) => [entry.split(':')[0] ?? entry, ['tmpfs', index]] as const),
  ]
  return targets.flatMap(([target, path]) => {
    const place = `services.${service.name}.${path[0]}[${path[1]}]`
    const before = seen.get(target)
    seen.set(target, before ?? place)
    return before === undefined
      ? []
      : [{ path: at(service, ...path), code: 'CONFLICT', message: `${place}: target ${target} already mounted as ${before}` }]
  })
}

/** Drivers are of no use here: what they would give must come from a file or a variable. */
function secretsHaveSources(project: Project): readonly Complaint[] {
  return Object.entries(project.secrets).flatMap(([name, secret]) =>
    secret.external === true || secret.file !== undefined || secret.environment !== undefined || secret.content !== undefined
      ? []
      : [
          {
            path: ['secrets', name],
            code: 'MISSING_KEY',
            message: `secret ${JSON.stringify(name)} must declare either \`file\` or \`environment\``,
          },
        ],
  )
}

function containerNamesAreUnique(project: Project): readonly Complaint[] {
  const users = new Map<string, string>()
  return Object.values(project.services).flatMap((service) => {
    const name = service.container_name
    if (name === undefined || name === '') return []
    const user = users.get(name)
    users.set(name, user ?? service.name)
    if (user === undefined) return []
    return [
      {
        path: at(service, 'container_name'),
        code: 'CONFLICT',
        message: `services.${service.name}: container name ${JSON.stringify(name)} is already in use by service ${JSON.stringify(user)}`,
      },
    ]
  })
}

function hasNoCycle(project: Project): readonly Complaint[] {
  const cycle = findCycle(Object.fromEntries(Object.values(project.services).map((service) => [service.name, edgesOf(service)])))
  const first = cycle?.[0]
  if (cycle === undefined || first === undefined) return []
  return [
    {
      path: ['services', first, 'depends_on', cycle[1] ?? first],
      code: 'DEPENDENCY_CYCLE',
      message: `dependency cycle detected: ${cycle.join(' -> ')}`,
      hint: 'remove one of these dependencies',
    },
  ]
}

function edgesOf(service: Service): readonly string[] {
  const contexts = Object.values(service.build?.additional_contexts ?? {}).filter((context) => context.startsWith('service:'))
  return [...Object.keys(service.depends_on ?? {}), ...contexts.map((context) => context.slice('service:'.length))]
}
